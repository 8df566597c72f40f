"""The API's routes, who may use them, and what it answers before any model is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from app import app
from chalicelib.api import access
from chalicelib.api.access import OPERATE, PREDICT
from chalicelib.names import APP
from tests.contract.api.api_process import (
    ROOT,
    TOKENS,
    Api,
    Reply,
    event,
    secret,
    standing_in_for_aws,
    with_tokens,
    without_stacks,
)

ROUTES: dict[tuple[str, str], str | None] = {
    ("GET", "/predict"): PREDICT,
    ("POST", "/predict"): PREDICT,
    ("POST", "/warm"): PREDICT,
    ("GET", "/batches/{batch}"): PREDICT,
    ("POST", "/retrain"): OPERATE,
    ("GET", "/runs"): OPERATE,
    ("GET", "/runs/{run}"): OPERATE,
    ("POST", "/runs/{run}/stop"): OPERATE,
    ("POST", "/runs/{run}/approve"): OPERATE,
    ("POST", "/runs/{run}/reject"): OPERATE,
    ("GET", "/models"): OPERATE,
    ("GET", "/models/{model}"): OPERATE,
    ("GET", "/models/{model}/versions"): OPERATE,
    ("GET", "/models/{model}/versions/{version}"): OPERATE,
    ("POST", "/models/{model}/versions/{version}/promote"): OPERATE,
    ("POST", "/models/{model}/rollback"): OPERATE,
    ("POST", "/models/{model}/pin"): OPERATE,
    ("POST", "/models/{model}/unpin"): OPERATE,
    ("GET", "/health"): None,
    ("GET", "/"): None,
}
"""Every route with the scope that opens it; None for no token at all."""


def opening(route: tuple[str, str]) -> list[str]:
    """The scopes that open a route, once for each of their patterns that fits it."""
    method, path = route
    return [
        scope
        for scope, patterns in access.ROUTES.items()
        for allowed, pattern in patterns
        if allowed == method and fnmatchcase(path, pattern)
    ]


def test_app_bears_the_name_that_its_functions_are_found_by() -> None:
    assert app.app_name == json.loads((ROOT / ".chalice/config.json").read_text())["app_name"] == APP


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
        if not any(method == verb and fnmatchcase(path, pattern) for verb, path in ROUTES)
    ]

    assert idle == []


def test_what_the_authorizer_said_of_a_token_counts_for_a_minute() -> None:
    (authorizer,) = app.builtin_auth_handlers

    assert (authorizer.name, authorizer.ttl_seconds) == ("authorize", 60)


def test_no_route_answers_other_origins() -> None:
    assert [path for path, methods in app.routes.items() for each in methods.values() if each.cors] == []


@pytest.mark.parametrize(
    ("environment", "expression"),
    [
        ({}, "cron(0 3 * * ? *)"),
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


def test_app_with_a_schedule_that_eventbridge_refuses_ends_in_our_own_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT,
        env={"NIGHTSWAP_SCHEDULE": "cron(0 3 * * * *)"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stderr.splitlines()[-1].startswith(
        "chalicelib.errors.SettingsInvalid: NIGHTSWAP_SCHEDULE is 'cron(0 3 * * * *)': expected ? in exactly one"
    )


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
    assert api.allowed(f"Bearer {secret(name)}") == set(access.routes(scopes))


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {secret('nobody')}",
        "Bearer nobody",
        "Bearer",
        secret("reader"),
        f"Basic {secret('reader')}",
        f"Bearer {secret('reader')} x",
    ],
)
def test_wrong_token_opens_nothing(api: Api, authorization: str) -> None:
    assert api.allowed(authorization) == set()


def test_no_token_is_right_before_the_stacks_exist(bare_api: Api) -> None:
    assert bare_api.allowed(f"Bearer {secret('reader')}") == set()


def test_health_names_the_command_that_helps_before_the_stacks_exist(bare_api: Api) -> None:
    (answer,) = bare_api.ask(event("GET", "/health"))

    said = json.loads(answer["body"])
    assert (answer["statusCode"], said["Code"]) == (503, "StackMissing")
    assert "nightswap deploy --stage local" in said["Message"]


def test_no_answer_of_ours_is_kept_by_a_cache_or_taken_for_another_kind(api: Api) -> None:
    """The open routes and those of one scope, whatever they answer here."""
    headers = {"Authorization": f"Bearer {secret('both')}", "Content-Type": "application/json"}
    asked = [
        {"method": method, "path": path, "headers": headers, "body": ""}
        for (method, path), scope in ROUTES.items()
        if scope != OPERATE
    ]

    answers = api.ask(*asked)

    for question, answer in zip(asked, answers, strict=True):
        kept = {name: answer["headers"].get(name) for name in ("Cache-Control", "X-Content-Type-Options")}
        assert kept == {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}, question


def test_prediction_tells_a_cold_start_of_the_version_and_of_the_api() -> None:
    starts = [79, 0, None]

    def replying(asked: str, sent: bytes) -> Reply:
        if "/invocations" not in asked:
            return with_tokens(asked, sent)
        start = starts.pop(0)
        said = {"status": 200, "body": {"model": "m", "model_version": 1, "predictions": [{"label": "normal"}]}}
        return 200, said if start is None else said | {"init_ms": start}

    headers = {"Authorization": f"Bearer {secret('reader')}", "Content-Type": "application/json"}
    with standing_in_for_aws(replying) as address:
        answers = Api(address).ask(
            event("GET", "/predict", query={"duration": "0"}),
            {"method": "POST", "path": "/predict", "headers": headers, "body": '{"instances": [{}]}'},
            {"method": "POST", "path": "/warm", "headers": headers, "body": ""},
        )

    cold, *warm = [answer["headers"]["Server-Timing"] for answer in answers]
    assert re.fullmatch("serving;desc=cold;dur=79, api;desc=cold;dur=[1-9][0-9]*", cold)
    assert warm == ["serving;desc=warm, api;desc=warm", "api;desc=warm"]


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("nobody", 403), ("operator", 403), ("reader", 503)])
def test_predict_is_open_to_its_scope(api: Api, token: str | None, status: int) -> None:
    assert api.request("GET", "/predict?duration=0", token=token).status == status


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("nobody", 403), ("reader", 403)])
def test_operating_is_closed_to_others(api: Api, token: str | None, status: int) -> None:
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
