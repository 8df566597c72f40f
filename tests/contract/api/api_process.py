"""The app as Chalice's own test client asks it, in a process of its own, with a small stand-in for AWS."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib import layout
from chalicelib.api.access import OPERATE, PREDICT, Token, digest
from chalicelib.aws.signed.client import AGENT
from tests.given import http_servers

ROOT = Path(__file__).parents[3]

TOKENS = {"reader": (PREDICT,), "operator": (OPERATE,), "both": (PREDICT, OPERATE)}


def secret(name: str) -> str:
    """Of the token of that name: as long as every secret is.

    >>> len(secret("reader"))
    43
    """
    return name.ljust(43, "-")


NO_SUCH_KEY = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"
ASK = """
import json, os, sys
from chalice.local import LambdaContext, LocalGateway
from chalice.test import Client
from app import app, nightly
def context(each):
    made = LambdaContext("nightswap-local", 512, max_runtime_ms=each.get("left_ms", 28_000))
    made.invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-local"
    return made
class Gateway(LocalGateway):
    def _generate_lambda_context(self):
        return context({})  # Chalice's own names no function
calls, asked = [], json.load(sys.stdin)
def signed():
    with urlopen(os.environ["AWS_ENDPOINT_URL"] + "/signed-calls") as told:
        return json.load(told)
if any("calls" in each for each in asked):
    from urllib.request import urlopen
    from chalicelib.aws.session import session
    session().register(
        "before-call", lambda model, **_: calls.append(f"{model.service_model.service_name}:{model.name}")
    )
    signed()  # another process's
with Client(app, stage_name="local") as client:
    client.http._local_gateway = Gateway(app, client.http._config)
    for each in asked:
        if "calls" in each:  # those that were made of AWS since it was asked last, without boto3 too
            print(json.dumps(calls + signed()))
            calls.clear()
        elif "loaded" in each:  # where the files of our modules can be
            ours = (name.replace(".", "/") for name in sys.modules if name.partition(".")[0] in {"app", "chalicelib"})
            print(json.dumps(sorted(each for name in ours for each in (f"{name}.py", f"{name}/__init__.py"))))
        elif "authorize" in each:
            print(json.dumps(client.lambda_.invoke("authorize", each["authorize"]).payload))
        elif "event" in each:
            print(json.dumps(app(each["event"], context(each))))
        elif "night" in each:
            print(json.dumps(nightly(each["night"], context(each))))
        else:
            content = bytes.fromhex(each["hex"]) if "hex" in each else each["body"].encode()
            answer = client.http.request(each["method"], each["path"], each["headers"], content)
            said = {"status": answer.status_code, "body": answer.body.decode(), "headers": dict(answer.headers)}
            print(json.dumps(said))
"""
ARN = "arn:aws:execute-api:eu-west-1:123456789012:api/local"

Reply = tuple[int, dict[str, Any]]
Replying = Callable[[str, bytes], Reply]
"""Gets the operation of a JSON service, or else the path; and the body."""


@contextmanager
def standing_in_for_aws(reply: Replying) -> Iterator[str]:
    """Its address. At /signed-calls it tells the calls that were made without boto3 since it was asked last."""
    signed: list[str] = []

    class Handler(http_servers.EveryMethod):
        def answer(self) -> None:
            sent = self.body()
            if self.path == "/signed-calls":
                status, said = 200, {"xml": json.dumps(signed)}
                signed.clear()
            else:
                status, said = reply(self.headers.get("X-Amz-Target") or self.path, sent)
            if self.headers.get("User-Agent") == AGENT:
                signed.append(
                    "lambda:Invoke" if self.path.partition("?")[0].endswith("/invocations") else "s3:GetObject"
                )
            body = str(said["xml"]).encode() if "xml" in said else json.dumps(said).encode()
            kind, executed = (str(said.get(name, "")) for name in ("__type", "executed"))
            self.reply(status, body, {"ETag": '"1"', "x-amzn-ErrorType": kind, "X-Amz-Executed-Version": executed})

    with http_servers.listening(Handler) as address:
        yield address


def serving(model: str, asked: str, otherwise: Reply) -> Reply:
    """The answer of a stage that serves one model, where the question is which there are."""
    return (200, {"models": [model]}) if asked.partition("?")[0].endswith(layout.catalog()) else otherwise


def without_stacks(asked: str, _: bytes) -> Reply:
    if "/tokens/" in asked or "/deploy/" in asked:
        return 404, {"xml": NO_SUCH_KEY}
    return 404, {"__type": "ResourceNotFoundException", "Message": "none"}


def with_tokens(asked: str, _: bytes) -> Reply:
    if "/tokens/" in asked:
        tokens = [Token(name, digest(secret(name)), scopes) for name, scopes in TOKENS.items()]
        found = [each for each in tokens if asked.partition("?")[0].endswith(f"/{each.key}")]
        return (200, json.loads(found[0].to_body())) if found else (404, {"xml": NO_SUCH_KEY})
    return 503, {"__type": "ServiceException", "Message": "away"}


@dataclass(frozen=True)
class Answered:
    status: int
    body: Any


@dataclass(frozen=True)
class Api:
    address: str

    def ask(self, *asked: dict[str, Any]) -> list[dict[str, Any]]:
        return self.ask_and_read(*asked)[0]

    def ask_and_read(self, *asked: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The answers, and the lines of the log."""
        environment = {
            **json.loads((ROOT / ".chalice/config.json").read_text())["stages"]["local"]["environment_variables"],
            "AWS_ENDPOINT_URL": self.address,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_LAMBDA_FUNCTION_NAME": "nightswap-local",
            "AWS_ACCESS_KEY_ID": "no",
            "AWS_SECRET_ACCESS_KEY": "body",
        }
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            cwd=ROOT,
            env=environment,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answers, lines = (
            [json.loads(line) for line in written.splitlines()] for written in (done.stdout, done.stderr)
        )
        return answers, lines

    def request(
        self, method: str, path: str, *, token: str | None = "both", body: str = "", content_type: str | None = None
    ) -> Answered:
        headers = {"Authorization": f"Bearer {secret(token)}"} if token else {}
        if content_type:
            headers["Content-Type"] = content_type
        (answer,) = self.ask({"method": method, "path": path, "headers": headers, "body": body})
        return Answered(answer["status"], json.loads(answer["body"]))

    def allowed(self, authorization: str) -> set[tuple[str, str]]:
        """Method and path of all that the authorizer's policy opens."""
        (policy,) = self.ask(authorizing(authorization))
        found = set()
        for statement in policy["policyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            for resource in statement["Resource"]:
                method, _, path = resource.removeprefix(f"{ARN}/").partition("/")
                found.add((method, f"/{path}"))
        return found


def _lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def authorizing(authorization: str) -> dict[str, Any]:
    """As API Gateway asks the authorizer."""
    return {"authorize": {"type": "TOKEN", "authorizationToken": authorization, "methodArn": f"{ARN}/GET/predict"}}


def event(
    method: str,
    route: str,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """As API Gateway hands it to the app, once the authorizer has let it in."""
    return {
        "event": {
            "requestContext": {
                "httpMethod": method,
                "resourcePath": route,
                "authorizer": {"principalId": "operator"},
            },
            "headers": headers or {},
            "pathParameters": path,
            "multiValueQueryStringParameters": query and {name: [value] for name, value in query.items()},
            "body": body,
            "stageVariables": None,
        }
    }
