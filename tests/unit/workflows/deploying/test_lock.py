from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import DeploymentFailed, StackMissing
from tests.fakes.store import InMemoryStore
from tests.given.interference import interfered, raising
from workflows.deploying.lock import DEADLINE, KEY, Holder, hold, is_running

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ADA = Holder(who="ada", host="laptop", pid=11, doing="deploy")
BOB = Holder(who="bob", host="laptop", pid=12, doing="deploy")
CI = Holder(who="runner", host="ci", pid=12, doing="destroy")


def taken(
    store: InMemoryStore, holder: Holder, *, after: timedelta = timedelta(0), running: tuple[int, ...] = (11, 12)
) -> None:
    """Take the lock and let it go again; fails while another one has it."""
    with hold(store, stage="prod", holder=holder, clock=lambda: START + after, runs=lambda pid: pid in running):
        assert json.loads(held(store))["who"] == holder.who


def held(store: InMemoryStore) -> bytes:
    found = store.find(KEY)
    return found.body if found else b"null"


def left_behind(store: InMemoryStore, holder: Holder) -> None:
    """As a killed process leaves it."""
    kept = InMemoryStore()
    with hold(kept, stage="prod", holder=holder, clock=lambda: START):
        store.put(KEY, held(kept))


def test_lock_is_released_at_the_end_and_after_a_failure() -> None:
    store = InMemoryStore()

    taken(store, ADA)
    with pytest.raises(ValueError, match="boom"), hold(store, stage="prod", holder=ADA):
        raise ValueError("boom")

    assert store.find(KEY) is None


@pytest.mark.parametrize("other", [BOB, CI])
def test_second_is_told_who_has_it_since_when_and_how_to_go_on(other: Holder) -> None:
    store = InMemoryStore()
    left_behind(store, ADA)

    with pytest.raises(DeploymentFailed, match="two deploys at once") as raised:
        taken(store, other, after=timedelta(minutes=5))

    assert "ada on laptop (process 11) holds stage prod for its deploy since 03:00 UTC" in raised.value.message
    assert "go on at 03:30 UTC" in raised.value.message
    assert "nightswap put-back deploy/lock.json --stage prod" in raised.value.message


def test_killed_process_of_this_machine_holds_nothing() -> None:
    store = InMemoryStore()
    left_behind(store, ADA)

    taken(store, BOB, running=(12,))

    assert store.find(KEY) is None


def test_process_of_another_machine_is_not_looked_for_on_this_one() -> None:
    store = InMemoryStore()
    left_behind(store, CI)

    with pytest.raises(DeploymentFailed, match="runner on ci"):
        taken(store, ADA, running=())


def test_process_of_our_own_number_was_ourselves_before_a_restart() -> None:
    store = InMemoryStore()
    left_behind(store, ADA)

    taken(store, Holder(who="ada", host="laptop", pid=11, doing="destroy"))

    assert store.find(KEY) is None


@pytest.mark.parametrize(("late", "may"), [(timedelta(seconds=-1), False), (timedelta(0), True)])
def test_lock_lapses_at_its_deadline(*, late: timedelta, may: bool) -> None:
    store = InMemoryStore()
    left_behind(store, CI)

    if may:
        taken(store, ADA, after=DEADLINE + late)
    else:
        with pytest.raises(DeploymentFailed, match="two deploys at once"):
            taken(store, ADA, after=DEADLINE + late)


def test_lock_that_lapsed_is_not_released_for_its_new_holder() -> None:
    store = InMemoryStore()

    with hold(store, stage="prod", holder=ADA, clock=lambda: START):
        left_behind(store, CI)

    assert json.loads(held(store))["who"] == "runner"


def test_lock_that_is_released_meanwhile_is_taken() -> None:
    store = InMemoryStore()
    left_behind(store, BOB)

    taken(interfered(store, "put_if_absent", after=lambda: store.delete(KEY)), ADA)


class Forgetful(InMemoryStore):
    """A store whose answer to the first conditional write is lost, and asked for again."""

    def put_if_absent(self, key: str, body: bytes) -> bool:
        return super().put_if_absent(key, body) and super().put_if_absent(key, body)


def test_own_lock_by_a_lost_answer_is_held() -> None:
    taken(Forgetful(), ADA)


def test_lock_goes_with_its_bucket() -> None:
    gone = interfered(InMemoryStore(), "find", before=raising(StackMissing("no bucket")))

    with hold(gone, stage="prod", holder=ADA, clock=lambda: START):
        pass


def test_holder_is_this_process() -> None:
    holder = Holder.this_process("deploy")

    assert (holder.pid, holder.doing) == (os.getpid(), "deploy")
    assert holder.who
    assert holder.host


def test_process_is_running_until_it_has_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    before = is_running(child.pid)
    child.communicate()

    assert (before, is_running(child.pid)) == (True, False)


def test_process_of_another_user_is_running() -> None:
    assert is_running(1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"null",
        b"{}",
        b'{"since": "soon"}',
        b'{"since": "2026-11-21T03:00:00+00:00"}',
        b'{"since": "2026-11-21T03:00:00+00:00", "who": "a", "host": "laptop", "pid": "x", "doing": "deploy"}',
        b'{"since": "2026-11-21T03:00:00+00:00", "who": "a", "host": "h", "pid": 1, "doing": "deploy", "more": 1}',
    ],
)
def test_lock_that_no_deploy_wrote_is_named_with_the_way_to_remove_it(body: bytes) -> None:
    store = InMemoryStore()
    store.put(KEY, body)

    with pytest.raises(DeploymentFailed, match=rf"is no deploy lock .*nightswap put-back {KEY}"):
        taken(store, ADA)
