"""Lambda as the API and the command line call the pipeline's functions."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from chalicelib.aws.pipeline_functions import LambdaPipelineFunctions
from chalicelib.errors import FunctionUnavailable, ServingFailed, StackMissing
from chalicelib.names import MOVE_ALIAS, PREDICT_BATCH
from tests.contract.aws.conftest import Scripted

FUNCTION = "nightswap-prod-move-alias"
SECRET = "7f3a9c"


@pytest.fixture
def aws(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("lambda")


@pytest.fixture
def functions(aws: Scripted) -> LambdaPipelineFunctions:
    return LambdaPipelineFunctions(aws.client, stage="prod")


def answer(said: bytes, **more: Any) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(said), len(said)), **more}


def test_a_call_hands_back_what_the_function_answers(functions: LambdaPipelineFunctions, aws: Scripted) -> None:
    aws.answers("invoke", answer(b'{"status": 200}'), FunctionName=FUNCTION, Payload=b"{}")

    assert functions.call(MOVE_ALIAS, b"{}") == b'{"status": 200}'


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        (b'{"errorType": "StoreUnavailable", "errorMessage": "7f3a9c"}', "StoreUnavailable"),
        (b'{"errorMessage": "7f3a9c timed out"}', "an unknown error"),
        (b'"7f3a9c"', "an unknown error"),
        (b"7f3a9c", "an unknown error"),
    ],
)
def test_a_function_that_raised_is_named_with_the_exceptions_class_alone(
    functions: LambdaPipelineFunctions, aws: Scripted, report: bytes, kind: str
) -> None:
    aws.answers("invoke", answer(report, FunctionError="Unhandled"))

    with pytest.raises(ServingFailed, match=f"{FUNCTION} failed with {kind}, perhaps after its work") as raised:
        functions.call(MOVE_ALIAS, b"{}")

    assert SECRET not in str(raised.value)
    assert SECRET not in repr(raised.value.details)


def test_a_function_that_is_not_there_is_a_stack_to_create(functions: LambdaPipelineFunctions, aws: Scripted) -> None:
    aws.refuses("invoke", "ResourceNotFoundException", 404)

    with pytest.raises(StackMissing, match=f"{FUNCTION} does not exist: .*nightswap deploy --stage prod"):
        functions.call(MOVE_ALIAS, b"{}")


@pytest.mark.parametrize(("code", "status"), [("TooManyRequestsException", 429), ("ServiceException", 500)])
def test_trouble_of_lambda_is_worth_another_try(
    functions: LambdaPipelineFunctions, aws: Scripted, code: str, status: int
) -> None:
    aws.refuses("invoke", code, status)

    with pytest.raises(FunctionUnavailable, match=f"{code}; try again"):
        functions.call(MOVE_ALIAS, b"{}")


def test_refusal_that_is_ours_to_mend_is_not_hidden(functions: LambdaPipelineFunctions, aws: Scripted) -> None:
    aws.refuses("invoke", "AccessDeniedException", 403)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        functions.call(MOVE_ALIAS, b"{}")


def test_what_is_started_is_left_to_lambda(functions: LambdaPipelineFunctions, aws: Scripted) -> None:
    started = {"StatusCode": 202}
    aws.answers("invoke", started, FunctionName="nightswap-prod-predict-batch", Payload=b"{}", InvocationType="Event")

    functions.start(PREDICT_BATCH, b"{}")


def test_what_cannot_be_started_is_told_as_what_cannot_be_called(
    functions: LambdaPipelineFunctions, aws: Scripted
) -> None:
    aws.refuses("invoke", "TooManyRequestsException", 429)

    with pytest.raises(FunctionUnavailable, match="calling nightswap-prod-predict-batch"):
        functions.start(PREDICT_BATCH, b"{}")
