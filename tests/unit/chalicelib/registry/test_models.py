from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import ModelUnknown, RegistryIncomplete, StoreUnavailable, VersionUnknown
from chalicelib.limits import LISTED_LEVELS, LISTED_MODELS, LISTED_VERSIONS
from chalicelib.registry import models, registry
from chalicelib.registry.live import Live
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store
from tests.given.moves import after_nights, canary
from tests.given.nights import MODEL, SCHEMA, outside, promote, register, report_of, revision

NO_WEIGHTS: Mapping[str, float] = {}
LIVE = {"model_version": 1, "function_version": "1", "weights": {}, "pinned": False, "quarantined": False}


def by_hand(night: FakeOutside, function_version: str, *, weights: Mapping[str, float] = NO_WEIGHTS) -> Alias:
    return night.functions.update_alias(
        MODEL,
        function_version=function_version,
        weights=weights,
        description="by hand",
        revision_id=revision(night.edges) or "",
    )


def test_every_model_is_listed_with_what_is_live() -> None:
    night = outside("a", MODEL)
    promote(night.edges, run="run-1")

    assert models.all_live(night.edges)["models"] == [
        {"model": "a", "live": None, "problems": []},
        {"model": MODEL, "live": LIVE, "problems": []},
    ]


def test_models_beyond_the_limit_are_counted() -> None:
    many = [f"m{number:04}" for number in range(LISTED_MODELS + 3)]

    found = models.all_live(outside(*many).edges)

    assert [each["model"] for each in found["models"]] == many[:LISTED_MODELS]
    assert found["left_out"] == 3


def test_versions_beyond_the_limit_are_counted_and_the_newest_are_told() -> None:
    night = after_nights(1)
    for number in range(LISTED_VERSIONS + 1):
        register(night.edges, run=f"more-{number}")

    found = models.newest_versions(night.edges, model=MODEL)

    assert [each["model_version"] for each in found["versions"]] == list(range(LISTED_VERSIONS + 2, 2, -1))
    assert found["left_out"] == 2


@pytest.mark.parametrize("file", [SCORECARD_FILE, "model.other", None])
@pytest.mark.parametrize(("levels", "left_out"), [(0, 0), (LISTED_LEVELS, 0), (LISTED_LEVELS + 7, 7)])
def test_schema_tells_the_first_levels_of_a_column_and_how_many_more_it_has(
    night: FakeOutside, levels: int, left_out: int, file: str | None
) -> None:
    every = [f"level {number:04}" for number in range(levels)]
    column = {"name": "flag", "kind": "category", "levels": every, "allowed": None, "unknown": "ignored"}
    promote(night.edges, run="run-1", schema={"columns": [column]}, file=file)

    (told,) = models.describe(night.edges, model=MODEL)["schema"]["columns"]

    assert told["levels"] == every[:LISTED_LEVELS]
    assert told.get("levels_left_out", 0) == left_out


def test_model_is_described_with_lineage_schema_and_last_move(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")

    described = models.describe(night.edges, model=MODEL)

    assert described["live"] == LIVE
    assert described["schema"] == SCHEMA
    assert described["manifest"]["run"] == "run-1"
    assert described["last_move"]["run"] == "run-1"


def test_model_that_was_never_live_is_described_without() -> None:
    assert models.describe(outside().edges, model=MODEL) == {
        "model": MODEL,
        "live": None,
        "problems": [],
        "schema": None,
        "manifest": None,
        "last_move": None,
    }


def test_live_version_of_unknown_code_has_no_number(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    night.functions.publish(MODEL, b"by hand")
    by_hand(night, "2")

    described = models.describe(night.edges, model=MODEL)

    assert described["live"]["model_version"] is None
    assert described["manifest"] is None


def test_live_version_is_known_by_its_code_when_other_hands_made_it_live(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    second = register(night.edges, run="run-2")
    alias = by_hand(night, second.function_version)

    assert Live(night.edges, model=MODEL, alias=alias).version() == 2


def test_alias_without_a_version_has_no_number() -> None:
    assert Live(outside().edges, model=MODEL, alias=Alias("9", "revision", "by hand")).version() is None


def test_manifest_that_is_told_leaves_the_schema_to_its_own_field() -> None:
    night = after_nights(1)

    described = models.describe(night.edges, model=MODEL)["manifest"]
    listed = models.version(night.edges, model=MODEL, model_version="1")["manifest"]

    assert described == listed
    assert described["format"] == "scorecard"
    assert "artifact" not in described


def test_model_is_described_without_a_look_at_its_artifact() -> None:
    night = after_nights(1)
    night.store.delete(layout.version(MODEL, 1, SCORECARD_FILE))

    assert models.describe(night.edges, model=MODEL)["schema"] == SCHEMA


def test_model_whose_manifest_and_artifact_do_not_tell_its_schema_cannot_be_described(night: FakeOutside) -> None:
    promote(night.edges, run="run-1", file=None)
    night.store.delete(layout.version(MODEL, 1, SCORECARD_FILE))

    with pytest.raises(RegistryIncomplete):
        models.describe(night.edges, model=MODEL)


def test_versions_are_listed_newest_first_with_the_live_one_marked(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    registry.claim(night.edges, model=MODEL, run="dead")
    register(night.edges, run="run-3")

    listed = models.versions(night.edges, model=MODEL)

    assert [(each["model_version"], each["run"], each["live"]) for each in listed] == [
        (3, "run-3", False),
        (1, "run-1", True),
    ]
    facts = {
        "model_version",
        "function_version",
        "run",
        "created_at",
        "ratios",
        "metrics",
        "data",
        "share",
        "threshold",
        "imported",
        "tuned",
        "damaged",
    }
    assert set(listed[0]) == {"live", "anchor", "pinned", "quarantined", "pruned"} | facts


def test_versions_are_listed_with_the_metrics_that_the_gate_judged_them_by(night: FakeOutside) -> None:
    def rule(name: str, value: float | None) -> dict[str, Any]:
        return {"name": name, "value": value, "direction": ">=", "bound": 0.5, "passed": True, "reason": "so it is"}

    of_the_artifact = rule("largest difference from the estimator's probabilities", 0.0)
    rules = [
        of_the_artifact,
        rule("recall of a kind of attack", 0.99),
        rule("accuracy", 0.9),
        rule("lift of x", None),
    ]
    register(night.edges, run="run-1", rules=rules)

    (listed,) = models.versions(night.edges, model=MODEL)

    assert listed["metrics"] == {"recall of a kind of attack": 0.99, "accuracy": 0.9, "lift of x": None}


def test_versions_are_listed_with_their_shares_of_the_traffic() -> None:
    night = after_nights(2)
    canary(night.edges)

    listed = models.versions(night.edges, model=MODEL)

    assert [(each["model_version"], each["live"], each["share"]) for each in listed] == [
        (3, False, 0.1),
        (2, True, 0.9),
        (1, False, 0.0),
    ]


def test_candidate_is_known_by_its_code_when_other_hands_gave_it_a_share() -> None:
    night = after_nights(2)
    alias = by_hand(night, "2", weights={"1": 0.25})

    assert Live(night.edges, model=MODEL, alias=alias).candidate() == 1
    assert Live(night.edges, model=MODEL, alias=by_hand(night, "2")).candidate() is None


def test_live_version_tells_that_it_is_pinned_and_that_it_is_quarantined() -> None:
    night = after_nights(1)
    Pin(night.edges, MODEL).claim(1, who="ops", why="audit")
    Quarantine(night.edges, MODEL).put("data-1", model_version=1, who="ops", why="worse")

    assert models.describe(night.edges, model=MODEL)["live"] == {**LIVE, "pinned": True, "quarantined": True}


@pytest.mark.parametrize("part", [registry.MANIFEST, SCORECARD_FILE, registry.REPORT])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_damaged_document_of_a_version_is_named(night: FakeOutside, part: str, body: bytes) -> None:
    promote(night.edges, run="run-1", file=None)
    key = layout.version(MODEL, 1, part)
    night.store.put(key, body)

    with pytest.raises(RegistryIncomplete, match=f"{key} is damaged"):
        models.describe(night.edges, model=MODEL)
        models.version(night.edges, model=MODEL, model_version="1")


def test_versions_are_listed_with_what_became_of_them(night: FakeOutside) -> None:
    for number in range(1, 4):
        promote(night.edges, run=f"run-{number}", fingerprint=f"data-{number}")
    Pin(night.edges, MODEL).claim(3, who="ops", why="audit")
    Quarantine(night.edges, MODEL).put("data-2", model_version=2, who="ops", why="worse")
    night.store.put(layout.version(MODEL, 1, registry.PRUNED), b"{}")

    listed = models.versions(night.edges, model=MODEL)

    flags = ("live", "pinned", "quarantined", "pruned")
    assert {each["model_version"]: [flag for flag in flags if each[flag]] for each in listed} == {
        3: ["live", "pinned"],
        2: ["quarantined"],
        1: ["pruned"],
    }


def test_model_without_versions_lists_none() -> None:
    assert models.versions(outside().edges, model=MODEL) == []


def test_one_version_is_told_whole(night: FakeOutside) -> None:
    register(night.edges, run="run-1")

    found = models.version(night.edges, model=MODEL, model_version="1")

    assert found["manifest"]["run"] == "run-1"
    assert found["report"] == report_of("run-1")


@pytest.mark.parametrize("wanted", ["0", "2", "99999999999999"])
def test_version_that_is_not_there_is_unknown(night: FakeOutside, wanted: str) -> None:
    register(night.edges, run="run-1")

    with pytest.raises(VersionUnknown):
        models.version(night.edges, model=MODEL, model_version=wanted)


@pytest.mark.parametrize("wanted", ["", "one", "-1", "1.0", "1/report.json", " 1"])
def test_version_that_is_no_number_is_unknown(wanted: str) -> None:
    with pytest.raises(VersionUnknown) as caught:
        models.version(outside().edges, model=MODEL, model_version=wanted)

    assert caught.value.details["field"] == "version"


@pytest.mark.parametrize("wanted", ["²", "9" * 5000], ids=["superscript two", "5000 digits"])
def test_version_of_digits_that_make_no_number_is_unknown(wanted: str) -> None:
    with pytest.raises(VersionUnknown):
        models.version(outside().edges, model=MODEL, model_version=wanted)


def test_model_without_a_serving_function_is_unknown_everywhere() -> None:
    night = outside("a", "b")

    for ask in (
        lambda: models.check(night.edges, model="c"),
        lambda: models.describe(night.edges, model="c"),
        lambda: models.versions(night.edges, model="c"),
        lambda: models.version(night.edges, model="c", model_version="1"),
    ):
        with pytest.raises(ModelUnknown) as caught:
            ask()
        assert caught.value.details == {"field": "model", "accepted": "a, b"}


def test_unknown_model_is_refused_before_its_versions_are_looked_for(night: FakeOutside) -> None:
    edges = with_store(night.edges, "list", before=raising(StoreUnavailable("a prefix of any length")))

    with pytest.raises(ModelUnknown):
        models.newest_versions(edges, model="c" * 2000)


def test_stage_without_models_knows_none() -> None:
    with pytest.raises(ModelUnknown) as caught:
        models.check(FakeOutside().edges, model=MODEL)

    assert caught.value.details["accepted"] == "none"
