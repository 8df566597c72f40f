from __future__ import annotations

from typing import Any

from tests.unit.chalicelib.explain.test_explanation import COMPARISON, RATIO, REPORT, said

STAYS = {
    "model_version": 3,
    "advances": False,
    "why": "not shown worse than the anchor, version 3",
    "comparison": {**COMPARISON, "ratios": [RATIO]},
}


def told(**changes: Any) -> list[str]:
    """The lines about the anchor."""
    lines = said(report={**REPORT, "anchor": {**STAYS, **changes}})
    first = next((at for at, line in enumerate(lines) if "anchor" in line.lower()), len(lines))
    return [line for at, line in enumerate(lines) if at == first or (at > first and line.startswith("  "))]


def test_comparison_with_the_anchor_is_told_ratio_by_ratio() -> None:
    assert told() == [
        "On the same rows it was compared with the anchor too, and found not shown worse than the anchor, version 3.",
        f"  recall of attack: {RATIO['words']}.",
    ]


def test_model_that_is_worse_than_the_anchor_comes_with_the_ways_on() -> None:
    worse = {**RATIO, "passed": False, "verdict": "worse", "words": "new 0.9, anchor 0.95: worse"}

    lines = told(why="worse than the anchor, version 3", comparison={**COMPARISON, "ratios": [worse]})

    assert lines[1:] == [
        "  recall of attack: new 0.9, anchor 0.95: worse.",
        "  If the live model is good enough to go on from, a pin makes it the anchor; anchor=None in the recipe does"
        ' without one: nightswap pin --model kdd99-http --reason "..."',
        '  To let runs promote again then: nightswap unpin --model kdd99-http --reason "..."',
    ]


def test_anchor_that_was_not_compared_is_told_with_why() -> None:
    assert told(comparison=None, why="the anchor, version 3, is the live model") == [
        "The anchor, version 3, is the live model."
    ]


def test_nothing_is_told_of_an_anchor_where_there_was_none() -> None:
    assert told(model_version=None, comparison=None, why="there is no anchor yet") == []
    assert not any("anchor" in line for line in said(report=REPORT))
