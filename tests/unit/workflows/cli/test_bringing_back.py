"""Live models that Lambda has lost are restored after a deployment and at every local start, and only those."""

from __future__ import annotations

import re
from dataclasses import replace

from chalicelib import layout
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry import registry
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.given.nights import MODEL, promote
from workflows.cli.bringing_back import bring_back


def told_of(outside: FakeOutside) -> list[str]:
    told: list[str] = []
    bring_back(outside.edges, who="deploy", say=told.append)
    return told


def having_lost_lambda() -> FakeOutside:
    outside = FakeOutside(MODEL)
    promote(outside.edges, run="run-1")
    outside.edges = replace(outside.edges, functions=InMemoryFunctions(MODEL, clock=outside.clock))
    return outside


def test_model_that_lambda_lost_is_live_again_and_the_ledger_says_who_did_it() -> None:
    outside = having_lost_lambda()

    told = told_of(outside)

    assert told == [f"restored {MODEL} version 1 from the registry: Lambda had lost it"]
    assert outside.edges.functions.alias(MODEL) is not None
    entry = Ledger(outside.edges, MODEL).last()
    assert entry and entry.who == "deploy"
    assert re.fullmatch(r"restore-[0-9a-f]{12}", entry.run)


def test_model_that_is_live_or_never_was_is_left_alone() -> None:
    outside = FakeOutside(MODEL, "other")
    promote(outside.edges, run="run-1")
    before = Ledger(outside.edges, MODEL).last()

    assert told_of(outside) == []
    assert Ledger(outside.edges, MODEL).last() == before
    assert outside.edges.functions.alias("other") is None


def test_model_whose_package_is_gone_is_told_of() -> None:
    outside = having_lost_lambda()
    outside.store.delete(layout.version(MODEL, 1) + registry.PACKAGE)

    (told,) = told_of(outside)

    assert told.startswith(f"{MODEL} cannot be restored from the registry: ")
    assert outside.edges.functions.alias(MODEL) is None
