"""Seeded mistakes: what the checks are worth."""

import json
from pathlib import Path

import pytest

from chalicelib.errors import leaves
from tests.contract.definition.mistakes import CHECKER, MISTAKES, STATELINT, Mistake
from workflows.definitions.checker import LAMBDAS, check, lint, problems
from workflows.definitions.functions import SIGNATURES


def found_by(text: str) -> set[str]:
    ours = check(json.loads(text), contracts=SIGNATURES, errors=leaves(), tasks=LAMBDAS)
    return {who for who, found in ((CHECKER, ours), (STATELINT, lint(text))) if found}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_mistake_is_found_by_whom_we_say(mistake: Mistake) -> None:
    assert found_by(mistake.text()) == mistake.found_by
    assert problems(mistake.text())


def test_text_that_is_no_json_is_a_problem() -> None:
    assert problems('{"StartAt": ') == ["not JSON: Expecting value: line 1 column 13 (char 12)"]


def test_definition_without_states_is_a_problem() -> None:
    assert problems("{}")


def test_broken_reference_is_reported_with_the_way_that_leads_to_it() -> None:
    mistake = next(each for each in MISTAKES if each.name == "reason of the wrong branch")

    assert problems(mistake.text()) == [
        "NothingNew: Parameters.reason: nothing is at $.swap_alias.reason: swap_alias is missing "
        "(by way of RestoreAlias > Preprocess > HasNewData > NothingNew)"
    ]


def test_task_without_its_file_is_found(tmp_path: Path) -> None:
    for task in SIGNATURES:
        (tmp_path / f"{task.replace('-', '_')}.py").touch()
    definition = json.loads(Mistake("none", {}, frozenset()).text())
    assert check(definition, contracts=SIGNATURES, errors=leaves(), tasks=tmp_path) == []

    (tmp_path / "train.py").unlink()

    [problem] = check(definition, contracts=SIGNATURES, errors=leaves(), tasks=tmp_path)
    assert (problem.state, "train.py, which does not exist" in problem.message) == ("Train", True)


def test_machine_that_never_calls_a_task_is_found() -> None:
    replay = {"replay": SIGNATURES["evaluate"]}
    definition = json.loads(Mistake("none", {}, frozenset()).text())

    [problem] = check(definition, contracts={**SIGNATURES, **replay}, errors=leaves(), tasks=LAMBDAS)

    assert problem.message == "the task replay is never called"
