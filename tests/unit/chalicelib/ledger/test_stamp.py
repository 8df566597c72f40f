from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edges.serving_functions import Alias
from chalicelib.ledger import stamp
from chalicelib.ledger.stamp import Stamp
from chalicelib.limits import DESCRIPTION_CHARACTERS, RUN_CHARACTERS

numbers = st.integers(1, 10**10)
function_versions = st.integers(1, 10**10).map(str)
stamps = st.builds(
    Stamp,
    run=st.from_regex(rf"[A-Za-z0-9_-]{{1,{RUN_CHARACTERS}}}", fullmatch=True),
    step=st.integers(0, 99),
    kind=st.sampled_from(["promoted", "shifted", "rolled_back", "restored", "pinned", "unpinned"]),
    origin=st.none() | function_versions,
    function_version=function_versions,
    model_version=numbers,
    entry=numbers,
    candidate=st.none() | numbers,
)


def a_stamp(**changes: object) -> Stamp:
    first: dict[str, object] = {
        "run": "run-1",
        "step": 50,
        "kind": "promoted",
        "origin": None,
        "function_version": "4",
        "model_version": 2,
        "entry": 7,
    }
    return Stamp(**{**first, **changes})  # type: ignore[arg-type]


@given(stamps)
def test_stamp_is_read_as_it_was_written(written: Stamp) -> None:
    assert Stamp.parse(str(written)) == written


@given(stamps)
def test_stamp_fits_into_lambdas_description(written: Stamp) -> None:
    assert len(str(written)) <= DESCRIPTION_CHARACTERS


def test_stamp_of_a_shift_names_the_candidate() -> None:
    shifted = a_stamp(kind="shifted", step=1, candidate=3)

    assert str(shifted) == "run=run-1 step=1 shifted from=none to=4 model_version=2 candidate=3 entry=7"


def test_stamp_of_an_earlier_release_is_read_too() -> None:
    written = "run=r-1 step=50 promoted from=3 to=4 model_version=2 entry=7"

    assert Stamp.parse(written) == a_stamp(run="r-1", origin="3", candidate=None)


def test_longest_names_and_numbers_fit_into_lambdas_description() -> None:
    longest = a_stamp(
        run="r" * RUN_CHARACTERS,
        step=99,
        kind="rolled_back",
        origin="9" * 12,
        function_version="9" * 12,
        model_version=999_999,
        entry=9_999_999_999,
        candidate=999_999,
    )

    assert len(str(longest)) <= DESCRIPTION_CHARACTERS
    assert Stamp.parse(str(longest)) == longest


@pytest.mark.parametrize(
    "description",
    [
        "",
        "made by hand",
        "run=r-1 step=1",
        "run=r 1 step=1 promoted from=none to=4 model_version=2 entry=7",
        "run=r-1 step=-1 promoted from=none to=4 model_version=2 entry=7",
        "run=r-1 step=1 promoted from=$LATEST to=4 model_version=2 entry=7",
        "run=r-1 step=1 promoted from=none to=4 model_version=2 entry=7 ",
        "see run=r-1 step=1 promoted from=none to=4 model_version=2 entry=7",
        "run=r-1 step=1 promoted from=none to=4 model_version=2 entry=7\n",
        "run=r-1 step=1 promoted from=none to=4 model_version=0 entry=7",
        "run=r-1 step=1 promoted from=none to=4 model_version=2 entry=0",
        "run=r-1 step=1 promoted from=none to=4 model_version=2 candidate=0 entry=7",
        "run=r-1 step=1 promoted from=\u0663 to=4 model_version=2 entry=7",
        f"run=r-1 step=1 promoted from=none to=4 model_version=2 entry={2**53 + 1}",
    ],
)
def test_foreign_description_is_no_stamp(description: str) -> None:
    assert Stamp.parse(description) is None


@given(st.text(max_size=DESCRIPTION_CHARACTERS))
def test_any_description_is_read_or_none(description: str) -> None:
    assert Stamp.parse(description) is None


def test_stamp_of_an_alias_is_its_last_move() -> None:
    alias = Alias("4", "revision", str(a_stamp(function_version="4")))

    assert stamp.of(alias) == a_stamp(function_version="4")


def test_stamp_that_other_hands_left_behind_says_nothing() -> None:
    moved_by_hand = Alias("5", "revision", str(a_stamp(function_version="4")))

    assert stamp.of(moved_by_hand) is None
