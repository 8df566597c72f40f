from __future__ import annotations

import getpass
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws.patience import MOVING
from chalicelib.edges import Edges
from chalicelib.edges.pipeline_functions import PipelineFunctions
from chalicelib.edges.serving_functions import Answer
from chalicelib.errors import BadRequest, FunctionUnavailable, ModelUnknown, TransientError, VersionUnfit
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.pipeline import InMemoryPipeline
from tests.fakes.stage import FakeStage
from tests.given.interference import interfered, raising
from tests.given.moves import after_nights, canary, serving
from tests.given.nights import MODEL
from tests.given.present import present

WHY = ("--reason", "customers complain")


@dataclass
class ShakyPipeline:
    """Carries out what it is asked, and loses its first answers."""

    inner: PipelineFunctions
    lost: list[TransientError]
    payloads: list[bytes] = field(default_factory=list)

    def call(self, task: str, payload: bytes) -> bytes:
        self.payloads.append(payload)
        said = self.inner.call(task, payload)
        if self.lost:
            raise self.lost.pop()
        return said

    def start(self, task: str, payload: bytes) -> None:
        self.inner.start(task, payload)


@dataclass
class ShakyStage(FakeStage):
    """A stage whose function may be asked in vain."""

    shaky: ShakyPipeline | None = None

    @property
    def pipeline(self) -> PipelineFunctions:
        return self.shaky or super().pipeline


def stage(nights: int = 2) -> FakeStage:
    return FakeStage(after_nights(nights))


def test_rollback_says_from_where_to_where_and_how_long_it_took() -> None:
    here = stage()

    result = here.run("rollback", *WHY)

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "kdd99-http: version 2 -> version 1, as function version 1, in 0 ms",
        "version 2 is quarantined",
    ]
    assert serving(here.outside) == ("1", {})


def test_ledger_knows_who_sat_at_the_keyboard() -> None:
    here = stage()

    here.run("rollback", *WHY)

    last = present(Ledger(here.edges, MODEL).last())
    assert (last.who, last.why) == (getpass.getuser(), "customers complain")


def test_rollback_to_a_named_version() -> None:
    here = stage(3)

    assert "version 3 -> version 1" in here.run("rollback", "--to", "1", *WHY).output


def test_canary_that_is_taken_back_leaves_the_version_that_is_live() -> None:
    here = stage(1)
    canary(here.edges)

    assert here.run("rollback", *WHY).output.splitlines() == [
        "kdd99-http stays at version 1, as function version 1",
        "version 2 is quarantined",
    ]


def test_quarantined_version_is_promoted_on_demand_alone() -> None:
    here = stage()
    here.run("rollback", *WHY)

    refused = here.run("promote", "2", *WHY)
    done = here.run("promote", "2", "--lift-quarantine", *WHY)

    assert isinstance(refused.exception, VersionUnfit)
    assert str(refused.exception).startswith("version 2 of kdd99-http cannot go live: it is quarantined")
    assert done.output.splitlines() == [
        "kdd99-http: version 1 -> version 2, as function version 2, in 0 ms",
        "the quarantine is lifted",
    ]
    assert Quarantine(here.edges, MODEL).model_versions() == {}


def test_live_version_is_pinned_and_unpinned() -> None:
    here = stage()

    pinned, unpinned = here.run("pin", *WHY), here.run("unpin", *WHY)

    assert pinned.output.splitlines() == [
        "kdd99-http stays at version 2, as function version 2",
        "version 2 is pinned: runs train and judge, and move nothing",
    ]
    assert unpinned.output.splitlines() == ["kdd99-http stays at version 2, as function version 2"]
    assert Pin(here.edges, MODEL).find() is None


def test_named_version_is_pinned() -> None:
    here = stage()

    assert "version 2 -> version 1" in here.run("pin", "1", *WHY).output


def test_nothing_to_do_is_said() -> None:
    assert stage().run("unpin", *WHY).output == "nothing is pinned\n"


def test_move_is_told_to_programs() -> None:
    found = stage().json("rollback", *WHY, "--json")

    assert isinstance(found, dict)
    assert (found["moved"], found["to"]) == (True, {"model_version": 1, "function_version": "1"})


def test_refusal_is_told_to_programs_and_ends_with_one() -> None:
    result = stage(1).run("rollback", *WHY, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["Code"] == "VersionUnfit"


@pytest.mark.parametrize("command", [("rollback",), ("promote", "1"), ("pin",), ("unpin",), ("promote", *WHY)])
def test_move_without_a_reason_or_a_version_is_wrong_usage(command: tuple[str, ...]) -> None:
    assert stage().run(*command).exit_code == 2


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, "two\nlines"])
def test_reason_that_the_ledger_cannot_keep_is_refused(reason: str) -> None:
    assert isinstance(stage().run("rollback", "--reason", reason).exception, BadRequest)


def test_unknown_model_is_refused() -> None:
    assert isinstance(stage().run("rollback", *WHY, "--model", "other").exception, ModelUnknown)


@pytest.mark.parametrize("lost", [1, 2])
def test_request_whose_answer_is_lost_is_sent_again_under_its_name(lost: int) -> None:
    night = after_nights(3)
    pipeline = ShakyPipeline(InMemoryPipeline(night.edges), [FunctionUnavailable("no answer")] * lost)

    result = ShakyStage(night, shaky=pipeline).run("rollback", *WHY)

    assert "version 3 -> version 2" in result.output
    assert serving(night) == ("2", {})
    assert len(set(pipeline.payloads)) == 1


def test_request_that_is_never_answered_fails_in_the_end() -> None:
    night = after_nights(2)
    pipeline = ShakyPipeline(InMemoryPipeline(night.edges), [FunctionUnavailable("no answer")] * 9)
    begun = night.clock()

    result = ShakyStage(night, shaky=pipeline).run("rollback", *WHY)

    assert isinstance(result.exception, FunctionUnavailable)
    assert len(pipeline.payloads) == 3
    assert (night.clock() - begun).total_seconds() == 2 + 3, "Lambda needs some seconds to wake a version"


def test_request_that_is_answered_is_sent_once_under_a_name_of_its_own() -> None:
    night = after_nights(3)
    pipeline = ShakyPipeline(InMemoryPipeline(night.edges), [])

    ShakyStage(night, shaky=pipeline).run("rollback", *WHY)
    ShakyStage(night, shaky=pipeline).run("promote", "3", "--lift-quarantine", *WHY)

    names = [json.loads(payload)["name"] for payload in pipeline.payloads]
    assert [re.sub(r"[0-9a-f]{16}$", "DIGITS", name) for name in names] == ["rollback-DIGITS", "promote-DIGITS"]
    assert names[0][-16:] != names[1][-16:]


def test_service_that_was_busy_is_asked_again() -> None:
    here = stage()
    busy = interfered(here.edges.functions, "alias", before=raising(FunctionUnavailable("busy")))
    here.outside.edges = type(here.edges)(**{**vars(here.edges), "functions": busy})

    assert "version 2 -> version 1" in here.run("rollback", *WHY).output


class Asleep:
    """Functions whose environments take so long to start. A call that finds none that is ready begins another one,
    and its caller gives up before."""

    def __init__(self, edges: Edges, *, seconds: float) -> None:
        self._edges, self._functions, self._takes = edges, edges.functions, timedelta(seconds=seconds)
        self._ready: list[datetime] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._functions, name)

    def invoke(self, model: str, payload: bytes, *, qualifier: str) -> Answer:
        now = self._edges.clock()
        if any(ready <= now for ready in self._ready):
            return self._functions.invoke(model, payload, qualifier=qualifier)
        self._ready.append(now + self._takes)
        self._edges.sleep(MOVING.read_seconds)
        raise FunctionUnavailable("no answer within 8 s", waited_seconds=8)


@pytest.mark.parametrize(("seconds", "moves"), [(12, True), (20, True), (40, False)])
def test_one_command_moves_to_a_version_that_takes_20_s_to_start(seconds: float, moves: bool) -> None:
    here = stage()
    asleep = Asleep(here.edges, seconds=seconds)
    here.outside.edges = type(here.edges)(**{**vars(here.edges), "functions": asleep})

    result = here.run("rollback", *WHY)

    assert ("version 2 -> version 1" in result.output) is moves
    assert moves or isinstance(result.exception, FunctionUnavailable)
