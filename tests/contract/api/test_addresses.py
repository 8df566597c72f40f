"""No answer holds an address: only the client knows what precedes a route, a stage, a domain's path, or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest

from app import app
from tests.contract.api.api_process import Api, event, standing_in_for_aws
from tests.contract.api.stage_over_http import StageOverHttp
from tests.contract.calls.requests import STORED, scored
from tests.fakes.edges import FakeOutside
from tests.given.approvals import NEVER, waits
from tests.given.nights import MODEL, outside, promote, register

RUN = "run-1"
WAITS = f"{MODEL}-nightly-20261121T0300Z"
ROUTES = [(method, path) for path, methods in app.routes.items() for method in methods]
KNOWN = {"run": RUN, "model": MODEL, "version": "1", "batch": f"{MODEL}-{20 * 'a'}"}
UNKNOWN = {"run": "no-run", "model": "nobody", "version": "7", "batch": "no-batch"}
BASES = [
    "https://abc123.execute-api.eu-west-1.amazonaws.com/prod",
    "https://models.example.com",
    "https://example.com/models/of/ours",
    "http://127.0.0.1:8000",
    "http://127.0.0.1:4566/_aws/execute-api/abc123/local",
]
IN_THE_PAGE = re.compile(r"""(?:href|src|action)\s*=\s*["']?/|fetch\(\s*["'`]/""")


@pytest.fixture
def stage() -> FakeOutside:
    found = outside(MODEL)
    promote(found.edges, run=RUN)
    register(found.edges, run="run-2", fingerprint="data-2")
    return found


@pytest.fixture
def api(stage: FakeOutside) -> Iterator[Api]:
    with standing_in_for_aws(StageOverHttp(stage)) as address:
        yield Api(address)


def asking(method: str, route: str, path: dict[str, str], body: str, *, end: str = "") -> dict[str, Any]:
    """As it comes from a stage of API Gateway."""
    asked = event(method, route, path, body=body, headers={"content-type": "application/json"})
    asked["event"]["requestContext"]["path"] = f"/prod{route.format(**path)}{end}"
    return asked


def strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        yield from strings(list(found.values()))
    elif isinstance(found, list):
        for each in found:
            yield from strings(each)


def absolute(answer: dict[str, Any]) -> list[str]:
    """What of an answer is an address that begins at a host's root."""
    headers = [value for value in answer["headers"].values() if value.startswith("/")]
    if answer["headers"].get("Content-Type", "").startswith("text/html"):
        return headers + IN_THE_PAGE.findall(answer["body"])
    return headers + [each for each in strings(json.loads(answer["body"])) if each.startswith("/")]


def test_no_answer_of_any_route_has_an_absolute_path(api: Api) -> None:
    questions = [
        asking(method, route, path, body)
        for method, route in ROUTES
        for path in (KNOWN, UNKNOWN)
        for body in ("", "{", '{"reason": "why"}')
    ]

    answers = api.ask(*questions)

    assert {each["statusCode"] // 100 for each in answers} == {2, 4}
    assert [found for answer in answers for found in absolute(answer)] == []


def test_location_of_a_run_or_a_batch_is_its_address_wherever_the_routes_are(api: Api, stage: FakeOutside) -> None:
    batch = scored(stage)
    asked = [(route, body, end) for route, body in (("/retrain", ""), ("/predict", STORED)) for end in ("", "/")]

    answers = api.ask(*(asking("POST", route, {}, body, end=end) for route, body, end in asked))

    for (route, _, end), answer in zip(asked, answers, strict=True):
        said = json.loads(answer["body"])
        place = f"runs/{said['run']}" if route == "/retrain" else f"batches/{batch}"
        led_to = [urljoin(f"{base}{route}{end}", answer["headers"]["Location"]) for base in BASES]
        assert led_to == [f"{base}/{place}" for base in BASES]


def test_location_of_the_run_of_an_approval_is_its_address_too(api: Api, stage: FakeOutside) -> None:
    """It is asked for two levels below the routes' first."""
    waits(stage.edges, WAITS, until=NEVER)
    path, body = {"run": WAITS}, '{"reason": "why"}'

    answers = api.ask(*(asking("POST", "/runs/{run}/approve", path, body, end=end) for end in ("", "/")))

    for end, answer in zip(("", "/"), answers, strict=True):
        run = json.loads(answer["body"])["run"]
        led_to = [urljoin(f"{base}/runs/{WAITS}/approve{end}", answer["headers"]["Location"]) for base in BASES]
        assert led_to == [f"{base}/runs/{run}" for base in BASES]


@pytest.mark.parametrize("page", ['<a href="/models">', "<img src='/x.png'>", 'fetch("/health")'])
def test_absolute_path_in_a_page_is_seen(page: str) -> None:
    assert absolute({"headers": {"Content-Type": "text/html", "Location": "/runs/x"}, "body": page}) != ["/runs/x"]


def test_absolute_path_in_a_body_or_a_header_is_seen() -> None:
    headers = {"Content-Type": "application/json", "Location": "/runs/x"}

    assert absolute({"headers": headers, "body": '{"next": ["/runs/y"]}'}) == ["/runs/x", "/runs/y"]
