"""Night after night, no row that a version was trained on changes sides."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import RegistryIncomplete
from chalicelib.registry import registry
from chalicelib.registry.manifest import Manifest
from lambdas.model.metrics.confusion import places_of
from lambdas.model.splitting.split import DRAWN, STRATIFIED, Draw, split_rows
from lambdas.splits import Splits
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, forget_evidence, going
from tests.given.records import change_version
from tests.given.sides import rows_at
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import add_data, night_with_data, preprocessing, whole_night

NEXT = "kdd99-http-nightly-20261122T0300Z"
LINES = rows(normal=300, attacks=200, seed=5)


def after_a_night(*, old: bool = False) -> FakeOutside:
    """Version 1 was made of night-1.csv and is live, if old by a release before the rules; another night has come."""
    night = night_with_data(lines=LINES)
    whole_night(night.edges)
    if old:
        forget_evidence(night, 1)
        night.store.delete(layout.version(MODEL, 1, registry.SPLITS))
        (entry,) = manifest(night, 1).data
        change_version(night, 1, data=[{name: entry.document[name] for name in ("name", "etag", "bytes")}])
    add_data(night, "night-2.csv", lines=rows(normal=300, attacks=200, seed=6))
    going(night, NEXT)
    return night


def manifest(night: FakeOutside, number: int) -> Manifest:
    return registry.manifest(night.edges, model=MODEL, model_version=number)


def held_out(night: FakeOutside, uri: str | None) -> set[tuple[float, ...]]:
    return set(map(tuple, rows_at(night.edges, uri).numeric.tolist()))


def expected_of_night_1(draw: Draw) -> set[tuple[float, ...]]:
    cells = [line.split(",") for line in LINES]
    classes = places_of(
        np.array(["normal" if label == "normal." else "attack" for *_, label in cells]), labels=["normal", "attack"]
    )
    _, holdout = split_rows(classes, draw=draw)
    return {tuple(float(cell) for cell in cells[row][:3]) for row in holdout}


def test_version_hands_on_how_its_objects_were_split() -> None:
    night = after_a_night()
    (first,) = documents.decode(registry.part(night.edges, model=MODEL, model_version=1, name=registry.SPLITS))

    preprocessing(night.edges, run=NEXT)

    profile = documents.find(night.store, layout.run_document(NEXT, "profile"))
    assert (first["name"], first["rule"], first["holdout_ratio"], first["seed"]) == ("night-1.csv", DRAWN, 0.2, 42)
    assert profile["splits"][0] == first
    told = [[(each["name"], each["etag"], each["rule"]) for each in profile[name]] for name in ("splits", "objects")]
    assert told[0] == told[1]


def test_lost_record_is_an_error_and_never_another_split() -> None:
    night = after_a_night()
    night.store.delete(layout.version(MODEL, 1, registry.SPLITS))

    with pytest.raises(RegistryIncomplete, match=r"000001/splits\.json is missing"):
        preprocessing(night.edges, run=NEXT)


def test_upgrade_moves_no_row_of_what_a_version_was_trained_on() -> None:
    """The live version was made before the second rule: its object keeps the first."""
    night = after_a_night(old=True)

    ready = preprocessing(night.edges, run=NEXT)

    profile = documents.find(night.store, layout.run_document(NEXT, "profile"))
    assert [each["rule"] for each in profile["splits"]] == [STRATIFIED, DRAWN]
    assert expected_of_night_1(Draw(STRATIFIED, 0.2, 42, "")) <= held_out(night, ready.holdout_uri)
    assert ready.reason == "1,000 rows in 2 objects"


@pytest.mark.parametrize(("ratio", "seed"), [(0.5, 42), (0.2, 7)])
def test_changed_split_of_the_recipe_moves_no_row_either_and_it_is_said(ratio: float, seed: int) -> None:
    """As if the recipe had asked for a half, or for another seed, when the live version was made."""
    night = night_with_data(lines=LINES)
    whole_night(night.edges)
    asked_for = Draw(DRAWN, ratio, seed, "salt")
    etag = manifest(night, 1).data[0].etag
    change_version(night, 1, splits=Splits({("night-1.csv", etag): asked_for}).to_document())
    add_data(night, "night-2.csv", lines=rows(normal=300, attacks=200, seed=6))
    going(night, NEXT)

    ready = preprocessing(night.edges, run=NEXT)

    assert expected_of_night_1(asked_for) <= held_out(night, ready.holdout_uri)
    assert ready.reason == ("1,000 rows in 2 objects; 1 object keeps the ratio and seed that it was first split by")


def test_object_that_was_taken_out_and_comes_back_is_split_as_it_was() -> None:
    night = after_a_night(old=True)
    night.store.delete(layout.dataset(MODEL, "night-1.csv"))
    whole_night(night.edges, run=NEXT)
    add_data(night, "renamed.csv", lines=LINES)
    going(night, "third")

    preprocessing(night.edges, run="third")

    profile = documents.find(night.store, layout.run_document("third", "profile"))
    assert {each["name"]: each["rule"] for each in profile["splits"]} == {
        "night-1.csv": STRATIFIED,
        "night-2.csv": DRAWN,
        "renamed.csv": STRATIFIED,
    }
