from __future__ import annotations

import getpass
from typing import cast

import pytest

from chalicelib import layout
from chalicelib.approval.waiting import Approvals
from chalicelib.contracts.decisions import PROMOTED, SUPERSEDED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.errors import BadRequest, RequestConflict, RunUnknown
from chalicelib.registry.quarantine import Quarantine
from chalicelib.runs import outcomes, retraining
from tests.fakes.stage import FakeStage
from tests.given.approvals import waits
from tests.given.moves import after_nights
from tests.given.nights import MODEL, register
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
WHY = ("--reason", "looks good")


def stage(*, ends: str | None = None) -> FakeStage:
    """Version 2 of RUN waits; a run that takes it up ends at once, if it is said how."""
    here = FakeStage(after_nights(1))
    register(here.edges, run=RUN, fingerprint="data-2")
    waits(here.edges, RUN, fingerprint="data-2")

    def end(run: str, payload: str) -> None:
        outcomes.record(
            here.edges, RunOutcome(run=run, model=MODEL, outcome=ends or "", reason="so it is", error=None)
        )

    if ends is not None:
        here.outside.executions.started = end
    return here


def test_approval_says_which_run_takes_the_version_live() -> None:
    here = stage()

    result = here.run("approve", RUN, *WHY)

    assert result.exit_code == 0, result.output
    (execution,) = here.edges.executions.recent(running_only=True)
    assert result.output == f"started run {execution.run}, which takes version 2 live\n"
    request = present(retraining.find_request(here.edges, run=execution.run))
    assert (request.approves, request.reason) == (RUN, "looks good")
    assert getpass.getuser() in (request.who or "")


def test_approval_is_told_to_programs() -> None:
    told = cast(dict[str, object], stage().json("approve", RUN, *WHY, "--json"))

    assert (told["new"], told["approves"], told["model_version"]) == (True, RUN, 2)


@pytest.mark.parametrize(("ends", "code"), [(PROMOTED, 0), (SUPERSEDED, 1)])
def test_watched_approval_ends_with_zero_only_when_its_version_is_live(ends: str, code: int) -> None:
    result = stage(ends=ends).run("approve", RUN, *WHY, "--watch")

    assert result.exit_code == code, result.output
    assert ends in result.output


def test_watched_approval_tells_how_long_a_state_took_the_last_time() -> None:
    here = stage(ends=PROMOTED)
    ended = here.outside.executions.started

    def write(run: str, name: str, **document: object) -> None:
        here.outside.store.put(layout.run_document(run, name), documents.encode(document))

    def started(run: str, payload: str) -> None:
        write(run, "replay", state="Replay", status="running")
        ended(run, payload)

    here.outside.executions.started = started
    write("earlier", "request", model=MODEL, force=False, reason="nightly")
    write("earlier", "replay", state="Replay", status="done", duration_ms=34_000)

    assert "▸ Replay        last time 34 s" in here.run("approve", RUN, *WHY, "--watch").output


def test_watched_approval_is_told_to_programs_as_json_alone() -> None:
    told = cast(dict[str, object], stage(ends=PROMOTED).json("approve", RUN, *WHY, "--watch", "--json"))

    assert (told["outcome"], told["approves"]) == (PROMOTED, RUN)


def test_rejection_says_what_is_quarantined() -> None:
    here = stage()

    result = here.run("reject", RUN, *WHY)

    assert (result.exit_code, result.output) == (0, "version 2 is quarantined\n")
    assert Quarantine(here.edges, MODEL).holds("data-2")
    assert Approvals(here.edges, MODEL).open() is None


@pytest.mark.parametrize("width", [80, 140])
def test_history_says_who_rejected_a_version_and_why(width: int) -> None:
    here = stage()
    here.run("reject", RUN, *WHY)

    output = here.run("history", width=width).output

    assert "rejected" in output
    assert "looks good" in output
    assert getpass.getuser() in output.splitlines()[2]


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_what_does_not_wait_is_refused_with_the_way_out(command: str) -> None:
    here = stage()
    assert here.run("reject", RUN, *WHY).exit_code == 0

    refused = here.run(command, RUN, *WHY).exception

    assert isinstance(refused, RequestConflict)
    assert "nightswap promote 2 --model kdd99-http --lift-quarantine" in refused.message


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_run_that_nobody_knows_and_a_reason_that_is_none_are_refused(command: str) -> None:
    assert isinstance(stage().run(command, "nobody", *WHY).exception, RunUnknown)
    assert isinstance(stage().run(command, RUN, "--reason", " ").exception, BadRequest)


def test_versions_mark_the_one_that_waits_and_say_how_to_decide() -> None:
    lines = stage().run("versions", width=80).output.splitlines()

    assert any(line.split()[:2] == ["waits", "2"] for line in lines)
    assert lines[-3].startswith("version 2 waits for approval until 2026-11-24")
    assert lines[-2:] == [f"  nightswap {what} {RUN} --reason TEXT" for what in ("approve", "reject")]
