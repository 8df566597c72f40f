"""A command that found nothing wrong exits 0, and one that did exits 1: scripts go by that alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import layout
from chalicelib.registry import registry
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, outside, promote
from tests.unit.workflows.data_set.erasing import FIRST, SECOND, stage


def promoted() -> FakeStage:
    night = outside()
    promote(night.edges, run="run-1")
    return FakeStage(night)


def with_a_lost_part() -> FakeStage:
    made = promoted()
    made.outside.store.delete(layout.version(MODEL, 1, registry.REPORT))
    return made


@pytest.mark.parametrize(
    ("made", "arguments", "code"),
    [
        (promoted, ("verify", MODEL), 0),
        (with_a_lost_part, ("verify", MODEL), 1),
        (promoted, ("history",), 0),
        (promoted, ("versions", MODEL), 0),
        (promoted, ("versions", "unknown"), 1),
        (stage, ("data", "erase", FIRST), 0),
        (stage, ("data", "erase", FIRST, "--yes"), 0),
        (stage, ("data", "erase", FIRST, SECOND, "--yes", "--json"), 0),
        (lambda: stage(form="neighbours"), ("data", "erase", FIRST), 0),
        (lambda: stage(form="neighbours"), ("data", "erase", FIRST, "--yes"), 1),
    ],
)
def test_command_exits_by_what_it_found(made: Callable[[], FakeStage], arguments: tuple[str, ...], code: int) -> None:
    result = made().run(*arguments)

    assert result.exit_code == code, result.output
