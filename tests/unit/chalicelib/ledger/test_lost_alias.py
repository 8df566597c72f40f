"""An alias that somebody deleted: the ledger still says what is live."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.errors import RegistryIncomplete
from chalicelib.registry import models, registry
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.given.broken_runs import FAILURE
from tests.given.interference import with_functions
from tests.given.moves import after_nights, canary, serving
from tests.given.nights import MODEL, going, ledger_of
from tests.given.records import problems

MADE_AGAIN = "the alias of kdd99-http is gone: put back version 2, as function version 2"


@pytest.fixture
def night() -> FakeOutside:
    return after_nights(2)


def test_the_next_run_begins_with_making_it_again(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)

    restored = cleanup.before(night.edges, run="run-3", model=MODEL)

    assert (restored.function_version, restored.repairs) == ("2", [MADE_AGAIN])
    assert ledger_of(night)[-1] == (3, "run-3", None, "2", False)
    assert problems(night) == ()


def test_a_canary_is_not_made_again_with_it(night: FakeOutside) -> None:
    canary(night.edges)
    night.functions.delete_alias(MODEL)

    cleanup.before(night.edges, run="run-4", model=MODEL)

    assert serving(night) == ("2", {})


def test_a_run_that_breaks_makes_it_again_at_its_end(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)

    restored = cleanup.after(night.edges, run=going(night, "run-3"), model=MODEL, failure=FAILURE)

    assert restored.repairs == [MADE_AGAIN]


def test_no_run_goes_on_when_lambda_lost_the_version_too(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)
    night.functions.delete_version(MODEL, "2")

    with pytest.raises(
        RegistryIncomplete, match=r"by entry 2 of the ledger: nightswap restore kdd99-http puts it back"
    ):
        cleanup.before(night.edges, run="run-3", model=MODEL)

    assert night.functions.alias(MODEL) is None


def test_the_end_of_a_broken_run_is_recorded_although_the_alias_cannot_be_made_again(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)
    night.functions.delete_version(MODEL, "2")

    restored = cleanup.after(night.edges, run=going(night, "run-3"), model=MODEL, failure=FAILURE)

    assert "nightswap restore kdd99-http puts it back" in restored.repairs[-1]
    assert night.store.find(layout.run_document("run-3", "outcome"))


@pytest.mark.parametrize("key", [layout.evidence(MODEL, 2), layout.version(MODEL, 2, registry.MANIFEST)])
def test_what_nothing_vouches_for_is_not_made_live_again(night: FakeOutside, key: str) -> None:
    night.functions.delete_alias(MODEL)
    night.store.put(key, b"{}")

    with pytest.raises(RegistryIncomplete, match="damaged"):
        cleanup.before(night.edges, run="run-3", model=MODEL)

    assert night.functions.alias(MODEL) is None


def test_whoever_is_quicker_stands(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)
    raced = with_functions(
        night.edges, "create_alias", before=lambda: cleanup.before(night.edges, run="quicker", model=MODEL)
    )

    restored = cleanup.before(raced, run="slower", model=MODEL)

    assert (restored.function_version, restored.repairs) == ("2", [])
    assert [entry[1] for entry in ledger_of(night)] == ["run-1", "run-2", "quicker"]


def test_the_list_of_models_says_what_is_gone_and_how_it_comes_back(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)

    (told,) = models.all_live(night.edges)["models"]

    assert told["live"] is None
    assert told["problems"] == [
        f"the alias of {MODEL} is gone, and by entry 2 of the ledger version 2 is live: the next run puts it back, or"
        f" at once nightswap restore {MODEL}"
    ]
