from __future__ import annotations

from collections.abc import Iterator

import pytest

from workflows.local.state.checkpoint import TRIES, steady


def _read(failures: Iterator[Exception | None]) -> str:
    if error := next(failures):
        raise error
    return "state"


CHANGED = RuntimeError("dictionary changed size during iteration")


def test_state_that_changes_while_it_is_read_is_read_again() -> None:
    failures = iter([CHANGED, CHANGED, None])

    assert steady(lambda: _read(failures)) == "state"


@pytest.mark.parametrize("failures", [[CHANGED] * TRIES, [RuntimeError("something else")]])
def test_other_errors_and_endless_changes_are_raised(failures: list[Exception | None]) -> None:
    raised = iter(failures)

    with pytest.raises(RuntimeError):
        steady(lambda: _read(raised))
