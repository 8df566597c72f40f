"""Lambda as pruning speaks to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.aws.serving_functions import LambdaServingFunctions
from tests.contract.aws.conftest import Scripted

MODEL = "kdd99-http"
FUNCTION = "nightswap-prod-serve-kdd99-http"


@pytest.fixture
def aws(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("lambda")


@pytest.fixture
def functions(aws: Scripted) -> LambdaServingFunctions:
    return LambdaServingFunctions(aws.client, stage="prod")


def test_a_version_is_deleted_by_its_number(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.answers("delete_function", {}, FunctionName=FUNCTION, Qualifier="3")

    assert functions.delete_version(MODEL, "3")


@pytest.mark.parametrize(
    ("code", "deleted"), [("ResourceConflictException", False), ("ResourceNotFoundException", True)]
)
def test_a_version_stays_while_an_alias_points_to_it_and_may_be_gone_already(
    functions: LambdaServingFunctions, aws: Scripted, code: str, deleted: bool
) -> None:
    aws.refuses("delete_function", code)

    assert functions.delete_version(MODEL, "3") is deleted


@pytest.mark.parametrize("number", ["", "$LATEST", "live"])
def test_without_a_number_it_would_be_the_whole_function_and_nothing_is_sent(
    functions: LambdaServingFunctions, number: str
) -> None:
    with pytest.raises(ValueError, match="number of a published version"):
        functions.delete_version(MODEL, number)


def test_what_a_version_takes_of_the_storage_is_told(functions: LambdaServingFunctions, aws: Scripted) -> None:
    made = {"Version": "3", "CodeSha256": "sha-3", "CodeSize": 31_457}
    aws.answers("list_versions_by_function", {"Versions": [made, {**made, "Version": "4", "CodeSize": 0}]})

    assert [each.size_bytes for each in functions.versions(MODEL)] == [31_457, 0]
