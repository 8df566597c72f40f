"""The API's routes, who may use them, and what it answers before any model is there.

The app is asked through Chalice's own test client, in a process of its own, with a small stand-in for AWS.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app import app
from chalicelib import access
from chalicelib.access import OPERATE, PREDICT, Token, digest, dump

ROOT = Path(__file__).parents[2]

ROUTES: dict[tuple[str, str], str | None] = {
    ("GET", "/predict"): PREDICT,
    ("POST", "/predict"): PREDICT,
    ("POST", "/warm"): PREDICT,
    ("POST", "/retrain"): OPERATE,
    ("GET", "/runs"): OPERATE,
    ("GET", "/runs/{run}"): OPERATE,
    ("POST", "/runs/{run}/stop"): OPERATE,
    ("GET", "/models"): OPERATE,
    ("GET", "/models/{model}"): OPERATE,
    ("GET", "/models/{model}/versions"): OPERATE,
    ("GET", "/models/{model}/versions/{version}"): OPERATE,
    ("GET", "/health"): None,
    ("GET", "/"): None,
}
"""Every route with the scope that opens it; None for no token at all."""

MOVES = {("POST", "/models/{model}/rollback"), ("POST", "/models/{model}/versions/{version}/promote")}
"""Operators' moves of the alias, which their scope is open for."""

TOKENS = {"reader": (PREDICT,), "operator": (OPERATE,), "both": (PREDICT, OPERATE)}
ASK = """
import json, sys
from chalice.test import Client
from app import app
with Client(app, stage_name="local") as client:
    for each in json.load(sys.stdin):
        if "authorize" in each:
            print(json.dumps(client.lambda_.invoke("authorize", each["authorize"]).payload))
        else:
            answer = client.http.request(each["method"], each["path"], each["headers"], each["body"].encode())
            print(json.dumps({"status": answer.status_code, "body": answer.body.decode()}))
"""
ARN = "arn:aws:execute-api:eu-west-1:123456789012:api/local"


def opening(route: tuple[str, str]) -> list[str]:
    """The scopes that open a route, once for each of their patterns that fits it."""
    method, path = route
    return [
        scope
        for scope, patterns in access.ROUTES.items()
        for allowed, pattern in patterns
        if allowed == method and fnmatchcase(path, pattern)
    ]


def test_routes_are_those_of_the_design() -> None:
    assert {(method, path) for path, methods in app.routes.items() for method in methods} == set(ROUTES)


@pytest.mark.parametrize(("route", "scope"), ROUTES.items())
def test_route_has_the_authorizer_unless_it_is_open_to_all(route: tuple[str, str], scope: str | None) -> None:
    method, path = route

    authorizer = app.routes[path][method].authorizer

    assert (authorizer.name if authorizer else None) == (None if scope is None else "authorize")


@pytest.mark.parametrize(("route", "scope"), ROUTES.items())
def test_route_is_opened_by_its_scope_once(route: tuple[str, str], scope: str | None) -> None:
    assert opening(route) == ([] if scope is None else [scope])


def test_scopes_open_nothing_that_is_not_there() -> None:
    patterns = [pattern for patterns in access.ROUTES.values() for pattern in patterns]

    idle = [
        (method, pattern)
        for method, pattern in patterns
        if not any(method == verb and fnmatchcase(path, pattern) for verb, path in {*ROUTES, *MOVES})
    ]

    assert idle == []


def test_no_route_answers_other_origins() -> None:
    assert [path for path, methods in app.routes.items() for each in methods.values() if each.cors] == []


@pytest.mark.parametrize(
    ("environment", "expression"),
    [
        ({}, "cron(0 3 * * ? *)"),
        ({"NIGHTSWAP_SCHEDULE": ""}, "cron(0 3 * * ? *)"),
        ({"NIGHTSWAP_SCHEDULE": "rate(1 day)"}, "rate(1 day)"),
    ],
)
def test_schedule_is_a_setting(environment: dict[str, str], expression: str) -> None:
    script = "from app import app; print([each.schedule_expression for each in app.event_sources])"

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str([expression])


Reply = tuple[int, dict[str, Any]]


@contextmanager
def standing_in_for_aws(reply: Callable[[str], Reply]) -> Iterator[str]:
    """Its address; `reply` gets the operation of a JSON service, or else the path."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, said = reply(self.headers.get("X-Amz-Target") or self.path)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-amzn-ErrorType", str(said.get("__type", "")))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def log_message(self, *_: Any, **__: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def without_stacks(asked: str) -> Reply:
    if asked == "AmazonSSM.GetParameter":
        return 400, {"__type": "ParameterNotFound", "message": "none"}
    if asked.partition("?")[0].rstrip("/").endswith("/functions"):
        return 200, {"Functions": []}
    return 404, {"__type": "ResourceNotFoundException", "Message": "none"}


def with_tokens(asked: str) -> Reply:
    if asked == "AmazonSSM.GetParameter":
        tokens = [Token(name, digest(name), scopes) for name, scopes in TOKENS.items()]
        return 200, {"Parameter": {"Name": "/nightswap/local/tokens", "Value": dump(tokens)}}
    return 503, {"__type": "ServiceException", "Message": "away"}


@dataclass(frozen=True)
class Answered:
    status: int
    body: Any


@dataclass(frozen=True)
class Api:
    address: str

    def ask(self, *asked: dict[str, Any]) -> list[dict[str, Any]]:
        environment = {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_DEFAULT_REGION": "eu-west-1",
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
        return [json.loads(line) for line in done.stdout.splitlines()]

    def request(
        self, method: str, path: str, *, token: str | None = "both", body: str = "", content_type: str | None = None
    ) -> Answered:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if content_type:
            headers["Content-Type"] = content_type
        (answer,) = self.ask({"method": method, "path": path, "headers": headers, "body": body})
        return Answered(answer["status"], json.loads(answer["body"]))

    def allowed(self, authorization: str) -> set[tuple[str, str]]:
        """Method and path of all that the authorizer's policy opens."""
        event = {"type": "TOKEN", "authorizationToken": authorization, "methodArn": f"{ARN}/GET/predict"}
        (policy,) = self.ask({"authorize": event})
        found = set()
        for statement in policy["policyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            for resource in statement["Resource"]:
                method, _, path = resource.removeprefix(f"{ARN}/").partition("/")
                found.add((method, f"/{path}"))
        return found


@pytest.fixture(scope="module")
def bare_api() -> Iterator[Api]:
    """As after `chalice deploy` alone: no stack exists."""
    with standing_in_for_aws(without_stacks) as address:
        yield Api(address)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """With tokens, each named as its own secret, and everything else of AWS away."""
    with standing_in_for_aws(with_tokens) as address:
        yield Api(address)


@pytest.mark.parametrize(("name", "scopes"), TOKENS.items())
def test_policy_lists_all_routes_of_the_scopes_because_it_is_kept_for_all(
    api: Api, name: str, scopes: tuple[str, ...]
) -> None:
    assert api.allowed(f"Bearer {name}") == set(access.routes(scopes))


@pytest.mark.parametrize("authorization", ["Bearer nobody", "Bearer", "reader", "Basic reader", "Bearer reader x"])
def test_wrong_token_opens_nothing(api: Api, authorization: str) -> None:
    assert api.allowed(authorization) == set()


def test_no_token_is_right_before_the_stacks_exist(bare_api: Api) -> None:
    assert bare_api.allowed("Bearer reader") == set()


def test_health_names_the_command_that_helps_before_the_stacks_exist(bare_api: Api) -> None:
    answer = bare_api.request("GET", "/health", token=None)

    assert (answer.status, answer.body["Code"]) == (503, "StackMissing")
    assert "nightswap deploy --stage local" in answer.body["Message"]


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("nobody", 403), ("operator", 403), ("reader", 503)])
def test_predict_is_open_to_its_scope(api: Api, token: str | None, status: int) -> None:
    assert api.request("GET", "/predict?duration=0", token=token).status == status


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("nobody", 403), ("reader", 403)])
def test_operating_is_closed_to_others(api: Api, token: str | None, status: int) -> None:
    """That it is open to operators is told by the policy: Chalice's test client gives a view no function's ARN."""
    assert api.request("GET", "/models", token=token).status == status


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status", "code", "field"),
    [
        ("/predict", "{", "application/json", 400, "BadRequest", None),
        ("/predict", "[]", "application/json", 400, "BadRequest", None),
        ("/predict", "{}", "application/json", 400, "BadRequest", "instances"),
        ("/predict", '{"instances": [], "instances": []}', "application/json", 400, "BadRequest", "instances"),
        ("/predict", '{"instances": [{"duration": NaN}]}', "application/json", 400, "BadRequest", None),
        ("/predict", '{"instances": [], "rows": 1}', "application/json", 400, "BadRequest", "rows"),
        ("/predict", '{"instances": [], "model": 1}', "application/json", 400, "BadRequest", "model"),
        ("/predict", "duration=0", "text/csv", 415, "WrongContentType", "Content-Type"),
        ("/predict", " " * 1_000_001, "application/json", 413, "BodyTooLarge", None),
        ("/warm?model=a&model=b", "", "application/json", 400, "BadRequest", "model"),
        ("/warm?model=UPPER", "", "application/json", 404, "ModelUnknown", "model"),
    ],
)
def test_refusal_names_what_to_mend(
    api: Api, path: str, body: str, content_type: str, status: int, code: str, field: str | None
) -> None:
    answer = api.request("POST", path, body=body, content_type=content_type)

    assert (answer.status, answer.body["Code"], answer.body.get("Field")) == (status, code, field)
    assert answer.body["Accepted"]


def test_aws_that_is_away_is_no_fault_of_the_request(api: Api) -> None:
    answer = api.request("POST", "/predict", body='{"instances": []}', content_type="application/json")

    assert (answer.status, answer.body["Code"]) == (503, "Busy")
