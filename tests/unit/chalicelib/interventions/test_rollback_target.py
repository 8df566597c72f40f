from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.errors import VersionUnfit
from chalicelib.interventions import rollback_target
from chalicelib.registry import registry
from tests.fakes.edges import FakeOutside
from tests.given.moves import after_nights, ask
from tests.given.nights import MODEL, promote


def found(night: FakeOutside, live: int | None) -> tuple[int, list[str]]:
    return rollback_target.find(night.edges, model=MODEL, live=live, alias=night.functions.alias(MODEL))


def test_latest_version_that_was_live_comes_first_whatever_its_number() -> None:
    night = after_nights(3)
    ask(night.edges, "promote", model_version=1)

    assert found(night, 1) == (3, [])


def test_rolling_back_again_goes_further_back() -> None:
    night = after_nights(3)

    reached = [ask(night.edges, "rollback", name=f"rollback-{time}")["to"]["model_version"] for time in range(2)]

    assert reached == [2, 1]


def test_version_that_was_live_twice_is_passed_over_once() -> None:
    night = after_nights(3)
    ask(night.edges, "promote", model_version=2)
    ask(night.edges, "promote", name="promote-back", model_version=3)
    night.store.put(layout.version(MODEL, 2, registry.PRUNED), b"{}")

    assert found(night, 3) == (1, ["version 2 was passed over: it was pruned"])


@pytest.mark.parametrize("gone", [(2,), (2, 3)])
def test_entry_that_is_gone_is_told_where_the_version_before_may_have_been_another(gone: tuple[int, ...]) -> None:
    night = after_nights(3)
    for number in gone:
        night.store.delete(layout.ledger_entry(MODEL, number))

    number, told = found(night, 3)

    assert number == 1
    assert len(told) == 1 and f"{layout.ledger_entry(MODEL, 2)} is missing" in told[0]


def test_quarantined_version_is_passed_over() -> None:
    night = after_nights(3)
    ask(night.edges, "rollback")

    assert found(night, 2) == (1, ["version 3 was passed over: it is quarantined"])


def test_pruned_version_is_passed_over() -> None:
    night = after_nights(3)
    night.store.put(layout.version(MODEL, 2, registry.PRUNED), b"{}")

    assert found(night, 3) == (1, ["version 2 was passed over: it was pruned"])


def test_version_that_the_registry_lost_is_passed_over() -> None:
    night = after_nights(3)
    night.store.delete(layout.version(MODEL, 2, registry.MANIFEST))

    assert found(night, 3) == (1, ["version 2 was passed over: the registry does not have it"])


def test_same_model_again_is_passed_over() -> None:
    night = after_nights(2)
    promote(night.edges, run="forced", fingerprint="data-2")

    assert found(night, 3) == (1, ["version 2 was passed over: it is the same data, recipe and code"])


def test_same_model_again_is_better_than_nothing() -> None:
    night = after_nights(1)
    promote(night.edges, run="forced", fingerprint="data-1")

    assert found(night, 2) == (
        1,
        ["version 1 is the same data, recipe and code: there is no other to go back to"],
    )


def test_rollback_to_a_twin_locks_neither_and_says_that_it_is_the_same() -> None:
    night = after_nights(1)
    promote(night.edges, run="forced", fingerprint="data-1")

    told = ask(night.edges, "rollback")

    assert told["quarantined"] == []
    assert told["remarks"] == ["version 1 is the same data, recipe and code: there is no other to go back to"]


def test_only_version_has_no_way_back() -> None:
    with pytest.raises(VersionUnfit, match=r"no earlier version of kdd99-http to go back to\. Name one with --to"):
        found(after_nights(1), 1)
