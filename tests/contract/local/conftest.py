"""One local AWS for all tests here, of their own state and ports; and ways to fill it."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.given.local_aws import client, reached_alone
from workflows.local.process import LocalAws

ROLE = "arn:aws:iam::000000000000:role/any"

Clients = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def no_real_account() -> Iterator[None]:
    """Whatever a test forgets to say, it meets nobody at the discard port, and no settings of the developer's."""
    with reached_alone():
        yield


@pytest.fixture(scope="session")
def start_local_aws(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Callable[..., LocalAws]:
    """Starts a local AWS of its own, with the keywords of LocalAws.start; the caller stops it."""

    def start(**options: Any) -> LocalAws:
        state = options.pop("state", None) or tmp_path_factory.mktemp("local-aws")
        return LocalAws.start(pytestconfig.rootpath, state=state, **{"short_port": 0, **options})

    return start


@pytest.fixture(scope="session")
def local_aws(start_local_aws: Callable[..., LocalAws]) -> Iterator[LocalAws]:
    with start_local_aws() as started:
        yield started


@pytest.fixture(scope="session")
def clients() -> Clients:
    """boto3 clients of a local AWS: `clients(aws, "lambda")`."""
    return lambda aws, service: client(service, endpoint=aws.endpoint, asks_once=True)


@pytest.fixture(scope="session")
def package() -> Callable[[str], bytes]:
    """A function's package, of one module `main`."""

    def zipped(source: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(zipfile.ZipInfo("main.py"), source)
        return content.getvalue()

    return zipped


@pytest.fixture(scope="session")
def create_function(clients: Clients, package: Callable[[str], bytes]) -> Callable[..., str]:
    """Creates a function of the given source and answers its ARN."""

    def create(aws: LocalAws, name: str, source: str, **settings: Any) -> str:
        created = clients(aws, "lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="main.handler",
            Code={"ZipFile": package(source)},
            **{"Role": ROLE, "Timeout": 30, **settings},
        )
        return str(created["FunctionArn"])

    return create


@pytest.fixture(scope="session")
def start_execution(clients: Clients) -> Callable[..., str]:
    """Creates a state machine of the given states, the first of which starts it, and answers an execution's ARN."""

    def start(aws: LocalAws, name: str, states: dict[str, Any]) -> str:
        service = clients(aws, "stepfunctions")
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        machine = service.create_state_machine(name=name, definition=definition, roleArn=ROLE)
        return str(service.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"])

    return start


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Asks until the answer is true, for at most 20 s, and hands it back."""

    def ask(question: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if answer := question():
                return answer
            time.sleep(0.05)
        raise AssertionError("it did not happen within 20 s")

    return ask


@pytest.fixture(scope="session")
def ended(clients: Clients, eventually: Callable[[Callable[[], Any]], Any]) -> Callable[[LocalAws, str], Any]:
    """Waits for the end of an execution and describes it."""

    def wait(aws: LocalAws, execution: str) -> Any:
        def described() -> Any:
            found = clients(aws, "stepfunctions").describe_execution(executionArn=execution)
            return None if found["status"] == "RUNNING" else found

        return eventually(described)

    return wait


@pytest.fixture(scope="session")
def user_environment() -> dict[str, str]:
    """What a developer's shell may hold: a local command must heed none of it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_PROFILE": "work",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "a-token",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_S3": "https://s3.eu-west-1.amazonaws.com",
        "AWS_CONFIG_FILE": "/home/me/.aws/config",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
