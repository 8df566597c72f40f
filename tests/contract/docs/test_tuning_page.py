"""docs/tuning.md: its recipe is run on the data that it writes, and says what the page has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chalicelib import layout
from chalicelib.contracts.training import PreprocessTask
from chalicelib.limits import TRIALS, TUNED_PARAMETERS, TUNED_VALUES
from chalicelib.quality.trials import Tuning
from chalicelib.registry import run_documents
from chalicelib.settings.stage import StageSettings
from lambdas import preprocess, train
from lambdas.model.recipe.tuning.ranges import OBJECTIVES
from lambdas.model.recipe.tuning.tuning_rules import PARALLEL_MAX
from lambdas.model.training.cross_validation import ROWS_MAX
from tests.contract.docs import pages
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, training_task
from workflows.cli.main import group

PAGE = pages.PAGES["tuning.md"]
RECIPE, WRITER, _ = pages.blocks(PAGE, "python")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the recipe's file and its data."""
    made = tmp_path_factory.mktemp("cancer")
    (made / "cancer.py").write_text(RECIPE)
    names: dict[str, Any] = {}
    exec(WRITER, names)  # noqa: S102
    names["write"](str(made / "cancer.csv"))
    return made


def tuned(folder: Path) -> Tuning:
    """As a run tells it, of a night with that file alone."""
    names: dict[str, Any] = {}
    exec(RECIPE, names)  # noqa: S102
    recipe = replace(names["RECIPE"], model=MODEL)
    night = FakeOutside(MODEL)
    going(night, RUN)
    night.store.put(layout.dataset(MODEL, "cancer.csv"), (folder / "cancer.csv").read_bytes())
    task = PreprocessTask(run=RUN, model=MODEL, force=False)
    ready = preprocess.run(task, night.edges, SETTINGS, load=lambda _: recipe)
    train.run(training_task(ready), night.edges, SETTINGS, load=lambda _: recipe)
    training = run_documents.training(night.edges, run=RUN)
    assert training is not None and training.tuning is not None
    return training.tuning


def test_the_plot_is_that_of_a_run(folder: Path) -> None:
    (shown,) = pages.blocks(PAGE, "text")

    assert shown.splitlines() == [line.rstrip() for line in tuned(folder).lines]


def test_the_recipe_and_its_data_are_taken_and_the_time_is_told(folder: Path) -> None:
    done = CliRunner().invoke(group, ["check", f"{folder}/cancer.py", f"{folder}/cancer.csv"])

    assert done.exit_code == 0, done.output
    assert "tuning it is 60 fits (20 trials of 3 folds of 569 rows)" in " ".join(done.output.split())


def test_limits_are_as_in_the_code() -> None:
    rows = {cells[0]: cells[2] for cells in pages.rows(PAGE) if len(cells) == 3}

    assert f"2 to {TRIALS}" in rows["`jobs`"]
    assert f"1 to {PARALLEL_MAX}:" in rows["`parallel`"]
    assert f"1 to {TUNED_VALUES} texts" in rows["`values`"]
    assert f"1 to {TUNED_PARAMETERS} of them" in rows["`ranges`"]
    assert all(f"`{name}`" in rows["`objective`"] for name in OBJECTIVES)
    assert f"more than {ROWS_MAX:,} rows" in PAGE
    assert f"{StageSettings().train_seconds} s, unless" in PAGE
