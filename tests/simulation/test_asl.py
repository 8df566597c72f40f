"""The states language means what its specification says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulation.asl import (
    StateFailed,
    catcher,
    choose,
    fill,
    matches,
    place,
    reach,
    retry_delay_seconds,
    seconds,
)


def test_parameters_take_what_their_paths_lead_to() -> None:
    template = {"run.$": "$$.Execution.Name", "inner": {"n.$": "$.a.b"}, "all": [{"x.$": "$"}], "literal": None}

    filled = fill(template, {"a": {"b": 1}}, {"Execution": {"Name": "r"}})

    assert filled == {"run": "r", "inner": {"n": 1}, "all": [{"x": {"a": {"b": 1}}}], "literal": None}


def test_a_path_that_leads_nowhere_ends_the_execution() -> None:
    with pytest.raises(StateFailed, match=r"States.Runtime: there is nothing at \$\.a\.c"):
        reach("$.a.c", {"a": {"b": 1}}, {})


def test_a_result_is_put_where_its_path_says() -> None:
    data: dict[str, Any] = {"a": 1}

    assert place(2, "$.b", data) == {"a": 1, "b": 2}
    assert place(2, "$.b.c", data) == {"a": 1, "b": {"c": 2}}
    assert place(2, "$", data) == 2
    assert place(2, None, data) == {"a": 1} == data


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"Variable": "$.text", "StringEquals": "yes"}, True),
        ({"Variable": "$.text", "StringEquals": "no"}, False),
        ({"Variable": "$.flag", "BooleanEquals": True}, True),
        ({"Variable": "$.text", "BooleanEquals": True}, False),
        ({"Variable": "$.none", "IsNull": True}, True),
        ({"Not": {"Variable": "$.none", "IsNull": True}}, False),
        ({"And": [{"Variable": "$.flag", "BooleanEquals": True}, {"Variable": "$.none", "IsNull": False}]}, False),
        ({"Or": [{"Variable": "$.flag", "BooleanEquals": True}, {"Variable": "$.none", "IsNull": False}]}, True),
    ],
)
def test_a_choice_goes_where_the_first_fitting_rule_says(rule: dict[str, Any], fits: bool) -> None:
    data = {"text": "yes", "flag": True, "none": None}

    chosen = choose({"Choices": [{**rule, "Next": "There"}], "Default": "Elsewhere"}, data, {})

    assert chosen == ("There" if fits else "Elsewhere")


def test_a_choice_without_a_way_fails() -> None:
    rule = {"Variable": "$.a", "StringEquals": "x", "Next": "There"}

    with pytest.raises(StateFailed, match="NoChoiceMatched"):
        choose({"Choices": [rule]}, {"a": "y"}, {})
    with pytest.raises(ValueError, match="does not know"):
        choose({"Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "There"}]}, {"a": 1}, {})


@pytest.mark.parametrize(
    ("names", "error", "fits"),
    [
        (["StoreUnavailable"], "StoreUnavailable", True),
        (["TransientError"], "StoreUnavailable", False),
        (["States.ALL"], "StoreUnavailable", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.TaskFailed"], "StoreUnavailable", True),
        (["States.TaskFailed"], "States.Timeout", False),
    ],
)
def test_errors_are_matched_by_their_exact_names(names: list[str], error: str, fits: bool) -> None:
    assert matches(names, error) == fits
    assert (catcher([{"ErrorEquals": names, "Next": "There"}], error) is not None) == fits


def test_retries_wait_longer_each_time_up_to_a_limit_and_end() -> None:
    retriers = [{"ErrorEquals": ["A"], "IntervalSeconds": 2, "MaxAttempts": 4, "MaxDelaySeconds": 10}]
    spent: dict[int, int] = {}

    delays = [retry_delay_seconds(retriers, "A", spent) for _ in range(5)]

    assert delays == [2, 4, 8, 10, None]
    assert retry_delay_seconds(retriers, "B", spent) is None


@pytest.mark.parametrize(("state", "waits"), [({"Seconds": 5}, 5), ({"SecondsPath": "$.long"}, 60)])
def test_a_wait_says_how_long_or_where_that_is_said(state: dict[str, Any], waits: int) -> None:
    assert seconds(state, {"long": 60}, {}) == waits


@pytest.mark.parametrize("value", ["60", -1, 1.5, True, None])
def test_what_is_no_number_of_seconds_is_not_waited_for(value: object) -> None:
    with pytest.raises(StateFailed, match="is no number of seconds to wait"):
        seconds({"SecondsPath": "$.long"}, {"long": value}, {})
