"""A state whose parameters are not its function's fields is refused when the definition is rendered."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
from stepfunctions.steps import Fail
from chalicelib.errors import ContractBroken
from workflows.definitions.states import task
try:
    task("train", state="Train", caught_by=Fail("Failed"), {given})
except ContractBroken as broken:
    print("refused:", broken.message)
"""
WHOLE = 'train_uri="$.a", holdout_uri="$.b"'


def refusal(given: str) -> str:
    """Nothing for a state that is taken."""
    done = subprocess.run(
        [ROOT / ".venv-definitions/bin/python", "-W", "ignore", "-c", PROGRAM.format(given=given)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.partition("refused: ")[2].strip()  # the SDK says where it looks for its settings


@pytest.mark.parametrize(
    ("given", "wrong"),
    [(f'{WHOLE}, colour="red"', "colour"), (WHOLE.replace(', holdout_uri="$.b"', ""), "holdout_uri")],
)
def test_parameter_that_is_missing_or_unknown_is_named(given: str, wrong: str) -> None:
    assert refusal(given) == f"train: expected the fields of TrainTask, missing or unknown: {wrong}"


def test_parameters_that_are_the_fields_are_taken() -> None:
    assert refusal(WHOLE) == ""
