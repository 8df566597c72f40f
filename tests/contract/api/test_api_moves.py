"""The API's moves of the alias: what they hand to the pipeline's function, and what they refuse by themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.api.api_process import Api, Reply, secret, serving, standing_in_for_aws, with_tokens

MODEL = "kdd99-http"
MOVE_ALIAS = "/functions/nightswap-local-move-alias/invocations"
WHY = '{"reason": "why"}'

REFUSED = [
    (f"{MODEL}/rollback", "", 400, "BadRequest", "reason"),
    (f"{MODEL}/rollback", "{", 400, "BadRequest", None),
    (f"{MODEL}/rollback", WHY, 400, "BadRequest", "to"),
    (f"{MODEL}/rollback", '{"reason": "why", "to": "one"}', 400, "BadRequest", "to"),
    (f"{MODEL}/versions/first/promote", WHY, 404, "VersionUnknown", "version"),
    (f"{MODEL}/versions/1/promote", '{"reason": "why", "to": 1}', 400, "BadRequest", "to"),
    (f"{MODEL}/pin", '{"reason": "why", "version": 0}', 400, "BadRequest", "version"),
    (f"{MODEL}/unpin", '{"reason": ["why"]}', 400, "BadRequest", "reason"),
    ("nobody/rollback", WHY, 404, "ModelUnknown", "model"),
    ("nobody/rollback", '{"wrong": 1}', 404, "ModelUnknown", "model"),
]


def echoing(asked: str, sent: bytes) -> Reply:
    """One model, and a function that answers with what it is asked, as a refusal."""
    path = asked.partition("?")[0].rstrip("/")
    if path.endswith(MOVE_ALIAS):
        return 200, {"status": 409, "body": json.loads(sent)}
    return serving(MODEL, asked, with_tokens(asked, sent))


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with standing_in_for_aws(echoing) as address:
        yield Api(address)


def post(path: str, body: str = WHY, *, token: str | None = "operator", **headers: str) -> dict[str, Any]:
    authorization = {"Authorization": f"Bearer {secret(token)}"} if token else {}
    return {"method": "POST", "path": f"/models/{path}", "headers": {**authorization, **headers}, "body": body}


def test_moves_are_handed_on_and_answered_with_the_functions_status(api: Api) -> None:
    answers = api.ask(
        post(f"{MODEL}/rollback", **{"Idempotency-Key": "one"}),
        post(f"{MODEL}/rollback", '{"reason": "why", "to": 3}'),
        post(f"{MODEL}/versions/7/promote", '{"reason": "why", "lift_quarantine": true}'),
        post(f"{MODEL}/pin", '{"reason": "why", "version": 2}'),
        post(f"{MODEL}/unpin"),
    )

    said = [json.loads(each["body"]) for each in answers]
    wanted = ("action", "model", "model_version", "reason", "lift_quarantine", "who")
    assert [tuple(each[name] for name in wanted) for each in said] == [
        ("rollback", MODEL, None, "why", False, "token operator"),
        ("rollback", MODEL, 3, "why", False, "token operator"),
        ("promote", MODEL, 7, "why", True, "token operator"),
        ("pin", MODEL, 2, "why", False, "token operator"),
        ("unpin", MODEL, None, "why", False, "token operator"),
    ]
    assert {each["status"] for each in answers} == {409}
    assert len({each["name"] for each in said}) == 5
    assert all(re.fullmatch(r"(rollback|promote|pin|unpin)-[0-9a-f]{16}", each["name"]) for each in said)


def test_same_key_is_the_same_request(api: Api) -> None:
    answers = api.ask(*(post(f"{MODEL}/rollback", **{"Idempotency-Key": key}) for key in ("one", "one", "two", "")))

    *names, refused = (json.loads(each["body"]) for each in answers)
    assert names[0]["name"] == names[1]["name"] != names[2]["name"]
    assert refused["Field"] == "Idempotency-Key"


def test_refused_move_names_what_to_mend(api: Api) -> None:
    answers = api.ask(*(post(path, body) for path, body, *_ in REFUSED))

    said = [(each["status"], json.loads(each["body"])) for each in answers]
    assert [(status, body["Code"], body.get("Field")) for status, body in said] == [
        (status, code, field) for *_, status, code, field in REFUSED
    ]
    assert all(body["Accepted"] for _, body in said)


def test_body_that_is_no_json_is_answered_with_the_routes_own_form(api: Api) -> None:
    routes = (f"{MODEL}/rollback", f"{MODEL}/versions/1/promote", f"{MODEL}/pin", f"{MODEL}/unpin")
    answers = api.ask(*(post(route, "{") for route in routes), {**post(""), "path": "/retrain", "body": "{"})

    assert [json.loads(each["body"])["Accepted"] for each in answers] == [
        '{"reason": "...", "to": VERSION}',
        '{"reason": "...", "lift_quarantine": false}',
        '{"reason": "...", "version": VERSION}',
        '{"reason": "..."}',
        '{"model": "...", "force": false, "reason": "..."}',
    ]


def test_moves_are_closed_to_others(api: Api) -> None:
    answers = api.ask(*(post(f"{MODEL}/rollback", token=token) for token in (None, "nobody", "reader")))

    assert [each["status"] for each in answers] == [401, 403, 403]
