"""The snippets of docs/gate.md are parts of recipes that work, and `explain` says what it quotes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lambdas.model import recipe as recipe_parts
from lambdas.model.gate.comparison import compare_jointly
from lambdas.model.gate.comparison_text import sentence
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.ratchet import of_the_anchor
from lambdas.model.recipe import Recipe, at_least
from tests.contract.docs import pages
from tests.given import worlds
from tests.unit.chalicelib.explain.test_explanation import REPORT, said

PAGE = pages.PAGES["gate.md"]


@pytest.mark.parametrize("snippet", pages.blocks(PAGE, "python"))
def test_each_snippet_is_a_part_of_a_recipe(snippet: str) -> None:
    names: dict[str, Any] = {}
    exec(pages.blocks(pages.PAGES["recipes.md"], "python")[0], names)  # noqa: S102
    given: dict[str, Any] = {}
    exec(snippet, {name: getattr(recipe_parts, name) for name in recipe_parts.__all__}, given)  # noqa: S102

    assert isinstance(replace(names["RECIPE"], **given), Recipe)


def test_rows_that_change_sides_are_told_as_the_page_quotes_it() -> None:
    def side(true: str, rows: int, **moved_by: int) -> dict[str, Any]:
        moved = [{"column": None if name == "level" else name, "rows": count} for name, count in moved_by.items()]
        return {"true": true, "champion": "defaulted", "challenger": "paid", "rows": rows, "moved_by": moved}

    sides = [side("paid", 9, income=7, level=2), side("defaulted", 3, age=3)]
    found = {"rows": 600, "flipped": 12, "sides": sides, "sides_left_out": 0}
    lines = said(report={**REPORT, "flips": found})

    (quoted,) = (each for each in pages.blocks(PAGE, "text") if "change sides" in each)
    assert quoted.rstrip("\n") in "\n".join(lines)


def test_refusal_by_the_anchor_is_told_as_the_page_quotes_it() -> None:
    """180 attacks among 600 rows: 13 that the anchor alone gets right, one that the new model alone does."""
    counts = np.array([[[395, 5], [5, 15]], [[8, 1], [13, 158]]])
    recall = at_least("recall", of="attack", bound=0.5)
    demands = Demands(sure=of_the_anchor(0.95))
    both = [recall, at_least("precision", of="attack", bound=0.5)]
    found = compare_jointly(worlds.joint(counts), both, labels=worlds.CLASSES, demands=demands)
    words = sentence(found.of(recall), rows=600, demands=demands, called="anchor")

    (quoted,) = (each for each in pages.blocks(PAGE, "text") if "against the anchor" in each)
    assert " ".join(quoted.split()) == f"recall of attack, against the anchor, version 3: {words}"
