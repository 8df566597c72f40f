"""A state whose parameters are not its function's fields is refused when the definition is rendered."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import json, sys
from stepfunctions.steps import Fail
from chalicelib.errors import ContractBroken
from workflows.definitions.states import task

def refusal(fields):
    try:
        task("train", state="Train", caught_by=Fail("Failed"), **fields)
    except ContractBroken as broken:
        return broken.message
    return None

print("refused:", json.dumps([refusal(fields) for fields in json.load(sys.stdin)]))
"""
WHOLE = {"train_uri": "$.a", "holdout_uri": "$.b"}
GIVEN = {"one too many": WHOLE | {"colour": "red"}, "one too few": {"train_uri": "$.a"}, "its own": WHOLE}


@pytest.fixture(scope="module")
def refused() -> dict[str, str | None]:
    """What is said of each state that is given; nothing of one that is taken."""
    done = subprocess.run(
        [ROOT / ".venv-definitions/bin/python", "-W", "ignore", "-c", PROGRAM],
        cwd=ROOT,
        input=json.dumps([*GIVEN.values()]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = json.loads(done.stdout.partition("refused: ")[2])  # the SDK says where it looks for its settings
    return dict(zip(GIVEN, said, strict=True))


@pytest.mark.parametrize(("given", "wrong"), [("one too many", "colour"), ("one too few", "holdout_uri")])
def test_parameter_that_is_missing_or_unknown_is_named(
    refused: dict[str, str | None], given: str, wrong: str
) -> None:
    assert refused[given] == f"train: expected the fields of TrainTask, missing or unknown: {wrong}"


def test_parameters_that_are_the_fields_are_taken(refused: dict[str, str | None]) -> None:
    assert refused["its own"] is None
