"""Whatever JSON a serving function is invoked with, by the API, by its URL or by hand, it returns an answer.

An exception would count as a fault of the version, before the canary and before the alarms.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas import serve
from tests.given.present import present
from tests.given.trees import model
from tests.unit.lambdas.serve.document import DOCUMENT
from tests.unit.lambdas.serve.graph import GRAPH_1, VERSION_1, whole
from tests.unit.lambdas.serve.seldom.test_array_columns import PIXELS, VERSION_7
from tests.unit.lambdas.serve.test_date_columns import OPENED
from tests.unit.lambdas.serve.test_package import manifest_of, package

Answers = Callable[[object, object], dict[str, Any]]
"""The handler of a package."""

MARK = "the caller's own words "
LONG = MARK * 1_000
REFUSAL_BYTES = 4_000
"""The most bytes of a refusal: it names 20 features, and repeats 40 characters of what the caller said."""
OF_SEVERAL: dict[str, Any] = {
    **VERSION_7,
    "schema": {
        "columns": [
            {"kind": "number", "name": "age", "minimum": 0, "maximum": 99, "outside": "clip"},
            {**PIXELS, "missing": 1.0, "absent": ["-"]},
            {"kind": "category", "name": "flag", "allowed": None, "levels": ["S0"], "unknown": "ignored"},
            {**OPENED, "missing": 0.0, "absent": []},
        ]
    },
}
ARTIFACTS = {
    "columns of each kind": ("scorecard", json.dumps(DOCUMENT).encode()),
    "arrays and dates": ("scorecard", json.dumps(OF_SEVERAL).encode()),
    "trees": ("trees", model("forest", 2, False).content),
    "a graph": ("onnx", whole(VERSION_1, GRAPH_1)),
}
INSTANCES: dict[str, Any] = {
    "columns of each kind": {"size": 20, "flag": "SF", "age": 0.25, "zone": "n", "kind": "a"},
    "arrays and dates": {"age": 3, "pixels": [1, 2, 3], "flag": "S0", "opened": "2026-01-31"},
    "trees": {"a": 1, "protocol": "tcp", "b": 2, "c": 3, "flag": "tcp"},
    "a graph": {"x": 1, "flag": "SF"},
}


class Live:
    """The context of a call by the alias, whose labels are logged."""

    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-prod-serve-flows:live"
    function_version = "9"


@pytest.fixture(scope="module", params=list(ARTIFACTS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def answers(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    """The handler of a package that lies in a folder as it does on Lambda."""
    folder = tmp_path_factory.mktemp("package")
    form, artifact = ARTIFACTS[kind]
    shutil.copytree(present(serve.__path__)[0], folder / "serve", ignore=shutil.ignore_patterns("__pycache__"))
    package(folder, artifact=artifact, manifest={**manifest_of(artifact), "format": form})
    code = Path(folder, "serve")
    name = f"any_event_{hashlib.sha256(artifact).hexdigest()}"
    spec = present(spec_from_file_location(name, code / "__init__.py", submodule_search_locations=[str(code)]))
    sys.modules[name] = module_from_spec(spec)
    yield import_module(f"{name}.handler").handler
    for each in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[each]


def by_url(body: object, *, method: object = "POST", query: object = "", is_base64: object = False) -> dict[str, Any]:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"""
    http = {"method": method, "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": query,
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": http, "stage": "$default"},
        "isBase64Encoded": is_base64,
        "body": body,
    }


def valid(instance: dict[str, Any]) -> list[Any]:
    query = {name: [str(value).strip("[]").replace(", ", ",")] for name, value in instance.items()}
    body = json.dumps({"instances": [instance], "why": 1})
    return [
        {"instances": [instance, instance], "why": 1},
        {"query": {**query, "why": ["1"]}},
        {"npy": b64encode(b"\x93NUMPY\x01\x00").decode(), "why": 1},
        {"warm": True},
        by_url(body),
        by_url(b64encode(body.encode()).decode(), is_base64=True),
        by_url(None, method="GET", query="&".join(f"{name}={texts[0]}" for name, texts in query.items())),
    ]


def checked(answer: dict[str, Any], *, is_url: bool) -> tuple[int, str]:
    """Status and body, of an answer that Lambda's runtime can encode; a refusal names itself, and stays small.

    Source: awslambdaric/lambda_runtime_marshaller.py of https://github.com/aws/aws-lambda-python-runtime-interface-client
    """
    json.dumps(answer, ensure_ascii=False).encode()
    status = answer["statusCode" if is_url else "status"]
    body = json.loads(answer["body"]) if is_url else answer["body"]
    told = json.dumps(body, ensure_ascii=False, allow_nan=False)
    if status != 200:
        assert status in (400, 405, 413)
        assert body["Code"] and body["Message"]
        assert len(told.encode()) < REFUSAL_BYTES
    assert MARK * 3 not in told
    return status, told


texts = st.text(st.characters(), max_size=20) | st.just(LONG) | st.just("\ud800") | st.just("%ff&=" + LONG)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def places(event: Any) -> Iterator[tuple[Any, ...]]:
    """The way to each part of an event."""
    yield ()
    steps: Any = event.items() if isinstance(event, dict) else enumerate(event) if isinstance(event, list) else ()
    for step, inner in steps:
        yield from ((step, *rest) for rest in places(inner))


def replaced(event: Any, way: tuple[Any, ...], value: object) -> Any:
    if not way:
        return value
    inner = replaced(event[way[0]], way[1:], value)
    if isinstance(event, list):
        return [inner if place == way[0] else each for place, each in enumerate(event)]
    return {**event, way[0]: inner}


def test_events_of_every_form_are_answered(answers: Answers, kind: str) -> None:
    statuses = [
        checked(answers(event, Live()), is_url="requestContext" in event)[0] for event in valid(INSTANCES[kind])
    ]

    assert statuses == [200, 200, 400, 200, 200, 200, 200]


@given(event=values)
def test_any_json_is_answered(answers: Answers, event: Any) -> None:
    checked(answers(event, Live()), is_url=isinstance(event, dict) and "requestContext" in event)


@given(drawn=st.data(), value=values)
def test_event_with_one_part_of_another_kind_is_answered(
    answers: Answers, kind: str, drawn: st.DataObject, value: Any
) -> None:
    whole_event = drawn.draw(st.sampled_from(valid(INSTANCES[kind])))
    event = replaced(whole_event, drawn.draw(st.sampled_from(list(places(whole_event)))), value)

    checked(answers(event, Live()), is_url=isinstance(event, dict) and "requestContext" in event)


@given(drawn=st.data())
def test_event_that_lacks_one_part_is_answered(answers: Answers, kind: str, drawn: st.DataObject) -> None:
    whole_event = drawn.draw(st.sampled_from(valid(INSTANCES[kind])))
    way = drawn.draw(st.sampled_from([way for way in places(whole_event) if way and isinstance(way[-1], str)]))
    event = json.loads(json.dumps(whole_event))
    part = event
    for step in way[:-1]:
        part = part[step]
    del part[way[-1]]

    checked(answers(event, Live()), is_url="requestContext" in event)
