"""An endpoint of SageMaker on 127.0.0.1, which asks the contract server's application; and the function before it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.given import http_servers
from tests.given.inference import asked, service
from workflows.inference.application import Application

NAME = "nightswap-test-flows-7"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-test-serve-flows"
CALL = """
import json, sys
from serve.handler import handler
class Context:
    function_version = "3"
    def __init__(self, arn):
        self.invoked_function_arn = arn
    def get_remaining_time_in_millis(self):
        return 5_000
answers = []
for event, arn in json.load(sys.stdin):
    try:
        answers.append(handler(event, Context(arn)))
    except Exception as exc:
        answers.append({"raised": type(exc).__name__, "said": str(exc)})
foreign = [name for name in ("boto3", "botocore", "http.client", "dataclasses", "asyncio") if name in sys.modules]
print(json.dumps([answers, foreign]))
"""


@dataclass
class SageMaker:
    """InvokeEndpoint: what a container refuses is a ModelError, a name that is none a ValidationError."""

    address: str = ""
    names: tuple[str, ...] = (NAME,)
    refusal: tuple[int, str] | None = None
    """In the place of any answer."""
    body: bytes | None = None
    requests: list[dict[str, str]] = field(default_factory=list)
    application: Application = field(default_factory=lambda: Application(service()))

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """Status, kind of the error, body."""
        self.requests.append(headers)
        if self.refusal is not None:
            return (*self.refusal, b"{}")
        if path not in [f"/endpoints/{name}/invocations" for name in self.names]:
            return 400, "ValidationError", b'{"Message": "Endpoint of account 123456789012 not found."}'
        got = asked(self.application, headers={"Content-Type": headers["content-type"]}, parts=[body])
        assert got is not None
        if got.status != 200:
            return 424, "ModelError", json.dumps({"OriginalStatusCode": got.status}).encode()
        return 200, "", self.body or got.body


@contextmanager
def sagemaker() -> Iterator[SageMaker]:
    here = SageMaker()

    class Handler(http_servers.Handler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, kind, body = here.answer(self.path, headers, self.body())
            self.reply(status, body, {"x-amzn-ErrorType": kind})

    with http_servers.listening(Handler) as here.address:
        yield here


@dataclass(frozen=True)
class Called:
    answers: list[Any]
    loaded: list[str]
    """Modules that a cold start has no need of."""
    log: str


def call(package: bytes, folder: Path, *events: Any, address: str, by: str = f"{ARN}:3", **environ: str) -> Called:
    """The answers of a function of this package, in a process that sees the package and Python alone."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-S", "-s", "-c", CALL],
        cwd=folder,
        env={
            "AWS_LAMBDA_FUNCTION_NAME": "nightswap-test-serve-flows",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": address,
            **environ,
        },
        input=json.dumps([[event, by] for event in events]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers, loaded = json.loads(done.stdout)
    return Called(answers, loaded, done.stderr)
