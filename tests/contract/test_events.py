"""A stage's events match `event-schema.json`, and fit into the limits of EventBridge and SNS."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chalicelib.contracts.decisions import MODEL_REJECTED
from chalicelib.edges.notices import Notice
from chalicelib.limits import EVENT_BYTES, SUBJECT_CHARACTERS
from chalicelib.names import Names
from chalicelib.notices import notice_evaluation, notice_text, notices
from chalicelib.notices.notice_evaluation import CLASSES_MAX, RULES_MAX
from chalicelib.notices.notice_text import KINDS
from tests.contract import command_lines
from tests.fakes.edges import FakeOutside
from tests.given import news
from tests.given.nights import MODEL

SCHEMA: dict[str, Any] = json.loads((Path(notices.__file__).parent / "event-schema.json").read_bytes())
VALIDATOR = Draft202012Validator(SCHEMA)
FIELDS = sorted(SCHEMA["properties"])
LONGEST_STAGE, LONGEST_MODEL = "s" * 10, "m" * 24
WIDEST = "\N{GRINNING FACE}"
"""Four bytes of UTF-8, and twelve in JSON."""

EVERY_NIGHT = pytest.mark.parametrize("night", news.ALL)


def notice_of(night: str) -> Notice:
    return news.the_notice(news.ALL[night]())


def refusals(detail: dict[str, Any]) -> list[str]:
    """Of each thing that the schema has against the detail, as it is sent: where and what."""
    sent = json.loads(json.dumps(detail))
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(sent)]


def largest() -> Notice:
    """Of a run whose report, reasons and names are as long as they can be made, and longer."""
    long = WIDEST * 5_000
    rule = {**news.FAILED, "name": long, "reason": long, "value": -1.7976931348623157e308}
    names = [f"{n}{long}" for n in range(CLASSES_MAX)]
    night = news.live_since_earlier()
    matrix = [[999_999_999] * CLASSES_MAX] * CLASSES_MAX
    news.judged(night, *[rule] * (RULES_MAX + 1), classes=names, matrix=matrix)
    news.end(night, MODEL_REJECTED, long)
    return news.the_notice(night)


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_schema_and_product_are_of_the_same_version_and_kinds() -> None:
    assert SCHEMA["properties"]["schema"]["const"] == notices.SCHEMA
    assert tuple(SCHEMA["properties"]["kind"]["enum"]) == KINDS
    assert SCHEMA["properties"]["classes"]["maxItems"] == CLASSES_MAX
    assert SCHEMA["properties"]["classes"]["items"]["maxLength"] == notice_evaluation.CLASS_CHARACTERS
    assert SCHEMA["properties"]["failing_rules"]["maxItems"] == RULES_MAX
    assert SCHEMA["properties"]["reason"]["maxLength"] == notices.REASON_CHARACTERS
    assert SCHEMA["properties"]["who"]["maxLength"] == notices.WHO_CHARACTERS
    rule = SCHEMA["$defs"]["rule"]["properties"]
    assert {rule[name]["maxLength"] for name in ("name", "reason")} == {notice_evaluation.RULE_CHARACTERS}


@EVERY_NIGHT
def test_detail_of_every_kind_is_as_the_schema_says(night: str) -> None:
    detail = dict(notice_of(night).detail)

    assert refusals(detail) == []
    assert sorted(detail) == FIELDS == sorted(SCHEMA["required"])


def test_every_kind_is_held_against_the_schema() -> None:
    assert {notice_of(night).kind for night in news.ALL} == set(KINDS)


@EVERY_NIGHT
def test_unknown_field_breaks_the_contract(night: str) -> None:
    assert refusals({**notice_of(night).detail, "retries": 3})


@pytest.mark.parametrize("field", FIELDS)
def test_missing_field_breaks_the_contract(field: str) -> None:
    detail = dict(notice_of("rejected").detail)
    del detail[field]

    assert refusals(detail)


@pytest.mark.parametrize(
    ("night", "wrong"),
    [
        ("promoted", {"schema": 2}),
        ("promoted", {"model_version": None}),
        ("promoted", {"error": "SingleClass"}),
        ("promoted", {"matrix": [[1.5]]}),
        ("promoted", {"last_promoted_at": "2026-11-21T15:00:00.000Z"}),
        ("rejected", {"outcome": "Promoted"}),
        ("rejected", {"failing_rules": [{"name": "recall"}]}),
        ("rejected", {"at": "yesterday"}),
        ("rolled_back", {"model_version": "2"}),
        ("failed", {"error": None}),
        ("stale", {"last_promoted_at": None}),
        ("stale", {"outcome": "Promoted"}),
        ("data_quarantined", {"model_version": 1}),
        ("data_quarantined", {"outcome": "NothingNew"}),
        ("data_quarantined", {"rows": 3}),
        ("promoted_by_hand", {"kind": "Pinned"}),
        ("promoted_by_hand", {"stage": "Not a stage"}),
    ],
)
def test_wrong_value_breaks_the_contract(night: str, wrong: dict[str, Any]) -> None:
    assert refusals({**notice_of(night).detail, **wrong})


def test_longest_notice_is_as_the_schema_says_and_fits() -> None:
    notice = largest()
    entry = {"Source": "nightswap", "DetailType": notice.kind, "Detail": json.dumps(notice.detail)}

    assert refusals(dict(notice.detail)) == []
    assert sum(len(each.encode()) for each in entry.values()) < EVENT_BYTES
    assert len(notice.text.encode()) < EVENT_BYTES


@EVERY_NIGHT
def test_subject_is_one_short_line_of_ascii(night: str) -> None:
    names = {"stage": LONGEST_STAGE, "model": LONGEST_MODEL, "model_version": 999_999}

    subject = notice_text.subject({**notice_of(night).detail, **names})

    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) < SUBJECT_CHARACTERS


@EVERY_NIGHT
def test_every_command_of_a_message_exists(night: str) -> None:
    told = [line.partition(": nightswap ")[2] for line in notice_of(night).text.splitlines()]
    commands = [shlex.split(line) for line in told if line]

    assert commands
    for words in commands:
        assert not command_lines.leaves_the_model_open(command_lines.parse(words))


@given(st.text(), st.text())
def test_whatever_a_reason_holds_can_be_sent(reason: str, who: str) -> None:
    night = FakeOutside(MODEL)
    notices.moved(
        night.edges,
        model=MODEL,
        kind="promoted",
        about=2,
        from_version=1,
        to_version=2,
        who=who,
        why=reason,
        name="move",
    )

    (notice,) = night.notices.sent

    assert refusals(dict(notice.detail)) == []
    assert all(line.isprintable() for line in notice.text.encode().decode().splitlines())


def test_stage_is_told_from_the_name_of_its_bucket() -> None:
    names = Names(stage="prod", account="123456789012", region="eu-west-1")
    night = FakeOutside(MODEL)
    night.store.bucket = names.bucket

    notices.moved(
        night.edges,
        model=MODEL,
        kind="promoted",
        about=1,
        from_version=None,
        to_version=1,
        who="",
        why="",
        name="move",
    )

    assert night.notices.sent[0].detail["stage"] == "prod"
