"""What comes in by HTTP: every route's body, query, headers and path, measured and read before anything else is done.

Each refusal is ours: 4xx, `Code`, `Message` and `Accepted`, short, and in none of Python's words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app import app
from chalicelib.limits import BODY_BYTES, MESSAGE_CHARACTERS, NESTING, NPY_BODY_BYTES, PREDICT_BODY_BYTES
from tests.contract.api.api_process import Api, Reply, event, secret, serving, standing_in_for_aws, with_tokens

MODEL = "kdd99-http"
PATH = {"run": "a-run", "model": MODEL, "version": "1", "batch": f"{MODEL}-{20 * 'a'}"}
ROUTES = [(method, path.format(**PATH)) for path, methods in app.routes.items() for method in methods]
JSON_ROUTES = [path for method, path in ROUTES if method == "POST" and not path.endswith(("/warm", "/stop"))]
PYTHONS_WORDS = (
    "Expecting",
    "Exceeds the limit",
    "codec",
    "set_int_max_str_digits",
    "recursion",
    "Traceback",
    "char ",
)

NOT_JSON = {
    "nothing but a brace": b"{",
    "words": b"instances=1",
    "cut short": b'{"reason": "wh',
    "two values": b'{"reason": "why"} {}',
    "not UTF-8": b'{"reason": "\xff"}',
    "UTF-16": '{"reason": "why"}'.encode("utf-16"),
    "a byte order mark twice": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "NaN": b'{"reason": NaN}',
    "infinite": b'{"reason": -Infinity}',
    "too large a number": b'{"reason": 1e999}',
    "five thousand digits": b'{"reason": ' + b"1" * 5_000 + b"}",
    "a bare number of five thousand digits": b"1" * 5_000,
    "a long fraction": b'{"reason": 0.' + b"1" * 5_000 + b"}",
    "nested lists": b"[" * 4_000 + b"]" * 4_000,
    "nested objects": b'{"a":' * 1_500 + b"1" + b"}" * 1_500,
    "one level too many": b'{"reason": ' + b"[" * NESTING + b"]" * NESTING + b"}",
    "a name twice": b'{"reason": "why", "reason": "why"}',
    "a very long name twice": b'{"' + b"x" * 4_000 + b'": 1, "' + b"x" * 4_000 + b'": 1}',
    "a control character": b'{"reason": "a\nb"}',
}
NOT_THE_FORM = {
    "null": b"null",
    "true": b"true",
    "a number": b"7",
    "a text": b'"why"',
    "a list": b'[{"reason": "why"}]',
    "an unknown field": b'{"raeson": "why"}',
    "a very long unknown field": b'{"' + b"x" * 9_000 + b'": 1}',
    "a lone surrogate as a field": b'{"\\ud800": 1}',
    "a lone surrogate": b'{"reason": "\\ud800", "instances": [], "model": "\\ud800"}',
    "a list for every text": b'{"reason": [[[1]]], "model": [[[1]]]}',
    "an object for every text": b'{"reason": {}, "model": {}}',
    "a number for every text": b'{"reason": 1, "model": 1}',
    "null for every text": b'{"reason": null, "model": null}',
    "true for every text": b'{"reason": true, "model": true}',
}
TAKEN = {("null", "/retrain")}
"""A retrain wishes for nothing in particular."""


def one_model(asked: str, sent: bytes) -> Reply:
    return serving(MODEL, asked, with_tokens(asked, sent))


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with standing_in_for_aws(one_model) as address:
        yield Api(address)


def asking(method: str, path: str, content: bytes = b"", **headers: str) -> dict[str, Any]:
    given = {"Authorization": f"Bearer {secret('both')}", "Content-Type": "application/json", **headers}
    return {"method": method, "path": path, "headers": given, "hex": content.hex()}


def refusal(answer: dict[str, Any]) -> dict[str, Any]:
    """The body of an answer that is a refusal in our form."""
    said: dict[str, Any] = json.loads(answer["body"])
    assert 400 <= answer["status"] < 500, said
    assert said["Message"] and said["Accepted"], said
    assert len(answer["body"]) < 2 * MESSAGE_CHARACTERS
    assert not any(words in answer["body"] for words in PYTHONS_WORDS), said
    return said


def test_body_over_the_limit_of_its_route_is_too_large_whatever_it_holds(api: Api) -> None:
    most = {"/predict": PREDICT_BODY_BYTES}

    answers = api.ask(*(asking(method, path, b" " * (most.get(path, BODY_BYTES) + 1)) for method, path in ROUTES))

    assert {
        route: (answer["status"], refusal(answer)["Code"]) for route, answer in zip(ROUTES, answers, strict=True)
    } == {route: (413, "BodyTooLarge") for route in ROUTES}


def test_a_file_is_measured_by_its_own_limit_and_its_query_is_looked_into(api: Api) -> None:
    kind = {"Content-Type": "application/x-npy"}

    long, odd = api.ask(
        asking("POST", "/predict", bytes(NPY_BODY_BYTES + 1), **kind),
        asking("POST", "/predict?duration=0", bytes(8), **kind),
    )

    assert (long["status"], refusal(long)["Code"]) == (413, "BodyTooLarge")
    assert (odd["status"], refusal(odd)["Field"]) == (400, "duration")


def test_body_of_the_limit_is_looked_into(api: Api) -> None:
    answers = api.ask(
        asking("POST", "/predict", b"{}".ljust(PREDICT_BODY_BYTES)),
        *(asking("POST", path, b"7".ljust(BODY_BYTES)) for path in JSON_ROUTES),
    )

    assert {answer["status"] for answer in answers} == {400}


@pytest.mark.parametrize("contents", [NOT_JSON, NOT_THE_FORM], ids=["no-json", "another-form"])
def test_body_that_is_not_the_form_is_a_bad_request_at_every_door(api: Api, contents: dict[str, bytes]) -> None:
    tried = [(what, path) for what in contents for path in JSON_ROUTES if (what, path) not in TAKEN]

    answers = api.ask(*(asking("POST", path, contents[what]) for what, path in tried))

    said = {each: (answer["status"], refusal(answer)["Code"]) for each, answer in zip(tried, answers, strict=True)}
    assert said == dict.fromkeys(tried, (400, "BadRequest"))


def test_body_that_is_not_json_is_refused_before_anything_is_asked_of_aws(api: Api) -> None:
    routes = [route for route in app.routes if route.format(**PATH) in JSON_ROUTES]

    *answers, calls = api.ask(*(event("POST", route, PATH, body="{") for route in routes), {"calls": True})

    assert [answer["statusCode"] for answer in answers] == [400] * len(JSON_ROUTES)
    assert not calls


def test_every_post_that_takes_json_is_asked() -> None:
    assert len(JSON_ROUTES) == 8


def test_query_that_is_too_long_is_a_bad_request(api: Api) -> None:
    queries = ("x=" + "1" * 8_001, "x" * 8_001 + "=1", "&".join(f"x{n}=1" for n in range(1_002)), "a=1&" * 3_000)
    tried = [(method, f"{path}?{query}") for method, path in ROUTES if method == "GET" for query in queries]

    answers = api.ask(*(asking(method, path) for method, path in tried))

    assert [(answer["status"], refusal(answer)["Code"]) for answer in answers] == [(400, "BadRequest")] * len(tried)


def test_idempotency_key_that_is_too_long_is_a_bad_request_wherever_it_is_taken(api: Api) -> None:
    keys = ("k" * 257, "k" * 100_000, "a\tb", "")
    tried = [(path, key) for path in JSON_ROUTES if path != "/predict" for key in keys]

    answers = api.ask(
        *(asking("POST", path, b'{"reason": "why"}', **{"Idempotency-Key": key}) for path, key in tried)
    )

    assert {refusal(answer)["Field"] for answer in answers} == {"Idempotency-Key"}


def test_content_type_is_not_echoed_at_length(api: Api) -> None:
    answers = api.ask(
        *(asking("POST", "/predict", b"{}", **{"Content-Type": each}) for each in ("x" * 100_000, "text/csv; " * 900))
    )

    assert [(answer["status"], refusal(answer)["Field"]) for answer in answers] == [(415, "Content-Type")] * 2


@pytest.mark.parametrize("header", ["Bearer " + "x" * 1_000_000, "\ud800", "Bearer\tboth"])
def test_token_of_any_length_opens_nothing(api: Api, header: str) -> None:
    assert api.allowed(header) == set()


def test_path_is_not_echoed_at_length(api: Api) -> None:
    parts = ("x" * 900, "%2e%2e", "1" * 900, "%F0%9F%98%80" * 50)

    answers = api.ask(
        *(asking("POST", f"/models/{part}/pin", b'{"reason": "why"}') for part in parts),
        *(asking("POST", f"/models/{MODEL}/versions/{part}/promote", b'{"reason": "why"}') for part in parts),
    )

    assert [refusal(answer)["Code"] for answer in answers] == ["ModelUnknown"] * 4 + ["VersionUnknown"] * 4


def test_version_in_a_body_is_a_version_number(api: Api) -> None:
    versions = ("1" + "0" * 399, "1000000", "-1", "1.0", "1e3", '"1"', "[1]", "true", "0")

    answers = api.ask(
        *(asking("POST", f"/models/{MODEL}/pin", _body(version=each)) for each in versions),
        *(asking("POST", f"/models/{MODEL}/rollback", _body(to=each)) for each in versions),
    )

    assert [refusal(answer)["Field"] for answer in answers] == ["version"] * len(versions) + ["to"] * len(versions)


def _body(**field: str) -> bytes:
    ((name, text),) = field.items()
    return f'{{"reason": "why", "{name}": {text}}}'.encode()
