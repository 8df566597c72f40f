from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.errors import BadRequest, ModelUnknown, VersionUnknown
from chalicelib.interventions import move_requests
from chalicelib.interventions.move_decisions import ACTIONS
from chalicelib.ledger.stamp import PATTERN
from tests.fakes.pipeline import InMemoryPipeline
from tests.given.moves import after_nights, request
from tests.given.nights import MODEL

ATTEMPT = "0011223344556677"


def read(body: Any, *, action: str = "rollback", **changes: Any) -> MoveAliasTask:
    asked: dict[str, Any] = {
        "model": MODEL,
        "known": lambda: [MODEL],
        "version": "7" if action == "promote" else None,
        "who": "token ops",
        "idempotency_key": "a key",
        "attempt": ATTEMPT,
    }
    return move_requests.from_request(action, body=json.dumps(body).encode(), **{**asked, **changes})


def test_rollback_that_may_come_twice_has_to_say_where_to() -> None:
    with pytest.raises(BadRequest, match="goes back one more each time") as raised:
        read({"reason": "why"}, idempotency_key=None)

    assert raised.value.details["field"] == "to"
    assert read({"reason": "why", "to": 3}, idempotency_key=None).model_version == 3


def test_same_key_is_the_same_name_and_no_key_is_always_another() -> None:
    def name(key: str | None, attempt: str, model: str = MODEL) -> str:
        return move_requests.name("rollback", model=model, idempotency_key=key, attempt=attempt)

    assert name("deploy", ATTEMPT) == name("deploy", "f" * 16)
    assert len({name("deploy", ATTEMPT), name("other", ATTEMPT), name("deploy", ATTEMPT, "mnist")}) == 3
    assert name(None, ATTEMPT) == f"rollback-{ATTEMPT}"


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("key", [None, "a key"])
def test_name_fits_into_the_stamp_and_into_a_key(action: str, key: str | None) -> None:
    name = move_requests.name(action, model=MODEL, idempotency_key=key, attempt=ATTEMPT)

    assert re.fullmatch(r"[a-z]+-[0-9a-f]{16}", name)
    assert PATTERN.fullmatch(f"run={name} step=50 pinned from=1 to=1 model_version=1 entry=1")


@pytest.mark.parametrize(
    ("action", "body", "model_version", "lift"),
    [
        ("rollback", {"reason": "why"}, None, False),
        ("rollback", {"reason": "why", "to": None}, None, False),
        ("rollback", {"reason": "why", "to": 3}, 3, False),
        ("promote", {"reason": "why", "lift_quarantine": True}, 7, True),
        ("pin", {"reason": "why"}, None, False),
        ("pin", {"reason": "why", "version": 2}, 2, False),
        ("unpin", {"reason": " why "}, None, False),
    ],
)
def test_body_is_read(action: str, body: dict[str, Any], model_version: int | None, lift: bool) -> None:
    assert read(body, action=action) == MoveAliasTask(
        name=move_requests.name(action, model=MODEL, idempotency_key="a key", attempt=ATTEMPT),
        action=action,
        model=MODEL,
        model_version=model_version,
        reason="why",
        who="token ops",
        lift_quarantine=lift,
    )


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("rollback", None, "reason"),
        ("rollback", [], None),
        ("rollback", {}, "reason"),
        ("rollback", {"reason": ""}, "reason"),
        ("rollback", {"reason": "  "}, "reason"),
        ("rollback", {"reason": "x" * 201}, "reason"),
        ("rollback", {"reason": "two\nlines"}, "reason"),
        ("rollback", {"reason": 7}, "reason"),
        ("rollback", {"reason": "why", "to": "3"}, "to"),
        ("rollback", {"reason": "why", "to": 0}, "to"),
        ("rollback", {"reason": "why", "to": True}, "to"),
        ("rollback", {"reason": "why", "to": 1.5}, "to"),
        ("rollback", {"reason": "why", "version": 3}, "version"),
        ("rollback", {"reason": "why", "lift_quarantine": True}, "lift_quarantine"),
        ("promote", {"reason": "why", "lift_quarantine": "yes"}, "lift_quarantine"),
        ("promote", {"reason": "why", "to": 3}, "to"),
        ("pin", {"reason": "why", "version": -1}, "version"),
        ("unpin", {"reason": "why", "version": 1}, "version"),
    ],
)
def test_bad_body_names_its_field(action: str, body: Any, field: str | None) -> None:
    with pytest.raises(BadRequest) as caught:
        read(body, action=action)

    assert caught.value.details.get("field") == field
    assert caught.value.details["accepted"]


@pytest.mark.parametrize("version", ["0", "-1", "first", "1.0", "", "1234567"])
def test_version_of_the_path_that_is_none_is_unknown(version: str) -> None:
    with pytest.raises(VersionUnknown):
        read({"reason": "why"}, action="promote", version=version)


def test_model_that_there_is_not_is_unknown() -> None:
    with pytest.raises(ModelUnknown) as caught:
        read({"reason": "why"}, model="other")

    assert caught.value.details["accepted"] == MODEL


def test_request_is_carried_out_by_the_pipelines_function() -> None:
    night = after_nights(2)
    pipeline = InMemoryPipeline(night.edges)

    done, refused = (move_requests.ask(pipeline, request("rollback", name=name)) for name in ("one", "two"))

    assert (done[0], done[1]["moved"]) == (200, True)
    assert (refused[0], refused[1]["Code"]) == (409, "VersionUnfit")
