"""Lambda as the edge of the serving functions speaks to it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody

from chalicelib.api import prediction
from chalicelib.api.prediction import Question
from chalicelib.aws.serving_functions import LambdaServingFunctions
from chalicelib.edges.serving_functions import Alias, AliasMoved, Answer, FunctionVersion
from chalicelib.errors import FunctionBusy, FunctionUnavailable, ModelUnknown, ServingFailed
from tests.contract.aws.conftest import Scripted
from tests.given.lambda_reports import FAILED, KILLED, NAMELESS, OUT_OF_TIME

MODEL = "kdd99-http"
FUNCTION = "nightswap-prod-serve-kdd99-http"
ARN = f"arn:aws:lambda:eu-west-1:123456789012:function:{FUNCTION}"
REVISION = "6b29fc40-ca47-1067-b31d-00dd010662da"
LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:onnx:3"
CONFIGURATION = {
    "Role": "arn:aws:iam::123456789012:role/serve",
    "Runtime": "python3.13",
    "Handler": "serve.handler.handler",
    "MemorySize": 512,
    "Timeout": 10,
    "Architectures": ["x86_64"],
}


@pytest.fixture
def aws(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("lambda")


@pytest.fixture
def functions(aws: Scripted) -> LambdaServingFunctions:
    return LambdaServingFunctions(aws.client, stage="prod")


def alias_answer(**more: Any) -> dict[str, Any]:
    return {"Name": "live", "FunctionVersion": "4", "RevisionId": REVISION, "Description": "run=r", **more}


def version_answer(number: str, **more: Any) -> dict[str, Any]:
    layers = {"Layers": [{"Arn": LAYER}]}
    return {"Version": number, "CodeSha256": f"sha-{number}", "State": "Active", **CONFIGURATION, **layers, **more}


def update(functions: LambdaServingFunctions, *, to: str = "5", weights: Mapping[str, float] | None = None) -> Alias:
    return functions.update_alias(
        MODEL, function_version=to, weights=weights or {}, description="run=r", revision_id=REVISION
    )


def test_alias_is_read_with_its_weights(functions: LambdaServingFunctions, aws: Scripted) -> None:
    routing = {"AdditionalVersionWeights": {"5": 0.1}}
    aws.answers("get_alias", alias_answer(RoutingConfig=routing), FunctionName=FUNCTION, Name="live")

    assert functions.alias(MODEL) == Alias("4", REVISION, "run=r", {"5": 0.1})


def test_alias_without_weights_sends_everything_to_one_version(
    functions: LambdaServingFunctions, aws: Scripted
) -> None:
    aws.answers("get_alias", {"Name": "live", "FunctionVersion": "4", "RevisionId": REVISION})

    assert functions.alias(MODEL) == Alias("4", REVISION, "", {})


def test_alias_that_is_not_there_is_none(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("get_alias", "ResourceNotFoundException", 404)

    assert functions.alias(MODEL) is None


def test_alias_is_created(functions: LambdaServingFunctions, aws: Scripted) -> None:
    wanted = {"FunctionName": FUNCTION, "Name": "live", "FunctionVersion": "4", "Description": "run=r"}
    aws.answers("create_alias", alias_answer(), **wanted)

    created = functions.create_alias(MODEL, function_version="4", description="run=r")

    assert created == Alias("4", REVISION, "run=r", {})


def test_alias_that_somebody_created_first_has_moved(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("create_alias", "ResourceConflictException", 409, message=f"Alias already exists: {ARN}:live")

    with pytest.raises(AliasMoved, match="somebody else moved the alias first"):
        functions.create_alias(MODEL, function_version="4", description="run=r")


@pytest.mark.parametrize("weights", [{}, {"4": 0.9}])
def test_move_carries_the_revision_that_was_seen(
    functions: LambdaServingFunctions, aws: Scripted, weights: dict[str, float]
) -> None:
    wanted = {
        "FunctionName": FUNCTION,
        "Name": "live",
        "FunctionVersion": "5",
        "RoutingConfig": {"AdditionalVersionWeights": weights},
        "Description": "run=r",
        "RevisionId": REVISION,
    }
    aws.answers("update_alias", alias_answer(FunctionVersion="5", RevisionId="next"), **wanted)

    assert update(functions, weights=weights).revision_id == "next"


def test_alias_with_another_revision_has_moved(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("update_alias", "PreconditionFailedException", 412)

    with pytest.raises(AliasMoved):
        update(functions)


def test_alias_that_is_being_updated_is_busy(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("update_alias", "ResourceConflictException", 409)

    with pytest.raises(FunctionBusy):
        update(functions)


def test_alias_that_is_gone_has_moved(functions: LambdaServingFunctions, aws: Scripted) -> None:
    for operation in ("update_alias", "get_alias"):
        aws.refuses(operation, "ResourceNotFoundException", 404, message=f"Alias not found: {ARN}:live")

    with pytest.raises(AliasMoved):
        update(functions)


def test_move_onto_a_version_that_was_deleted_says_so(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("update_alias", "ResourceNotFoundException", 404, message=f"Function not found: {ARN}:5")
    aws.answers("get_alias", alias_answer())

    with pytest.raises(
        ModelUnknown, match=f"to version 5 of {FUNCTION}: Lambda has no such function, version or alias"
    ):
        update(functions)


@pytest.mark.parametrize("to", ["$LATEST", "live", "", "-1"])
def test_alias_points_to_published_versions_alone(functions: LambdaServingFunctions, to: str) -> None:
    with pytest.raises(ValueError, match="number of a published version"):
        update(functions, to=to)
    with pytest.raises(ValueError, match="number of a published version"):
        functions.create_alias(MODEL, function_version=to, description="run=r")
    with pytest.raises(ValueError, match="number of a published version"):
        update(functions, weights={to: 0.1})


@pytest.mark.parametrize("weights", [{"4": 0.0}, {"4": 1.0}, {"4": -0.1}, {"4": 0.1, "3": 0.1}, {"4": float("nan")}])
def test_weights_that_lambda_would_refuse_are_not_sent(
    functions: LambdaServingFunctions, weights: dict[str, float]
) -> None:
    with pytest.raises(ValueError, match="one more version with a weight between 0 and 1"):
        update(functions, weights=weights)


def test_configuration_is_what_decides_how_the_code_behaves(functions: LambdaServingFunctions, aws: Scripted) -> None:
    answer = version_answer("$LATEST", Description="not part of it")
    aws.answers("get_function_configuration", answer, FunctionName=FUNCTION)

    assert functions.configuration(MODEL) == {**CONFIGURATION, "Layers": [LAYER]}


def test_version_is_published_in_one_call(functions: LambdaServingFunctions, aws: Scripted) -> None:
    pending = version_answer("5", State="Pending")
    aws.answers("update_function_code", pending, FunctionName=FUNCTION, ZipFile=b"zip", Publish=True)

    published = functions.publish(MODEL, b"zip")

    assert published == FunctionVersion("5", "sha-5", "Pending", {**CONFIGURATION, "Layers": [LAYER]})


def test_publishing_during_another_update_has_to_wait(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("update_function_code", "ResourceConflictException", 409, message="An update is in progress")

    with pytest.raises(FunctionBusy, match=FUNCTION):
        functions.publish(MODEL, b"zip")


def test_version_is_read_by_its_number(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.answers("get_function_configuration", version_answer("5"), FunctionName=FUNCTION, Qualifier="5")

    found = functions.version(MODEL, "5")

    assert found is not None
    assert (found.function_version, found.code_sha256, found.state) == ("5", "sha-5", "Active")


def test_version_that_is_not_there_is_none(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("get_function_configuration", "ResourceNotFoundException", 404)

    assert functions.version(MODEL, "5") is None


def test_versions_are_listed_from_every_page_without_the_unpublished_one(
    functions: LambdaServingFunctions, aws: Scripted
) -> None:
    first = {"Versions": [version_answer("$LATEST"), version_answer("1")], "NextMarker": "there"}
    aws.answers("list_versions_by_function", first, FunctionName=FUNCTION)
    aws.answers(
        "list_versions_by_function", {"Versions": [version_answer("2")]}, FunctionName=FUNCTION, Marker="there"
    )

    assert [each.function_version for each in functions.versions(MODEL)] == ["1", "2"]


@pytest.mark.parametrize("error", [None, "Unhandled"])
def test_invocation_tells_the_version_and_whether_it_raised(
    functions: LambdaServingFunctions, aws: Scripted, error: str | None
) -> None:
    raised = {"FunctionError": error} if error else {}
    body = StreamingBody(io.BytesIO(b"{}"), 2)
    answer = {"StatusCode": 200, "ExecutedVersion": "4", "Payload": body, **raised}
    aws.answers("invoke", answer, FunctionName=FUNCTION, Qualifier="live", Payload=b"[]")

    assert functions.invoke(MODEL, b"[]", qualifier="live") == Answer(b"{}", "4", error)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (NAMELESS, "version 4 of the serving function of kdd99-http ran out of time after 10 s"),
        (OUT_OF_TIME, "version 4 of the serving function of kdd99-http ran out of time after 10 s"),
        (KILLED, "version 4 of the serving function of kdd99-http ran out of memory"),
        (FAILED, "version 4 of the serving function of kdd99-http failed with KeyError: see its log"),
    ],
)
def test_what_lambda_answers_for_a_call_that_failed_reaches_the_caller_in_words(
    functions: LambdaServingFunctions, aws: Scripted, report: dict[str, Any], words: str
) -> None:
    said = json.dumps(report).encode()
    answer = {"StatusCode": 200, "ExecutedVersion": "4", "Payload": StreamingBody(io.BytesIO(said), len(said))}
    aws.answers("invoke", {**answer, "FunctionError": "Unhandled"})

    with pytest.raises(ServingFailed, match=words):
        prediction.reply(functions, Question(MODEL, {"instances": []}))


def test_call_that_takes_longer_than_the_client_waits_tells_how_long(broken: Callable[[str, Exception], Any]) -> None:
    functions = LambdaServingFunctions(broken("lambda", ReadTimeoutError(endpoint_url="there")), stage="prod")

    with pytest.raises(FunctionUnavailable, match=f"invoking {FUNCTION}: no answer within 60 s") as caught:
        functions.invoke(MODEL, b"", qualifier="live")

    assert caught.value.details == {"waited_seconds": 60}


CALLS: list[tuple[str, Callable[[LambdaServingFunctions], Any]]] = [
    ("get_alias", lambda functions: functions.alias(MODEL)),
    ("create_alias", lambda functions: functions.create_alias(MODEL, function_version="1", description="")),
    ("update_alias", update),
    ("get_function_configuration", lambda functions: functions.configuration(MODEL)),
    ("update_function_code", lambda functions: functions.publish(MODEL, b"")),
    ("get_function_configuration", lambda functions: functions.version(MODEL, "1")),
    ("list_versions_by_function", lambda functions: functions.versions(MODEL)),
    ("invoke", lambda functions: functions.invoke(MODEL, b"", qualifier="live")),
    ("delete_function", lambda functions: functions.delete_version(MODEL, "1")),
]
EVERY_CALL = pytest.mark.parametrize(("operation", "call"), CALLS)
TELLING_ABSENCE = [CALLS[index] for index in (1, 3, 4, 6, 7)]


@EVERY_CALL
@pytest.mark.parametrize(
    ("code", "status"),
    [("TooManyRequestsException", 429), ("ServiceException", 500), ("EC2ThrottledException", 502), ("503", 503)],
)
def test_trouble_of_lambda_is_worth_another_try(
    functions: LambdaServingFunctions,
    aws: Scripted,
    operation: str,
    call: Callable[[LambdaServingFunctions], Any],
    code: str,
    status: int,
) -> None:
    aws.refuses(operation, code, status)

    with pytest.raises(FunctionUnavailable, match=f"{code}; try again"):
        call(functions)


@EVERY_CALL
def test_refusal_that_is_ours_to_mend_is_not_hidden(
    functions: LambdaServingFunctions, aws: Scripted, operation: str, call: Callable[[LambdaServingFunctions], Any]
) -> None:
    aws.refuses(operation, "AccessDeniedException", 403)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        call(functions)


@pytest.mark.parametrize(("operation", "call"), TELLING_ABSENCE)
def test_function_that_is_not_there_is_an_unknown_model(
    functions: LambdaServingFunctions, aws: Scripted, operation: str, call: Callable[[LambdaServingFunctions], Any]
) -> None:
    aws.refuses(operation, "ResourceNotFoundException", 404)

    with pytest.raises(ModelUnknown, match=FUNCTION):
        call(functions)


def test_invoking_a_version_that_is_being_made_has_to_wait(functions: LambdaServingFunctions, aws: Scripted) -> None:
    aws.refuses("invoke", "ResourceConflictException", 409)

    with pytest.raises(FunctionBusy):
        functions.invoke(MODEL, b"", qualifier="live")
