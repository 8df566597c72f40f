"""Nights that were judged against an anchor, with what every version answered row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED
from chalicelib.registry.report import Report
from lambdas.model.evaluation.anchor import AnchorVersion
from lambdas.model.evaluation.tally.row_answers import RowAnswers
from lambdas.model.gate.thresholds import at_least
from lambdas.model.recipe import Recipe
from tests.fakes.edges import FakeOutside
from tests.given import data
from tests.given.judged_nights import end
from tests.given.kept_rows import ByRow, kept
from tests.given.nights import MODEL, going, outside, promote

TEXT = 'at_least("accuracy", bound=0.51), at_least("recall", of="bad", bound=0.3)'
"""The thresholds, for the file of a recipe."""
THRESHOLDS = [at_least("accuracy", bound=0.51), at_least("recall", of="bad", bound=0.3)]
RECIPE = data.numeric_recipe(model=MODEL, thresholds=THRESHOLDS, cross_validation_folds=0)
ROWS = data.table(RECIPE, rows=900, seed=3)
GREW, SAME = (300, 400, 500, 600), (300, 300, 300, 300)
"""How many rows the holdout has on each night."""
NOISE = (4.0, 0.1, 4.0, 4.0)
"""Of each version's answers: the second is the best."""
MODELS = {number: ByRow(RECIPE.class_names, seed=number, noise=noise) for number, noise in enumerate(NOISE, 1)}


@dataclass
class Stage:
    """Nights of one model, on whose versions the recipe decides."""

    night: FakeOutside
    recipe: Recipe

    def tonight(self, number: int, *, rows: int, champion: int | None, anchor: int | None = None) -> None:
        """Version `number` is made, judged on the first rows, and goes live."""
        run = f"run-{number}"
        going(self.night, run)
        report, found = self.judged(number, rows=rows, champion=champion, anchor=anchor, told={"run": run})
        self.night.store.put(layout.row_answers(MODEL, run), found.encode())
        self.night.store.put(layout.run_document(run, "report"), report.encode())
        promote(self.night.edges, run=run, fingerprint=run)
        end(self.night, run=run, outcome=PROMOTED)

    def judged(
        self,
        number: int,
        *,
        rows: int,
        champion: int | None,
        anchor: int | None,
        told: Any = None,
        named: bool = False,
    ) -> tuple[Report, RowAnswers]:
        """The report, and what was answered row by row; by `named` the anchor is the one that the recipe names."""
        held = None
        if anchor is not None:
            is_champion = anchor == champion
            artifact = None if is_champion else MODELS[anchor]
            held = AnchorVersion(model_version=anchor, artifact=artifact, is_champion=is_champion, is_named=named)
        return kept(
            self.recipe,
            ROWS.take(np.arange(rows)),
            told={"champion_model_version": champion, **(told or {})},
            artifact=MODELS[number],
            champion=None if champion is None else MODELS[champion],
            anchor=held,
        )


def four_nights(sizes: Sequence[int] = SAME) -> Stage:
    """Each version is live on the night after its own, and version 1 is the anchor until the last."""
    stage = Stage(outside(), RECIPE)
    stage.tonight(1, rows=sizes[0], champion=None)
    stage.tonight(2, rows=sizes[1], champion=1, anchor=1)
    stage.tonight(3, rows=sizes[2], champion=2, anchor=1)
    stage.tonight(4, rows=sizes[3], champion=3, anchor=2)
    return stage
