from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges.object_store import Stored
from chalicelib.errors import ColumnMissing, RegistryIncomplete
from chalicelib.registry import registry
from chalicelib.registry.manifest import Manifest
from lambdas import intermediates, splits
from lambdas.model.data.preparation import Piece
from lambdas.model.metrics.confusion import places_of
from lambdas.model.reading.table import FILES, Labels, Table
from lambdas.model.recipe import Numeric, Recipe, Split, at_least
from lambdas.model.splitting.split import DRAWN, STRATIFIED, Draw, split_rows
from lambdas.model.splitting.strata import strata
from lambdas.pieces import piece_of
from lambdas.splits import Splits
from tests.fakes.edges import FakeOutside
from tests.given import data as model_data
from tests.given.nights import MODEL, forget_evidence, going, outside, register
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import add_data, night_with_data, preprocessing, whole_night

NEXT = "kdd99-http-nightly-20261122T0300Z"
SPLIT = Split(holdout_ratio=0.25, seed=7)
OLD = Draw(STRATIFIED, 0.25, 7, "")
NEW = Draw(DRAWN, 0.2, 42, "salt")
LINES = rows(normal=300, attacks=200, seed=5)


def versions(*manifests: dict[str, Any]) -> FakeOutside:
    """A registry whose versions have these facts in their manifests."""
    night = outside()
    for number, facts in enumerate(manifests, start=1):
        register(night.edges, run=f"run-{number}")
        change(night, number, **facts)
    return night


def change(night: FakeOutside, number: int, *, splits: Any = None, **manifest: Any) -> None:
    """These facts in the version's manifest, and this as its record of the splits, where there is one."""
    key = layout.version(MODEL, number, registry.MANIFEST)
    if splits is not None:
        night.store.put(layout.version(MODEL, number, registry.SPLITS), documents.encode(splits))
        manifest = {"data": [{"name": "a", "etag": "1", "bytes": 1, "rule": 2}], **manifest}
    night.store.put(key, documents.encode({**documents.find(night.store, key), **manifest}))


def known(night: FakeOutside) -> Splits:
    return splits.known(night.edges, model=MODEL, split=SPLIT)


def data(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "etag": f"etag of {name}", "bytes": 1} for name in names]


def as_document(**draws: Draw) -> list[dict[str, Any]]:
    return Splits({(name, f"etag of {name}"): draw for name, draw in draws.items()}).to_document()


def test_model_without_versions_has_new_objects_alone() -> None:
    assert known(outside()) == Splits({})
    assert Splits({}).of("a", etag="1", text="") is None


def test_new_object_is_drawn_by_the_newest_rule_with_the_recipes_split_and_its_own_text() -> None:
    one, other = (Splits({}).new(SPLIT, text=text) for text in (b"a\n1\n", b"a\n2\n"))

    assert (one.rule, one.holdout_ratio, one.seed) == (DRAWN, 0.25, 7)
    assert one == Splits({}).new(SPLIT, text=b"a\n1\n") != other


def test_text_that_comes_back_compressed_under_another_name_is_split_as_it_was() -> None:
    first = Splits({}).new(SPLIT, text=b"a\n1\n")

    known_before = Splits({("a", "1"): OLD, ("b", "2"): first})

    assert known_before.new(Split(holdout_ratio=0.5, seed=8), text=b"a\n1\n") == first
    assert known_before.new(Split(holdout_ratio=0.5, seed=8), text=b"a\n2\n").holdout_ratio == 0.5


def test_text_is_known_before_a_name_that_it_comes_back_under() -> None:
    found = Splits({("a", "1"): OLD, ("b", "2"): NEW}, {("a", "1"): "text of a"})

    assert found.of("b", etag="zipped", text="text of a") == OLD
    assert found.of("b", etag="corrected", text="another text") == NEW


def test_corrected_text_that_comes_back_under_another_name_is_split_as_the_correction_was() -> None:
    first = Splits({("a", "1"): OLD}, {("a", "1"): "text"})

    found = first.and_of(Splits({("a", "2"): OLD}, {("a", "2"): "corrected text"}))

    assert found.of("renamed", etag="zipped", text="corrected text") == OLD


CLASSES = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(["good", "bad", "ugly"]), min_size=5)


@given(
    labels=st.lists(st.sampled_from("abcde"), min_size=1, max_size=60),
    before=CLASSES,
    after=CLASSES,
    rule=st.sampled_from([STRATIFIED, DRAWN]),
)
def test_classes_that_are_named_parted_or_put_together_anew_move_no_row(
    labels: list[str], before: dict[str, str], after: dict[str, str], rule: int
) -> None:
    assume(len(set(before.values())) > 1 and len(set(after.values())) > 1)
    stored = Stored("\n".join(["size,label", *(f"{n},{label}" for n, label in enumerate(labels))]).encode(), "1")
    new = Splits({("a.csv", "0"): replace(OLD, rule=rule)})

    first = piece_of("a.csv", stored=stored, recipe=with_classes(before), known=new)
    handed_on = Splits.from_document(Splits({("a.csv", "1"): first.draw}).to_document())
    second = piece_of("a.csv", stored=stored, recipe=with_classes(after), known=handed_on)

    assert sides(first) == sides(second)


@given(
    labels=st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), min_size=1, max_size=60),
    classes=CLASSES,
    rule=st.sampled_from([STRATIFIED, DRAWN]),
)
def test_label_that_a_recipe_takes_from_another_column_moves_no_row(
    labels: list[tuple[str, str]], classes: dict[str, str], rule: int
) -> None:
    assume(len(set(classes.values())) > 1)
    lines = ["size,label,outcome", *(f"{n},{label},{outcome}" for n, (label, outcome) in enumerate(labels))]
    stored = Stored("\n".join(lines).encode(), "1")
    new = Splits({("a.csv", "0"): replace(OLD, rule=rule)})

    first = piece_of("a.csv", stored=stored, recipe=with_classes(classes), known=new)
    handed_on = Splits.from_document(Splits({("a.csv", "1"): first.draw}).to_document())
    second = piece_of("a.csv", stored=stored, recipe=with_classes(classes, label="outcome"), known=handed_on)
    again = Splits.from_document(Splits({("a.csv", "1"): second.draw}).to_document())
    third = piece_of("a.csv", stored=stored, recipe=with_classes(classes), known=again)

    assert sides(first) == sides(second) == sides(third)


def test_corrected_file_without_the_column_that_it_was_first_split_by_is_refused_and_named() -> None:
    draw = replace(NEW, groups=(("a",), ("b",)), label="label")
    recipe = with_classes({"a": "good", "b": "bad"}, label="outcome")
    stored = Stored(b"size,outcome\n1,a\n2,b\n", "corrected")

    with pytest.raises(ColumnMissing, match=r"a\.csv was first split by its column label, .* data remove a\.csv"):
        piece_of("a.csv", stored=stored, recipe=recipe, known=Splits({("a.csv", "1"): draw}))


def sides(piece: Piece) -> list[list[int]]:
    return [part.tolist() for part in split_rows(strata(piece.labels, groups=piece.draw.groups), draw=piece.draw)]


def with_classes(classes: dict[str, str], *, label: str = "label") -> Recipe:
    most = sorted(set(classes.values()))[0]
    thresholds = [at_least(metric, of=most, bound=0.5) for metric in ("recall", "precision")]
    return model_data.recipe(
        columns=[Numeric("size")], label=label, classes=classes, positive=None, thresholds=thresholds
    )


def test_label_that_comes_with_a_correction_is_drawn_by_itself() -> None:
    labels = Labels(np.array([0, 1, 2]), ("z", "b", "a"))

    assert strata(labels, groups=(("b",), ("c", "a"))).tolist() == [2, 0, 1]


def test_objects_of_versions_from_before_the_second_rule_keep_the_first() -> None:
    found = known(versions({"data": data("a", "b")}, {"data": data("b", "c")}))

    assert [found.of(name, etag=f"etag of {name}", text="") for name in "abc"] == [OLD] * 3
    assert found.of("d", etag="etag of d", text="") is None


def test_object_of_a_manifest_without_entity_tags_is_known_by_its_name() -> None:
    assert known(versions({"data": [{"name": "a"}]})).of("a", etag="1", text="") == OLD


def test_newest_manifest_tells_of_all_that_there_was() -> None:
    night = versions({"data": data("a")}, {"splits": as_document(a=OLD, b=NEW)})

    assert known(night).draws == {("a", "etag of a"): OLD, ("b", "etag of b"): NEW}


def test_version_that_an_earlier_release_made_meanwhile_had_all_its_objects_by_the_first_rule() -> None:
    night = versions({"splits": as_document(a=NEW, b=NEW)}, {"data": data("a")})

    found = known(night)

    assert (found.of("a", etag="etag of a", text=""), found.of("b", etag="etag of b", text="")) == (OLD, NEW)


def test_content_is_known_under_another_name_and_a_corrected_file_by_its_name() -> None:
    found = Splits({("a", "1"): OLD, ("b", "2"): NEW})

    assert found.of("renamed", etag="1", text="") == OLD
    assert found.of("b", etag="corrected", text="") == NEW
    assert found.of("a", etag="2", text="") == NEW  # what was b lies there now
    assert found.of("c", etag="3", text="") is None


def test_corrected_file_is_split_as_what_lay_under_its_name_last() -> None:
    moved = Splits({("a", "1"): OLD, ("b", "2"): NEW}).and_of(Splits({("a", "2"): NEW}))
    moved_back = Splits({("a", "2"): NEW, ("a", "1"): OLD}).and_of(Splits({("a", "2"): NEW}))

    assert moved.of("a", etag="corrected", text="") == moved_back.of("a", etag="corrected", text="") == NEW


def test_record_of_an_older_version_is_not_looked_at() -> None:
    night = versions({"splits": as_document(a=OLD)}, {"splits": as_document(a=NEW, b=NEW)})

    assert known(night) == Splits({("a", "etag of a"): NEW, ("b", "etag of b"): NEW})


def test_document_is_read_as_it_was_written() -> None:
    written = Splits({("a", "1"): NEW, ("b", None): OLD})
    night = versions({"splits": documents.decode(documents.encode(written.to_document()))})

    assert known(night) == written


GOOD: dict[str, Any] = {"name": "a", "etag": "1", "rule": 2, "holdout_ratio": 0.2, "seed": 1, "salt": ""}


BAD_DRAWS: list[dict[str, Any]] = [
    {"rule": []},
    {"seed": "1"},
    {"salt": 1},
    {"groups": 7},
    {"groups": [7]},
    {"label": 7},
]
BAD_DATA: list[Any] = [None, 7, [{"etag": "1"}], ["a"]]


@pytest.mark.parametrize(
    "damaged",
    [
        *({"splits": each} for each in (7, {"a": 1}, ["a"], [{"name": "a"}], [{**GOOD, "name": ["a"]}])),
        *({"splits": [{**GOOD, "holdout_ratio": ratio}]} for ratio in ("much", 0.0, 1.0, 7.5, None)),
        *({"splits": [{**GOOD, **each}]} for each in BAD_DRAWS),
        *({"data": each} for each in BAD_DATA),
    ],
    ids=str,
)
def test_damaged_record_is_an_error_and_never_another_split(damaged: dict[str, Any]) -> None:
    night = versions({"splits": as_document(a=NEW)}, damaged)

    with pytest.raises(
        RegistryIncomplete, match=r"000002/(manifest|splits)\.json .*put an earlier version of the object"
    ):
        known(night)


def test_rule_of_a_later_release_is_an_error_that_says_so() -> None:
    night = versions({"splits": [{**GOOD, "rule": 3}]})

    with pytest.raises(
        RegistryIncomplete, match=r"knows the split rules \(1, 2\), and not '3'\).* deploy the release"
    ):
        known(night)


def test_manifest_that_is_damaged_altogether_is_an_error_too() -> None:
    night = versions({})
    night.store.put(layout.version(MODEL, 1, registry.MANIFEST), b"{")

    with pytest.raises(RegistryIncomplete, match="is damaged"):
        known(night)


def after_a_night(*, old: bool = False) -> FakeOutside:
    """Version 1 was made of night-1.csv and is live, if old by a release before the rules; another night has come."""
    night = night_with_data(lines=LINES)
    whole_night(night.edges)
    if old:
        forget_evidence(night, 1)
        night.store.delete(layout.version(MODEL, 1, registry.SPLITS))
        (entry,) = manifest(night, 1).data
        change(night, 1, data=[{name: entry.document[name] for name in ("name", "etag", "bytes")}])
    add_data(night, "night-2.csv", lines=rows(normal=300, attacks=200, seed=6))
    going(night, NEXT)
    return night


def manifest(night: FakeOutside, number: int) -> Manifest:
    return registry.manifest(night.edges, model=MODEL, model_version=number)


def held_out(night: FakeOutside, uri: str | None) -> set[tuple[float, ...]]:
    table = Table.from_files(intermediates.read_all(night.edges, uri or "", names=FILES))
    return set(map(tuple, table.numeric.tolist()))


def expected_of_night_1(draw: Draw) -> set[tuple[float, ...]]:
    cells = [line.split(",") for line in LINES]
    classes = places_of(
        np.array(["normal" if label == "normal." else "attack" for *_, label in cells]), labels=["normal", "attack"]
    )
    _, holdout = split_rows(classes, draw=draw)
    return {tuple(float(cell) for cell in cells[row][:3]) for row in holdout}


def test_version_hands_on_how_its_objects_were_split() -> None:
    night = after_a_night()
    (first,) = registry.document(night.edges, model=MODEL, model_version=1, name=registry.SPLITS)

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
    assert ready.reason == "1000 rows in 2 objects"


@pytest.mark.parametrize(("ratio", "seed"), [(0.5, 42), (0.2, 7)])
def test_changed_split_of_the_recipe_moves_no_row_either_and_it_is_said(ratio: float, seed: int) -> None:
    """As if the recipe had asked for a half, or for another seed, when the live version was made."""
    night = night_with_data(lines=LINES)
    whole_night(night.edges)
    asked_for = Draw(DRAWN, ratio, seed, "salt")
    etag = manifest(night, 1).data[0].etag
    change(night, 1, splits=Splits({("night-1.csv", etag): asked_for}).to_document())
    add_data(night, "night-2.csv", lines=rows(normal=300, attacks=200, seed=6))
    going(night, NEXT)

    ready = preprocessing(night.edges, run=NEXT)

    assert expected_of_night_1(asked_for) <= held_out(night, ready.holdout_uri)
    assert ready.reason == ("1000 rows in 2 objects; 1 of them keep the ratio and seed that they were first split by")


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
