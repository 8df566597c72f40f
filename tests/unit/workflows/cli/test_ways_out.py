"""A document that was damaged has a way out by a command, and `nightswap verify` names it."""

from __future__ import annotations

import re

import pytest
from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.contracts.runs import AliasRestored
from chalicelib.errors import BadRequest, CommandFailed, RegistryIncomplete, RequestConflict
from chalicelib.registry.pin import Pin
from chalicelib.runs import cleanup
from tests.fakes.stage import FakeStage
from tests.given.approvals import waits
from tests.given.interference import raising, with_store
from tests.given.moves import after_nights, ask, serving
from tests.given.nights import MODEL, register
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
WHY = ("--reason", "an audit")
GARBAGE = [b"", b"{", b"[]", b"\xff", b'{"schema": 9}', b'{"model_version": 0, "who": "ada", "why": "x"}']


def stage(*, pinned: bytes | None = None, nights: int = 3) -> FakeStage:
    """The last of the nights is live; this lies where the pin would."""
    night = after_nights(nights)
    if pinned is not None:
        night.store.put(layout.pin(MODEL), pinned)
    return FakeStage(night)


def problems(here: FakeStage) -> list[str]:
    return [line for line in here.run("verify").output.splitlines() if line.startswith("!")]


@pytest.mark.parametrize("pinned", GARBAGE)
def test_unpin_takes_a_damaged_pin_away(pinned: bytes) -> None:
    here = stage(pinned=pinned)
    assert "nightswap unpin" in problems(here)[0]

    result = here.run("unpin", *WHY)

    assert result.exit_code == 0, result.output
    assert here.edges.store.find(layout.pin(MODEL)) is None
    assert problems(here) == []
    assert serving(here.outside) == ("3", {})


@pytest.mark.parametrize("pinned", GARBAGE)
def test_rollback_does_not_wait_for_a_damaged_pin_which_holds_the_version_that_is_live_now(pinned: bytes) -> None:
    here = stage(pinned=pinned)

    result = here.run("rollback", *WHY)

    assert result.exit_code == 0, result.output
    assert serving(here.outside) == ("2", {})
    assert present(Pin(here.edges, MODEL).find()).model_version == 2


@pytest.mark.parametrize("command", [("promote", "1"), ("pin",), ("pin", "3"), ("pin", "1")])
def test_nothing_else_moves_beside_a_damaged_pin_and_the_way_out_is_named(command: tuple[str, ...]) -> None:
    here = stage(pinned=b"{")

    result = here.run(*command, *WHY)

    assert isinstance(result.exception, RequestConflict)
    assert f"{layout.pin(MODEL)} is damaged: first nightswap unpin --model {MODEL}" in result.exception.message
    assert serving(here.outside) == ("3", {})


def test_damaged_pin_of_a_model_that_is_not_live_is_put_back() -> None:
    here = stage(pinned=b"{")
    here.outside.functions.delete_alias(MODEL)

    assert isinstance(here.run("unpin", *WHY).exception, RegistryIncomplete)
    assert here.run("put-back", layout.pin(MODEL)).exit_code == 0

    assert here.edges.store.find(layout.pin(MODEL)) is None


def with_a_version_that_waits() -> FakeStage:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    return FakeStage(night)


def begin_of_a_run(here: FakeStage) -> AliasRestored:
    return cleanup.before(here.edges, run="next", model=MODEL)


@pytest.mark.parametrize("damage", GARBAGE)
def test_damaged_note_of_what_waits_stops_each_run_and_its_message_has_the_command_that_repairs_it(
    damage: bytes,
) -> None:
    """A run that went on could not know whether the version was rejected. What is live stays live meanwhile."""
    here = with_a_version_that_waits()
    key = layout.waiting(MODEL)
    whole = present(here.edges.store.find(key)).body
    here.edges.store.put(key, damage)
    before = serving(here.outside)

    with pytest.raises(RegistryIncomplete) as stopped:
        begin_of_a_run(here)
    assert isinstance(here.run("approve", RUN, *WHY).exception, RegistryIncomplete)
    assert any(key in each for each in problems(here))
    command = present(re.search(r"nightswap (put-back \S+)", stopped.value.message))[1]
    result = here.run(*command.split())

    assert result.exit_code == 0, result.output
    assert present(here.edges.store.find(key)).body == whole
    assert begin_of_a_run(here).repairs == []
    assert here.run("approve", RUN, *WHY).exit_code == 0
    assert serving(here.outside) == before


def test_rejection_survives_the_repair_of_what_waited() -> None:
    here = with_a_version_that_waits()
    here.run("reject", RUN, *WHY)
    here.edges.store.put(layout.waiting(MODEL), b"{")

    assert here.run("put-back", layout.waiting(MODEL)).exit_code == 0

    assert isinstance(here.run("approve", RUN, *WHY).exception, RequestConflict)
    assert isinstance(here.run("put-back", layout.waiting(MODEL)).exception, BadRequest)


def test_note_of_what_waits_of_which_nothing_whole_is_left_is_taken_away_and_runs_go_on() -> None:
    here = stage()
    here.edges.store.put(layout.waiting(MODEL), b"{")

    assert here.run("put-back", layout.waiting(MODEL)).exit_code == 0

    assert here.edges.store.find(layout.waiting(MODEL)) is None
    assert begin_of_a_run(here).repairs == []


def test_pin_that_is_damaged_while_another_one_is_taken_away_stays() -> None:
    here = stage()
    ask(here.edges, "pin")
    pinned = present(Pin(here.edges, MODEL).find())
    here.edges.store.put(layout.pin(MODEL), b"{")

    with pytest.raises(RegistryIncomplete, match="is damaged"):
        Pin(here.edges, MODEL).remove(pinned)


@pytest.mark.parametrize("damage", [b"{", b'{"model": 7}'])
def test_damaged_quarantine_still_holds_and_is_lifted_as_any_other(damage: bytes) -> None:
    here = stage()
    here.run("rollback", *WHY)
    key = layout.quarantined(MODEL, "data-3")
    here.edges.store.put(key, damage)
    assert key in problems(here)[0]
    assert here.run("promote", "3", *WHY).exit_code == 1

    result = here.run("promote", "3", "--lift-quarantine", *WHY)

    assert result.exit_code == 0, result.exception
    assert serving(here.outside) == ("3", {})
    assert problems(here) == []


KEYS = [
    layout.pin(MODEL),
    layout.judged(MODEL),
    layout.quarantined(MODEL, "data-1"),
    layout.untold(MODEL, "a-run-Promoted"),
    layout.lease(MODEL),
    layout.ledger_entry(MODEL, 2),
    layout.evidence(MODEL, 2),
    *(layout.version(MODEL, 2, name) for name in ("manifest.json", "claim.json", "report.json", "model.json")),
    *(layout.version(MODEL, 2, name) for name in ("package.zip", "replay.json")),
]


@pytest.mark.parametrize("key", KEYS)
def test_command_that_verify_names_puts_any_document_back(key: str) -> None:
    here = stage()
    assert problems(here) == []
    here.edges.store.put(key, b"{")
    told = next(line for line in problems(here) if key in line)

    assert f"nightswap put-back {key}" in told
    result = here.run("put-back", key)

    assert result.exit_code == 0, result.exception
    assert problems(here) == []


def refusing(here: FakeStage) -> None:
    """Let the bucket's policy refuse what is written over something."""
    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "with an explicit deny"}}, "PutObject")
    here.outside.edges = with_store(here.edges, "put_if_match", before=raising(refusal))


@pytest.mark.parametrize("key", [layout.ledger_entry(MODEL, 2), layout.evidence(MODEL, 2)])
def test_what_the_policy_of_the_bucket_guards_is_put_back_once_that_is_lifted(key: str) -> None:
    here = stage()
    here.edges.store.put(key, b"{")
    refusing(here)

    result = here.run("put-back", key)

    assert isinstance(result.exception, CommandFailed)
    assert f"lets nobody write over {key}" in result.exception.message
    assert f"aws s3api delete-bucket-policy --bucket {here.edges.store.bucket}" in result.exception.message
    assert f"nightswap deploy --stage {here.name} sets the policy again" in result.exception.message


def test_what_s3_refuses_for_another_reason_is_told_as_it_is() -> None:
    here = stage(pinned=b'{"model_version": 2, "who": "ada", "why": "x"}')
    here.edges.store.put(layout.pin(MODEL), b"{")
    refusing(here)

    assert isinstance(here.run("put-back", layout.pin(MODEL)).exception, ClientError)
