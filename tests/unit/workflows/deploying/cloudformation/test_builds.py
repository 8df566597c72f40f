"""Builds that nothing names any more go after a deployment; everything else of `deploy/` stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib import layout
from chalicelib.errors import StoreUnavailable
from tests.fakes.clock import FakeClock
from tests.fakes.store import InMemoryStore
from tests.given.interference import interfered, raising
from workflows.deploying.cloudformation import builds
from workflows.deploying.progress import Step

NAMED = layout.deployed("a" * 64, ".zip")
OLD = layout.deployed("b" * 64, ".zip")
TEMPLATE = layout.deployed("c" * 64, ".template.json")
RECORDS = (layout.chalice_record(), layout.deploy_lock(), layout.release())


def bucket(clock: FakeClock) -> InMemoryStore:
    store = InMemoryStore(clock=clock)
    for key in (NAMED, OLD, TEMPLATE, *RECORDS, layout.dataset("m", f"{'b' * 64}.zip")):
        store.put(key, b"x" * 1024)
    return store


def swept(store: InMemoryStore, clock: FakeClock) -> list[Step]:
    steps: list[Step] = []
    builds.sweep(store, named={NAMED}, now=clock(), report=steps.append)
    return steps


def test_builds_that_the_stack_does_not_name_go_and_nothing_else() -> None:
    clock = FakeClock()
    store = bucket(clock)
    clock.sleep(timedelta(days=2).total_seconds())

    (step,) = swept(store, clock)

    assert step == Step("upload", "2 builds that nothing names any more, 2 KiB", "deleted")
    assert [each.key for each in store.list("deploy/")] == sorted([NAMED, *RECORDS])
    assert store.list("datasets/")
    assert swept(store, clock) == []


@pytest.mark.parametrize(("age", "stays"), [(timedelta(days=1), True), (timedelta(days=1, seconds=1), False)])
def test_young_build_may_be_the_template_of_a_plan_and_stays(age: timedelta, stays: bool) -> None:
    clock = FakeClock()
    store = bucket(clock)
    clock.sleep(age.total_seconds())

    swept(store, clock)

    assert (store.find(TEMPLATE) is not None) is stays


def test_deployment_does_not_fail_where_s3_deletes_nothing_now() -> None:
    clock = FakeClock()
    store = bucket(clock)
    clock.sleep(timedelta(days=2).total_seconds())

    (step,) = swept(interfered(store, "delete", before=raising(StoreUnavailable("S3 is busy"))), clock)

    assert "stay until the next deployment: S3 is busy" in step.status
    assert store.find(OLD) is not None
