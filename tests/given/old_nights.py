"""Versions of many nights, of which some can be pruned."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.pruning import pruning_plan
from chalicelib.pruning.pruning_plan import Plan
from chalicelib.pruning.retention import Policy
from chalicelib.registry import publishing, registry
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, outside, promote
from tests.given.records import silent

DAY = 24 * 3600.0
ALL = Policy(keep=0, days=0)
"""Whatever nothing else speaks for goes."""


def nights(count: int, *models: str) -> FakeOutside:
    """So many promotions of MODEL, two days apart."""
    night = outside(MODEL, *models)
    for number in range(1, count + 1):
        promote(night.edges, run=f"run-{number}", fingerprint=f"data-{number}")
        night.clock.sleep(2 * DAY)
    return night


def plan(night: FakeOutside, policy: Policy = ALL) -> Plan:
    return pruning_plan.make(night.edges, model=MODEL, policy=policy, report=silent)


def dead_run(night: FakeOutside, run: str) -> str:
    """Published, and died before its manifest; returns its function version."""
    number = registry.claim(night.edges, model=MODEL, run=run)
    package = f"package of {run}".encode()
    night.store.put(layout.version(MODEL, number, registry.PACKAGE), package)
    return publishing.publish(
        night.edges, model=MODEL, package=package, serving_sha256=None, layers=()
    ).function_version
