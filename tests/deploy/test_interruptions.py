"""Both commands are killed in each of their phases, and run again."""

from __future__ import annotations

import json

import pytest

from tests.deploy.conftest import Account, UserClone

DEPLOY_PHASES = {
    "data stack": r"Bucket CREATE_COMPLETE",
    "uploads": r"upload: \w+",
    "main stack, begun": r"EvaluateRole CREATE_COMPLETE",
    "main stack, done": r"nightswap-prod: nightswap-prod CREATE_COMPLETE",
    "chalice, packaging": r"Creating deployment package",
    "chalice, functions": r"Creating lambda function: nightswap-prod-nightly",
    "chalice, API": r"Creating Rest API",
    "chalice, done": r"Rest API URL",
}
DESTROY_PHASES = {
    "chalice, API": r"Deleting Rest API",
    "chalice, functions": r"Deleting IAM role",
    "main stack": r"stack nightswap-prod deleting",
    "data stack": r"stack nightswap-prod-data deleting",
    "bucket, emptying": r"object versions",
    "bucket, gone": r"bucket \S+ deleted",
}


@pytest.fixture
def expected(clone: UserClone) -> list[str]:
    """The names of the app's functions that only Chalice makes."""
    config = json.loads((clone.folder / ".chalice" / "config.json").read_bytes())
    names = config["stages"]["prod"]["lambda_functions"]
    return sorted(["nightswap-prod", *(f"nightswap-prod-{name}" for name in names)])


@pytest.mark.parametrize("phase", DEPLOY_PHASES)
def test_killed_deploy_is_continued_by_the_next(
    account: Account, clone: UserClone, expected: list[str], phase: str
) -> None:
    clone.is_killed_during("deploy", at=DEPLOY_PHASES[phase])

    clone.deploys()

    assert len(account.apis()) == 1
    functions = account.functions()
    assert len(functions) == len(set(functions))
    assert set(expected) <= set(functions)
    assert len(clone.record.read_bytes()) > 0


@pytest.mark.parametrize("phase", DESTROY_PHASES)
def test_killed_destroy_is_continued_by_the_next(account: Account, clone: UserClone, phase: str) -> None:
    clone.deploys()
    clone.is_killed_during("destroy", "--yes", at=DESTROY_PHASES[phase])

    clone.does("destroy", "--yes")

    assert "there is nothing of stage prod" in clone.does("destroy", "--check")
    assert (account.apis(), account.functions(), account.roles()) == ([], [], [])
