"""Seeded mistakes: the checks of a definition find each."""

import json
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest

from chalicelib.contracts.decisions import REJUDGE
from chalicelib.errors import leaves
from chalicelib.names import document_name
from tests.contract.definition.mistakes import MISTAKES, STATELINT, Mistake
from workflows.definitions.checker import LAMBDAS, check, lint, problems
from workflows.definitions.checks.machines import RETRAIN
from workflows.definitions.functions import SIGNATURES
from workflows.definitions.rendering import golden


@cache
def told(name: str) -> list[str]:
    return problems(next(each for each in MISTAKES if each.name == name).text())


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake_is_found_by_whom_we_say(mistake: Mistake) -> None:
    assert told(mistake.name)
    assert bool(lint(mistake.text())) == (mistake.found_by == STATELINT)


def test_text_that_is_no_json_is_a_problem() -> None:
    assert problems('{"StartAt": ') == ["not JSON: Expecting value: line 1 column 13 (char 12)"]


def test_definition_without_states_is_a_problem() -> None:
    assert problems("{}")


def test_broken_reference_is_reported_with_the_way_that_leads_to_it() -> None:
    assert told("reason of the wrong branch") == [
        "NothingNew: Parameters.reason: nothing is at $.rollout.reason: rollout is missing "
        "(by way of RestoreAlias > Preprocess > HasNewData > NothingNew)"
    ]


def test_task_without_its_file_is_found(tmp_path: Path) -> None:
    for task in SIGNATURES:
        (tmp_path / f"{document_name(task)}.py").touch()
    definition = json.loads(golden())
    assert check(definition, errors=leaves(), tasks=tmp_path) == []

    (tmp_path / "train.py").unlink()

    [problem] = check(definition, errors=leaves(), tasks=tmp_path)
    assert (problem.state, "train.py, which does not exist" in problem.message) == ("Train", True)


def test_machine_that_never_calls_a_task_is_found() -> None:
    another = {"train-again": SIGNATURES["train"]}
    definition = json.loads(golden())

    [problem] = check(
        definition,
        machine=replace(RETRAIN, contracts={**SIGNATURES, **another}),
        errors=leaves(),
        tasks=LAMBDAS,
    )

    assert problem.message == "the task train-again is never called"


@pytest.mark.parametrize("name", [each.name for each in MISTAKES if each.name.startswith("loop")])
def test_loop_that_nothing_ends_is_reported_at_a_state_of_it(name: str) -> None:
    assert any("leads back to itself: nothing bounds how often" in problem for problem in told(name))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "share that is always the first",
            "ShiftTraffic: shift has to count the rounds: no state of the loop writes",
        ),
        ("share counted from elsewhere", "ShiftTraffic: shift has to count the rounds: no state of the loop writes"),
        ("judged as if for the first time", "Rejudge: judging has to count the rounds: it is 1 at Evaluate already"),
        ("judged as often as before", "Rejudge: judging has to count the rounds: expected a number of this state's"),
        ("judged again for nobody", "SwapAlias: judging has to count the rounds: no state of the loop writes"),
    ],
)
def test_loop_whose_rounds_are_not_counted_is_reported(name: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in told(name))


def test_decision_that_another_function_makes_without_a_bound_bounds_nothing() -> None:
    """Where two functions write the decision that a Choice reads, the one without a bound may make it for ever."""
    unbounded = {"replay": replace(SIGNATURES["replay"], decisions=(*SIGNATURES["replay"].decisions, REJUDGE))}

    found = check(
        json.loads(golden()),
        machine=replace(RETRAIN, contracts={**SIGNATURES, **unbounded}),
        errors=leaves(),
        tasks=LAMBDAS,
    )

    assert {"Replay", "GoesOn", "Rejudge", "StillPasses"} <= {problem.state for problem in found}


def test_every_bound_counts_a_field_that_its_function_takes() -> None:
    for signature in SIGNATURES.values():
        assert set(signature.repeats) <= set(signature.decisions)
        assert {bound.counts for bound in signature.repeats.values()} <= {
            each.name for each in fields(signature.takes)
        }
