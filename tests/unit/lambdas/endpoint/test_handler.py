"""The function's package by itself, before an endpoint on 127.0.0.1 that the contract server answers for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lambdas.endpoint import handler as module
from lambdas.endpoint.package import function_package
from lambdas.serve import labels
from tests.given.endpoints import ARN, NAME, SageMaker, call, sagemaker
from tests.given.inference import GOOD, service
from workflows.inference.media_types import EVENT

PACKAGE = function_package(manifest={"model": "flows", "model_version": 7}, endpoint=NAME)
WARM = {"warm": True}


class Context:
    """Of a client's call, as the package's is."""

    function_version, invoked_function_arn = "3", f"{ARN}:live"


@pytest.fixture
def aws() -> Iterator[SageMaker]:
    with sagemaker() as here:
        yield here


def test_answers_are_those_of_the_function_that_scores_by_itself(aws: SageMaker, tmp_path: Path) -> None:
    events = [
        {"instances": [GOOD, GOOD], "why": 1},
        {"query": {name: [str(value)] for name, value in GOOD.items()}},
        {"instances": [{**GOOD, "size": "large"}]},
        {"nonsense": 1},
        WARM,
    ]

    called = call(PACKAGE, tmp_path, *events, address=aws.address)

    assert [{**each, "init_ms": 0} for each in called.answers] == [
        {**service().answer(event), "init_ms": 0} for event in events
    ]
    assert called.answers[0]["init_ms"] > 0
    assert called.answers[1]["init_ms"] == 0
    assert called.loaded == []
    assert called.log == ""


def test_requests_are_signed_for_sagemaker_and_name_an_event(aws: SageMaker, tmp_path: Path) -> None:
    call(PACKAGE, tmp_path, WARM, address=aws.address)

    [sent] = aws.requests
    assert "/eu-west-1/sagemaker/aws4_request" in sent["authorization"]
    assert sent["content-type"] == module.CONTENT == EVENT


def test_labels_of_clients_are_logged_as_the_canary_reads_them(aws: SageMaker, tmp_path: Path) -> None:
    asked = {"instances": [GOOD, GOOD]}

    called = call(PACKAGE, tmp_path, asked, WARM, address=aws.address, by=f"{ARN}:live")

    [line] = called.log.splitlines()
    [wanted] = labels.lines(service().answer(asked), Context(), named=service().named)
    assert line + "\n" == wanted


def test_url_of_the_function_is_answered_too(aws: SageMaker, tmp_path: Path) -> None:
    event = {"requestContext": {"http": {"method": "POST"}}, "body": json.dumps({"instances": [GOOD]})}

    [answer] = call(PACKAGE, tmp_path, event, address=aws.address).answers

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == service().answer({"instances": [GOOD]})["body"]


@pytest.mark.parametrize(
    ("refusal", "raised"),
    [
        ((403, "AccessDeniedException"), "EndpointDenied"),
        ((424, "ModelError"), "ContainerFailed"),
        ((429, "ModelNotReadyException"), "EndpointBusy"),
        ((503, "ServiceUnavailable"), "EndpointBusy"),
        ((418, "Teapot"), "ContainerFailed"),
    ],
)
def test_refusal_of_sagemaker_is_raised_by_its_kind(
    refusal: tuple[int, str], raised: str, aws: SageMaker, tmp_path: Path
) -> None:
    aws.refusal = refusal

    [answer] = call(PACKAGE, tmp_path, WARM, address=aws.address).answers

    assert answer["raised"] == raised
    assert NAME in answer["said"]


def test_endpoint_that_is_gone_is_told(aws: SageMaker, tmp_path: Path) -> None:
    aws.names = ()

    assert call(PACKAGE, tmp_path, WARM, address=aws.address).answers[0]["raised"] == "EndpointGone"


def test_answer_of_another_server_is_none(aws: SageMaker, tmp_path: Path) -> None:
    aws.body = b'{"predictions": []}'

    assert call(PACKAGE, tmp_path, WARM, address=aws.address).answers[0]["raised"] == "ContainerFailed"


def test_address_where_nobody_listens_gives_no_answer(tmp_path: Path) -> None:
    with sagemaker() as gone:
        address = gone.address

    assert call(PACKAGE, tmp_path, WARM, address=address).answers[0]["raised"] == "EndpointSilent"


def test_package_without_a_name_and_surroundings_that_nobody_can_sign_in_are_told(tmp_path: Path) -> None:
    nameless = function_package(manifest={}, endpoint=NAME)
    (tmp_path / "here").mkdir()

    [elsewhere] = call(
        nameless, tmp_path / "here", WARM, address="http://127.0.0.1:1", HTTPS_PROXY="http://a-proxy"
    ).answers

    assert elsewhere["raised"] == "PackageBroken"
    with pytest.raises(module.PackageBroken, match="FileNotFoundError"):
        module.opened(str(tmp_path))
