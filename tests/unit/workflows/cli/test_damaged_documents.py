"""Whatever lies in the bucket, a command ends in an answer or in an error of ours, and hides nothing that is whole.

WAYS_OF_DAMAGE says in how many ways each document is damaged: a few in `make test-unit`, 50 in `make
test-damage`, 1,000 in `make test-all`; DAMAGE_SEED by which dice. After the first ways only what reads the document
is tried on it: what never looks at it says the same, however it is damaged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import replace
from functools import cache
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import pytest

from chalicelib import layout
from chalicelib.api import health
from chalicelib.approval import rejection
from chalicelib.approval.waiting import Approvals, Decision, Waiting
from chalicelib.audit import serving_checks
from chalicelib.contracts.decisions import PROMOTED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.documents.shapes import Kind
from chalicelib.errors import NightswapError, NoticesUnavailable, RegistryIncomplete, leaves
from chalicelib.interventions import carrying_out, restoration
from chalicelib.ledger import ledger
from chalicelib.ledger.rejections import Rejection
from chalicelib.notices import delivery
from chalicelib.notices.untold import Untold
from chalicelib.promotion.lease import Lease, Leased
from chalicelib.registry import models, registry
from chalicelib.registry.judged import Judged
from chalicelib.registry.pin import Pinned
from chalicelib.registry.quarantine import Quarantined
from chalicelib.runs import cleanup, outcomes, retraining, runs
from chalicelib.runs.retraining import Wish
from lambdas.model.recipe import Shift
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.approvals import a_waiting
from tests.given.damage import ways
from tests.given.interference import interfered, raising
from tests.given.moves import ask, request
from tests.given.nights import MODEL, content, going
from tests.unit.lambdas.nightly_batch import RUN, add_data, night_with_data, whole_night

WAYS = int(os.environ.get("WAYS_OF_DAMAGE", "4"))
TRIED_ON_ALL = 4
"""Of so many ways every command is tried: a list alone tells that an object is gone, or of another size."""
SEED = int(os.environ.get("DAMAGE_SEED", "1"))
SECOND = "kdd99-http-nightly-20261122T0300Z"
pytestmark = pytest.mark.timeout(300 + 5 * WAYS)
COMMANDS = (
    ("history",),
    ("history", "--quality"),
    ("versions",),
    ("runs",),
    ("runs", RUN),
    ("explain", RUN),
    ("explain", SECOND),
    ("backtest", "--recipe", MODEL),
    ("verify",),
    ("what-served", "--at", "2026-11-21T03:30:00Z"),
)
"""What an operator looks with."""
EVERYTHING_ELSE = ("datasets/", "work/", "told")
"""Data and intermediates, which have readers of their own, and markers that are never read."""
AREAS = ("models/", "evidence/", "ledger/", "runs/", "locks/", "moves/")
SHAPES: dict[str, Kind] = {
    f"models/{MODEL}/pin.json": Pinned.misfit,
    f"models/{MODEL}/judged.json": Judged.misfit,
    f"models/{MODEL}/waiting.json": Waiting.misfit,
    f"models/{MODEL}/quarantine/": Quarantined.misfit,
    f"models/{MODEL}/untold/": Untold.misfit,
    f"ledger/{MODEL}.rejected/": Rejection.misfit,
    "locks/": Leased.misfit,
}
"""Of what may be gone, or say another thing, without a trace: of these verify has to name what cannot be read."""


@cache
def stage() -> FakeStage:
    """Two nights with real machine learning, the second with a canary; a rollback, a pin, and a notice that waits."""
    night = night_with_data()
    whole_night(night.edges)
    _end(night, RUN)
    night.clock.sleep(3_600)
    add_data(night, "night-2.csv")
    going(night, SECOND)
    whole_night(night.edges, run=SECOND, rollout=(Shift(0.1, seconds=5),))
    deaf = replace(
        night.edges, notices=interfered(night.notices, "send", before=raising(NoticesUnavailable("no answer")))
    )
    outcomes.record(deaf, RunOutcome(run=SECOND, model=MODEL, outcome=PROMOTED, reason="better", error=None))
    night.executions.finish(SECOND, "SUCCEEDED")
    night.clock.sleep(3_600)
    ask(night.edges, "rollback")
    ask(night.edges, "pin")
    Lease(night.edges, MODEL).take(going(night, "kdd99-http-20261123T030000Z-abc123"))
    judged = {"run": SECOND, "fingerprint": "data-9", "champion": 1, "waits_as": None}
    night.store.put(layout.judged(MODEL), documents.encode(judged))
    rejected = Decision(verdict="rejected", by="reject-1", who="ada", why="no", at="2026-11-21T03:00:00.000Z")
    refused = a_waiting(SECOND, decided=rejected)
    Approvals(night.edges, MODEL).put(refused)
    rejection.complete(night.edges, refused, live=None)
    return FakeStage(night)


def copied() -> FakeOutside:
    """A world of its own, to change. Its history is empty: nothing reads it, and it would be most of the copy."""
    stage().outside.history.effects.clear()
    stage().outside.store.looked_at.clear()
    return deepcopy(stage().outside)


def _end(night: FakeOutside, run: str) -> None:
    outcome = RunOutcome(run=run, model=MODEL, outcome=PROMOTED, reason="every rule passed", error=None)
    outcomes.record(night.edges, outcome)
    night.executions.finish(run, "SUCCEEDED")


@cache
def bucket() -> dict[str, bytes]:
    """As it is before any damage."""
    return content(stage().outside)


class Damaged(NamedTuple):
    key: str
    body: bytes | None
    told: str
    """In words."""
    number: int
    """The how manieth way it is of this document."""

    def concerns(self, looked_at: AbstractSet[str]) -> bool:
        """What looks at these keys as long as nothing is damaged."""
        return self.number < TRIED_ON_ALL or self.key in looked_at


def damaged(area: str) -> Iterator[Damaged]:
    """Each document of the area in each way."""
    for key, body in bucket().items():
        if key.startswith(area) and not any(each in key for each in EVERYTHING_ELSE):
            for number, left in enumerate(islice(ways(body, Random(f"{SEED} {key}")), WAYS)):
                yield Damaged(key, left, f"damage {number} of {key}: {left!r:.300}", number)


@cache
def read_by(command: tuple[str, ...]) -> AbstractSet[str]:
    """The keys that it looks at, printed in either way."""
    store = stage().outside.store
    store.looked_at.clear()
    for form in ((), ("--json",)):
        stage().run(*command, *form)
    return frozenset(store.looked_at)


@cache
def read_by_change(name: str) -> AbstractSet[str]:
    night = copied()
    with suppress(NightswapError):  # what is refused has looked too
        CHANGES[name](night)
    return frozenset(night.store.looked_at)


@contextmanager
def damage(key: str, body: bytes | None) -> Iterator[None]:
    with_damage(stage().outside, key, body)
    try:
        yield
    finally:
        stage().outside.store.put(key, bucket()[key])


def with_damage(night: FakeOutside, key: str, body: bytes | None) -> None:
    night.store.delete(key) if body is None else night.store.put(key, body)


def has_to_be_named(key: str, body: bytes | None) -> bool:
    """By verify: whatever of a version or its evidence is not as it was, and of the rest what cannot be read."""
    if key.startswith(("runs/", "moves/")):
        return False
    kind = next((shape for area, shape in SHAPES.items() if key.startswith(area)), None)
    if key.endswith("claim.json"):
        kind = registry.Claim.misfit
    if key.startswith(layout.ledger(MODEL)):
        kind = ledger.shape_of(int(key[-15:-5]), model=MODEL)
    if kind is None:
        return not is_the_same(key, body)
    if body is None:
        return key.startswith(layout.ledger(MODEL)) and not key.endswith("1.json")  # the first ones go with the old
    try:
        documents.read(body, key=key, shape=kind)
    except RegistryIncomplete:
        return True
    return False


def is_the_same(key: str, body: bytes | None) -> bool:
    """Whether what is read of it is what it was."""
    whole = bucket()[key]
    if body is None or key.endswith((".zip", "model.json", "report.json", "replay.json")):
        return body == whole
    try:
        return bool(documents.decode(body) == documents.decode(whole))
    except ValueError:
        return False


@pytest.mark.parametrize("area", AREAS)
def test_no_command_ends_in_a_traceback_and_verify_names_the_damage(area: str) -> None:
    for way in damaged(area):
        key, body, told, number = way
        with damage(key, body):
            for command in (each for each in COMMANDS if way.concerns(read_by(each))):
                ended = stage().run(*command, *(("--json",) if number % 2 else ()))
                is_ours = ended.exception is None or isinstance(ended.exception, NightswapError | SystemExit)
                assert is_ours, (command, told, ended.exception)
                if command == ("verify",) and has_to_be_named(key, body):
                    assert ended.exit_code == 1 and key in ended.output, (told, ended.output)


@pytest.mark.parametrize("area", AREAS)
def test_no_list_hides_what_is_whole(area: str) -> None:
    edges = stage().edges
    versions = {each["model_version"]: each for each in models.versions(edges, model=MODEL)}
    listed = {each["run"]: each for each in runs.recent(edges, limit=20)}
    for key, body, told, _ in damaged(area):
        with damage(key, body):
            (model,) = models.all_live(edges)["models"]
            found = {each["run"]: each for each in runs.recent(edges, limit=20)}
            numbers = models.versions(edges, model=MODEL)
        assert model["live"]["function_version"] == "1", told
        for each in numbers:
            number = each["model_version"]
            flags = {name: each[name] for name in ("pinned", "quarantined")}  # of documents of their own
            assert f"{number:06d}/" in key or each == {**versions[number], **flags}, told
        assert all(found[run] == listed[run] for run in listed if run not in key), told


WISH = Wish(model=MODEL, force=False, reason="on demand")
CHANGES: dict[str, Callable[[FakeOutside], Any]] = {
    "the beginning of a run": lambda night: cleanup.before(night.edges, run="next", model=MODEL),
    "the end of a broken run": lambda night: cleanup.after(
        night.edges, run=SECOND, model=None, failure={"Error": "Stopped", "Cause": "by hand"}
    ),
    "POST /retrain": lambda night: retraining.on_demand(
        night.edges, wish=WISH, idempotency_key=None, attempt="abcdef"
    ),
    "restore": lambda night: restoration.restore(night.edges, model=MODEL, attempt="abc", who="ada"),
    "what is left": lambda night: [
        restoration.is_behind(night.edges, model=MODEL),
        list(serving_checks.problems(night.edges, model=MODEL, alias=night.functions.alias(MODEL))),
    ],
    "GET /health": lambda night: health.check(night.edges, night.edges.functions, model=MODEL, stage="test"),
    "GET /models/M": lambda night: models.describe(night.edges, model=MODEL),
    "GET /models/M/versions/V": lambda night: models.version(night.edges, model=MODEL, model_version="1"),
    **{
        f"{action} {number}": lambda night, action=action, number=number: carrying_out.carry_out(  # type: ignore[misc]
            night.edges,
            request(action, model_version=number, name=f"{action}-{number}", lift_quarantine=action == "promote"),
        )
        for action, number in (("rollback", None), ("promote", 2), ("pin", 1), ("unpin", None))
    },
    "a notice that waits": lambda night: delivery.catch_up(night.edges, model=MODEL),
}
"""What changes something, or tells of one thing."""


@pytest.mark.parametrize("area", AREAS)
def test_what_cannot_go_on_says_so_in_a_word_of_ours(area: str) -> None:
    for way in damaged(area):
        key, body, told, _ = way
        night = None
        for name, change in CHANGES.items():
            if not way.concerns(read_by_change(name)):
                continue
            if night is None or night.history.effects:  # what changed nothing leaves its world to the next
                night = copied()
                with_damage(night, key, body)
                night.history.effects.clear()
            try:
                change(night)
            except NightswapError as refused:
                assert type(refused).__name__ in leaves(), (name, told)
            except Exception as untyped:
                raise AssertionError(f"{name} after {told}") from untyped
