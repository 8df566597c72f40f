"""How the objects of a model were first split is read from its versions, and from nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import RegistryIncomplete
from chalicelib.registry import registry
from lambdas import splits
from lambdas.model.recipe import Split
from lambdas.model.splitting.split import DRAWN, STRATIFIED, Draw
from lambdas.splits import Splits
from tests.fakes.edges import FakeOutside
from tests.given import data as data_of
from tests.given.nights import MODEL, outside, register
from tests.given.records import change_version

SPLIT = Split(holdout_ratio=0.25, seed=7)
OLD = Draw(STRATIFIED, 0.25, 7, "")
NEW = Draw(DRAWN, 0.2, 42, "salt")


def versions(*manifests: dict[str, Any]) -> FakeOutside:
    """A registry whose versions have these facts in their manifests."""
    night = outside()
    for number, facts in enumerate(manifests, start=1):
        register(night.edges, run=f"run-{number}")
        change_version(night, number, **facts)
    return night


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
    recipe = data_of.recipe(split=SPLIT)
    one, other = (Splits({}).new(recipe, salt=text) for text in ("a", "b"))

    assert (one.rule, one.holdout_ratio, one.seed) == (DRAWN, 0.25, 7)
    assert one == Splits({}).new(recipe, salt="a") != other


def test_text_that_comes_back_compressed_under_another_name_is_split_as_it_was() -> None:
    first = Splits({}).new(data_of.recipe(split=SPLIT), salt="a")
    later = data_of.recipe(split=Split(holdout_ratio=0.5, seed=8))

    known_before = Splits({("a", "1"): OLD, ("b", "2"): first})

    assert known_before.new(later, salt="a") == first
    assert known_before.new(later, salt="b").holdout_ratio == 0.5


def test_text_is_known_before_a_name_that_it_comes_back_under() -> None:
    found = Splits({("a", "1"): OLD, ("b", "2"): NEW}, {("a", "1"): "text of a"})

    assert found.of("b", etag="zipped", text="text of a") == OLD
    assert found.of("b", etag="corrected", text="another text") == NEW


def test_corrected_text_that_comes_back_under_another_name_is_split_as_the_correction_was() -> None:
    first = Splits({("a", "1"): OLD}, {("a", "1"): "text"})

    found = first.and_of(Splits({("a", "2"): OLD}, {("a", "2"): "corrected text"}))

    assert found.of("renamed", etag="zipped", text="corrected text") == OLD


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

    assert known(night).draws == {("a", "etag of a"): NEW, ("b", "etag of b"): NEW}
    assert known(night).made_on == "2026-11-21"


def test_document_is_read_as_it_was_written() -> None:
    written = Splits({("a", "1"): NEW, ("b", None): OLD})
    night = versions({"splits": documents.decode(documents.encode(written.to_document()))})

    assert known(night).draws == written.draws


GOOD: dict[str, Any] = {"name": "a", "etag": "1", "rule": 2, "holdout_ratio": 0.2, "seed": 1, "salt": ""}
BAD_DRAWS: list[dict[str, Any]] = [
    {"rule": []},
    {"seed": "1"},
    {"salt": 1},
    {"groups": 7},
    {"groups": [7]},
    {"label": 7},
    {"columns": 7},
    {"columns": ["customer"]},
    {"rule": 3},
    {"rule": 4, "columns": []},
    {"rule": 5},
    {"rule": 5, "night": "yesterday"},
    {"rule": 6},
    {"rule": 6, "columns": ["day"], "until": "2026-1-1"},
    {"night": "2026-01-01"},
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
    night = versions({"splits": [{**GOOD, "rule": 7}]})

    with pytest.raises(
        RegistryIncomplete, match=r"knows the split rules \(1, 2, 3, 4, 5, 6\), and not '7'\).* deploy the release"
    ):
        known(night)


def test_manifest_that_is_damaged_altogether_is_an_error_too() -> None:
    night = versions({})
    night.store.put(layout.version(MODEL, 1, registry.MANIFEST), b"{")

    with pytest.raises(RegistryIncomplete, match="is damaged"):
        known(night)
