"""Which endpoints stay, and what the end of a run deletes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.endpoints import clearing
from chalicelib.errors import ExecutionsUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.registry import registry
from chalicelib.registry.manifest import Served
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.approvals import waits
from tests.given.interference import interfered, raising
from tests.given.nights import MODEL, Registered, outside, register, revision, shift, swap
from tests.given.records import rewrite

HOUR = 3600.0
WORDS = "1 ml.m5.large, $0.12 an hour in us-east-1"
DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListEndpoints")


def hosted(night: FakeOutside, run: str, *, status: str = "InService", ended: bool = True) -> Registered:
    """A version with an endpoint, of a run that is over."""
    made = register(night.edges, run=run, fingerprint=f"data-of-{run}")
    key = layout.version(MODEL, made.model_version, registry.MANIFEST)
    served = Served(name=f"nightswap-test-{MODEL}-v{made.model_version}", keep_hours=24, words=WORDS)
    rewrite(night, key, endpoint=served.document)
    night.endpoints.make(MODEL, made.model_version, status=status)
    if ended:
        night.store.put(layout.run_document(run, "outcome"), b"{}")
    return made


def live(night: FakeOutside, registered: Registered, *, run: str) -> None:
    """All traffic to it."""
    seen, entry = revision(night.edges), Ledger(night.edges, MODEL).next_entry()
    promotion.move_alias(night.edges, swap(night.edges, registered, run=run, expected=seen, next_entry=entry))


def reasons(night: FakeOutside) -> dict[int, str | None]:
    return {each.endpoint.model_version: each.kept_because for each in clearing.decide(night.edges, model=MODEL)}


def there(night: FakeOutside) -> list[int]:
    return [each.model_version for each in night.endpoints.of(MODEL)]


def clear(night: FakeOutside) -> list[int]:
    return [each.endpoint.model_version for each in clearing.clear(night.edges, model=MODEL)]


def test_endpoint_behind_the_alias_is_never_deleted() -> None:
    night = outside()
    live(night, hosted(night, "first"), run="first")
    night.clock.sleep(1000 * HOUR)

    assert reasons(night) == {1: "live"}
    assert clear(night) == []


def test_candidate_of_a_canary_stays() -> None:
    night = outside()
    live(night, hosted(night, "first"), run="first")
    promotion.move_alias(night.edges, shift(night.edges, hosted(night, "second"), run="second"))

    assert reasons(night) == {1: "live", 2: "live"}


def test_endpoint_that_the_alias_has_left_stays_for_its_hours() -> None:
    night = outside()
    live(night, hosted(night, "first"), run="first")
    live(night, hosted(night, "second"), run="second")

    night.clock.sleep(23 * HOUR)
    assert str(reasons(night)[1]).startswith("kept until 2026-")
    assert clear(night) == []

    night.clock.sleep(2 * HOUR)
    assert clear(night) == [1]
    assert there(night) == [2]
    assert clear(night) == []


def test_one_that_was_rolled_back_goes_at_once() -> None:
    night = outside()
    live(night, hosted(night, "first"), run="first")
    live(night, hosted(night, "second"), run="second")
    live(night, Registered(1, "1"), run="back")
    Quarantine(night.edges, MODEL).put("data-of-second", model_version=2, who="somebody", why="wrong")

    assert clear(night) == [2]


def test_one_of_a_run_that_came_to_nothing_goes_at_once() -> None:
    night = outside()
    hosted(night, "rejected")

    assert clear(night) == [1]


def test_one_of_a_run_that_goes_on_stays() -> None:
    night = outside()
    hosted(night, "going", ended=False)

    assert reasons(night) == {1: "its run goes on"}


def test_one_that_waits_and_one_that_is_pinned_stay() -> None:
    night = outside()
    hosted(night, "first", ended=False)
    hosted(night, "second")
    waits(night.edges, "first", model_version=1)
    Pin(night.edges, MODEL).claim(2, who="somebody", why="good")

    assert reasons(night) == {1: "waits for approval", 2: "pinned"}


def test_one_that_sagemaker_still_makes_is_left_for_the_next_time() -> None:
    night = outside()
    hosted(night, "failed", status="Creating")

    assert reasons(night) == {1: "SageMaker says Creating"}


def test_price_of_an_endpoint_without_a_manifest_is_unknown() -> None:
    night = outside()
    night.endpoints.make(MODEL, 9)

    [decided] = clearing.decide(night.edges, model=MODEL)

    assert (decided.words, decided.kept_because) == (clearing.UNKNOWN, None)


def test_sagemaker_is_not_asked_where_no_version_ever_had_an_endpoint() -> None:
    night = outside()
    night.endpoints.make(MODEL, 1)

    assert clearing.find(night.edges, model=MODEL) == []

    night.store.put(layout.version(MODEL, 1, registry.MODEL_DATA), b"data")
    assert len(clearing.find(night.edges, model=MODEL)) == 1


def test_end_of_a_run_stands_whatever_sagemaker_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    night = outside()
    edges = replace(night.edges, endpoints=interfered(night.endpoints, "of", before=raising(DENIED)))

    clearing.at_the_end(edges, model=MODEL, run="a-run")

    assert "deleting endpoints of kdd99-http" in capsys.readouterr().err


def test_end_of_a_run_is_tried_again_where_sagemaker_is_away() -> None:
    night = outside()
    away = interfered(night.endpoints, "of", before=raising(ExecutionsUnavailable("away")))

    with pytest.raises(ExecutionsUnavailable):
        clearing.at_the_end(replace(night.edges, endpoints=away), model=MODEL, run="a-run")


def test_end_of_a_run_deletes_what_nobody_needs() -> None:
    night = outside()
    hosted(night, "rejected")

    clearing.at_the_end(night.edges, model=MODEL, run="rejected")

    assert there(night) == []
