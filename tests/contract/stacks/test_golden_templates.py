"""Grants, limits, time-outs, metrics, layers: nothing of a stack changes without a difference that somebody reads."""

from __future__ import annotations

import pytest

from tests.contract.stacks.golden_templates import GOLDEN, rendered

RENDERED = rendered()


@pytest.mark.parametrize("name", sorted(RENDERED))
def test_committed_text_is_what_the_source_renders(name: str) -> None:
    assert RENDERED[name] == (GOLDEN / name).read_text(), "run `make render` and look at the difference"


def test_no_committed_text_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(RENDERED)
