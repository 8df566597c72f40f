from __future__ import annotations

import inspect
import json

from chalicelib import errors
from chalicelib.errors import NightswapError, RequestError, TransientError, leaves
from chalicelib.limits import CAUSE_CHARACTERS, MESSAGE_CHARACTERS, TERMINAL_CHARACTERS

CLASSES = {
    name: found
    for name, found in vars(errors).items()
    if inspect.isclass(found) and issubclass(found, NightswapError)
}


def test_leaves_are_the_classes_that_nothing_inherits_from() -> None:
    parents = {base.__name__ for found in CLASSES.values() for base in found.__mro__[1:]}

    assert set(leaves()) == set(CLASSES) - parents


def test_leaves_below_a_base_are_its_own() -> None:
    assert leaves(TransientError) == (
        "ExecutionsUnavailable",
        "FunctionBusy",
        "FunctionUnavailable",
        "MetricsUnavailable",
        "NoticesUnavailable",
        "StoreUnavailable",
    )


def test_leaf_is_its_own_only_leaf() -> None:
    assert leaves(errors.SingleClass) == ("SingleClass",)


def test_every_error_is_drawn_in_the_tree_and_says_what_it_means() -> None:
    assert [name for name in CLASSES if name not in (errors.__doc__ or "")] == []
    assert [name for name, kind in CLASSES.items() if not kind.__doc__] == []


def test_status_of_a_request_error_is_the_one_that_is_drawn() -> None:
    told = [f"{name} {CLASSES[name].status}" for name in leaves(RequestError)]

    assert [each for each in told if each not in (errors.__doc__ or "")] == []


def test_error_carries_message_and_details() -> None:
    error = errors.BadRequest("what, got, expected", field="force")

    assert (str(error), error.message, error.details) == (
        "what, got, expected",
        "what, got, expected",
        {"field": "force"},
    )


def test_no_message_grows_with_what_it_tells_of() -> None:
    names = [f"column_{number}" for number in range(20_000)]
    for name, kind in CLASSES.items():
        error = kind(", ".join(names), columns=names, value="x" * 10**6)

        assert len(str(error)) <= kind.characters <= TERMINAL_CHARACTERS, name
        assert error.message.endswith(" more)"), name
        assert len(repr(error.details)) < 4 * MESSAGE_CHARACTERS, name


def test_longest_message_fits_the_cause_of_an_execution() -> None:
    for name in (*leaves(errors.DataError), *leaves(RequestError), "RecipeInvalid", "Unexpected"):
        error = CLASSES[name]("\U0001f600" * 100_000)

        report = {"errorMessage": str(error), "errorType": name, "stackTrace": ["x" * 200] * 20}

        assert len(json.dumps(report)) < CAUSE_CHARACTERS, name
