"""nightswap endpoints and prune: what endpoints there are, what they cost, and which go."""

from __future__ import annotations

from typing import Any

from chalicelib import layout
from chalicelib.registry import registry
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, promote
from tests.given.old_nights import nights
from tests.given.records import rewrite


def stage_with_endpoints() -> FakeStage:
    """Two versions with endpoints, the second of a run that came to nothing."""
    stage = FakeStage(nights(1))
    promote(stage.edges, run="second", fingerprint="data-second")
    stage.outside.store.put(layout.run_document("second", "outcome"), b"{}")
    stage.outside.endpoints.make(MODEL, 2)
    stage.outside.endpoints.make(MODEL, 7)
    served = {"name": "nightswap-test-kdd99-http-v2", "keep_hours": 24, "words": "1 ml.m5.large, $0.12 an hour"}
    rewrite(stage.outside, layout.version(MODEL, 2, registry.MANIFEST), endpoint=served)
    stage.outside.store.put(layout.version(MODEL, 2, registry.MODEL_DATA), b"data")
    return stage


def test_every_endpoint_is_listed_with_its_price_and_why_it_stays() -> None:
    result = stage_with_endpoints().run("endpoints", MODEL)

    said = [" ".join(line.split()) for line in result.output.splitlines()]
    assert result.exit_code == 0
    assert any("nightswap-test-kdd99-http-v2 InService" in line and "$0.12 an hour" in line for line in said)
    assert any(line.startswith("stays 2") and line.endswith("live") for line in said)
    assert any(line.startswith("goes 7") and "price unknown" in line for line in said)


def test_programs_get_the_same() -> None:
    told: Any = stage_with_endpoints().json("endpoints", MODEL, "--json")

    assert [(each["model_version"], each["stays_because"]) for each in told["endpoints"]] == [(2, "live"), (7, None)]


def test_model_without_endpoints_is_told_so() -> None:
    assert "no version of kdd99-http has an endpoint" in FakeStage(nights(1)).run("endpoints", MODEL).output


def test_prune_shows_what_goes_and_deletes_it_when_told() -> None:
    stage = stage_with_endpoints()

    shown = stage.run("prune", MODEL).output
    assert "endpoints of kdd99-http" in shown
    assert "nothing was changed; add --yes" in shown
    assert len(stage.outside.endpoints.of(MODEL)) == 2

    assert "endpoints of kdd99-http, deleted" in stage.run("prune", MODEL, "--yes").output
    assert [each.model_version for each in stage.outside.endpoints.of(MODEL)] == [2]


def test_prune_tells_programs_of_endpoints_where_there_are_any() -> None:
    with_some: Any = stage_with_endpoints().json("prune", MODEL, "--json")
    without: Any = FakeStage(nights(1)).json("prune", MODEL, "--json")

    assert [each["model_version"] for each in with_some["endpoints"]] == [2, 7]
    assert "endpoints" not in without
