from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.audit.verification import verify
from chalicelib.registry import registry
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_store
from tests.given.nights import MODEL, forget_evidence, going
from tests.given.records import by_hand, canary, problems, rewrite, silent, two_nights


@pytest.fixture
def night() -> FakeOutside:
    return two_nights()


def test_running_canary_is_in_order() -> None:
    night = canary()
    going(night, "run-3")

    assert problems(night) == ()


def test_live_function_version_with_other_code_is_told(night: FakeOutside) -> None:
    rewrite(night, layout.version(MODEL, 2, registry.MANIFEST), code_sha256="other")

    assert any(
        "function version 2 of kdd99-http does not hold the code of version 2" in each for each in problems(night)
    )


def test_live_code_that_the_registry_does_not_know_is_told(night: FakeOutside) -> None:
    night.functions.publish(MODEL, b"by hand")
    by_hand(night, "3")

    assert f"function version 3 is live, and no registered version of {MODEL} has its code" in problems(night)[1]


def test_share_of_a_run_that_is_over_is_told() -> None:
    assert problems(canary()) == (
        f"version 3 of {MODEL} has 10% of the traffic, and run run-3 is over, which shifted it: the next run takes it"
        f" back, e.g. nightswap retrain --model {MODEL}",
    )


def test_damaged_document_is_told_in_place_of_what_it_would_say(night: FakeOutside) -> None:
    key = layout.version(MODEL, 2, registry.MANIFEST)
    night.store.put(key, b"{")

    assert problems(night)[-1].startswith(f"{key} is damaged")


def test_share_that_other_hands_gave_is_told(night: FakeOutside) -> None:
    by_hand(night, "2", weights={"1": 0.25})

    assert f"function version 1 of {MODEL} has 25% of the traffic, set by hand" in problems(night)[-1]


def test_live_version_that_is_quarantined_is_told(night: FakeOutside) -> None:
    Quarantine(night.edges, MODEL).put("data-2", model_version=2, who="ops", why="worse")

    (problem,) = problems(night)
    assert problem.startswith(f"version 2 of {MODEL} is live and quarantined (worse): nightswap rollback")


def test_live_version_that_is_quarantined_is_told_although_its_manifest_is_damaged() -> None:
    night = two_nights()
    Quarantine(night.edges, MODEL).put(fingerprint="data-2", model_version=2, who="ada", why="it was wrong")
    night.store.put(layout.version(MODEL, 2, registry.MANIFEST), b"{")

    told = problems(night)

    assert [each for each in told if each.startswith(f"version 2 of {MODEL} is live and quarantined")]
    assert [each for each in told if each.startswith(f"{layout.version(MODEL, 2, registry.MANIFEST)} is damaged")]


def test_quarantine_of_what_is_not_live_is_in_order_if_it_fits_its_version(night: FakeOutside) -> None:
    Quarantine(night.edges, MODEL).put("data-1", model_version=1, who="ops", why="worse")
    assert problems(night) == ()

    Quarantine(night.edges, MODEL).put("data-7", model_version=7, who="ops", why="worse")
    forget_evidence(night, 1)
    rewrite(night, layout.version(MODEL, 1, registry.MANIFEST), fingerprint="data-9")
    assert problems(night) == (
        f"the quarantine of version 1 of {MODEL} is of fingerprint data-1, the version itself of data-9",
        f"version 7 of {MODEL} is quarantined, and the registry has no such version",
    )


def test_pin_of_what_is_not_live_is_told(night: FakeOutside) -> None:
    Pin(night.edges, MODEL).claim(2, who="ops", why="audit")
    assert problems(night) == ()

    Pin(night.edges, MODEL).follow(1, who="ops", why="audit")
    assert problems(night) == (
        f'version 1 of {MODEL} is pinned, and 2 is live: nightswap pin 1 --model {MODEL} --reason "..." again, or'
        f' nightswap unpin --model {MODEL} --reason "..."',
    )


@pytest.mark.parametrize("read", range(1, 30))
def test_quarantine_that_is_lifted_meanwhile_is_no_problem(read: int, night: FakeOutside) -> None:
    """Before any of the documents that the check reads."""
    quarantine = Quarantine(night.edges, MODEL)
    quarantine.put("data-1", model_version=1, who="ops", why="worse")
    lifting = with_store(night.edges, "find", nth=read, before=lambda: quarantine.lift("data-1"))

    assert verify(lifting, model=MODEL, report=silent).problems == ()
