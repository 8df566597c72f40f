"""Clients that call nobody: each answer is prepared, and botocore's service model checks call and answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from chalicelib.aws.sagemaker.transform_jobs import SageMakerTransforms
from tests.contract.aws.transforms import NAMES

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


@dataclass(frozen=True)
class Scripted:
    """A client, and the script of its answers."""

    client: Any
    script: Stubber

    def answers(self, operation: str, answer: dict[str, Any], **expected: Any) -> None:
        """The next call is this one, with exactly these parameters, and this is its answer."""
        self.script.add_response(operation, answer, expected or None)

    def refuses(self, operation: str, code: str, status: int = 400, message: str = "in AWS's words") -> None:
        """The next call is this one, and this its error."""
        self.script.add_client_error(operation, code, message, http_status_code=status)


def make_client(service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name="eu-west-1",
        aws_access_key_id="no",
        aws_secret_access_key="body",
        endpoint_url="http://127.0.0.1:9",
        config=ONCE,
    )


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)


@pytest.fixture
def scripted() -> Iterator[Callable[[str], Scripted]]:
    """`scripted("s3")`; fails the test when a part of the script was not asked for."""
    scripts = []

    def of(service: str) -> Scripted:
        client = make_client(service)
        script = Stubber(client)
        script.activate()
        scripts.append(script)
        return Scripted(client, script)

    yield of
    for script in scripts:
        script.assert_no_pending_responses()


@pytest.fixture
def broken() -> Callable[[str, Exception], Any]:
    """A client whose every request fails on its way: `broken("s3", ReadTimeoutError(...))`."""

    def of(service: str, error: Exception) -> Any:
        client = make_client(service)

        def fail(**_: Any) -> None:
            raise error

        client.meta.events.register("before-send", fail)
        return client

    return of


@pytest.fixture
def sagemaker(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("sagemaker")


@pytest.fixture
def states(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("stepfunctions")


@pytest.fixture
def jobs(sagemaker: Scripted, states: Scripted) -> SageMakerTransforms:
    """Of transforms."""
    clients = {"sagemaker": sagemaker.client, "stepfunctions": states.client}
    return SageMakerTransforms(clients.__getitem__, names=NAMES)
