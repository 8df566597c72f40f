"""A whole retrain, each task in its real package under Lambda's own runtime; and what it does without a library."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.contracts.decisions import PROMOTED, REJUDGE, SWAP
from tests.packages.conftest import MODEL, RUN, Tasks
from workflows.packaging.emulated import Failure


def test_restore_alias_finds_nothing_to_repair(restored: Any) -> None:
    assert restored == {"function_version": None, "repairs": []}


def test_preprocess_reads_the_data_with_pandas(preprocessed: Any) -> None:
    assert (preprocessed["decision"], preprocessed["reason"]) == ("train", "3,600 rows in 1 object")


def test_train_fits_with_scikit_learn(trained: Any) -> None:
    assert set(trained) == {"artifact_uri", "artifact_sha256", "answers_uri"}


def test_evaluate_judges_the_artifact(evaluated: Any) -> None:
    assert evaluated["passed"], evaluated["reason"]


def test_version_model_publishes_the_first_version(versioned: Any) -> None:
    assert (versioned["model_version"], versioned["function_version"], versioned["endpoint"]) == (1, "1", None)


def test_replay_asks_the_published_version(replayed: Any) -> None:
    assert replayed["decision"] == SWAP, replayed["reason"]


def test_shift_traffic_has_nothing_to_share_before_anything_is_live(shifted: Any) -> None:
    assert shifted["decision"] == REJUDGE


def test_swap_alias_makes_it_live(swapped: Any) -> None:
    assert swapped["decision"] == PROMOTED


def test_move_alias_pins_what_is_live(run_task: Tasks, swapped: Any) -> None:
    wish = {"name": "pin-packages", "action": "pin", "model": MODEL, "model_version": None}
    answered = run_task("move-alias", {**wish, "reason": "a trial", "who": "tests", "lift_quarantine": False})

    assert answered["status"] == 200, answered


def test_record_outcome_writes_the_end_down(recorded: Any) -> None:
    assert (recorded["run"], recorded["outcome"]) == (RUN, PROMOTED)


@pytest.mark.parametrize(
    ("task", "library", "module"),
    [
        ("preprocess", "pandas", "lambdas.preprocess"),
        ("preprocess", "numpy", "lambdas.preprocess"),
        ("evaluate", "numpy", "lambdas.evaluate"),
        ("restore-alias", "botocore", "lambdas.restore_alias"),
    ],
)
def test_library_that_is_missing_is_a_function_that_does_not_start(
    run_task: Tasks, task: str, library: str, module: str
) -> None:
    with pytest.raises(Failure) as failed:
        run_task(task, {"run": "r", "model": MODEL, "failure": None}, without=(library,))

    assert failed.value.kind == "Runtime.ImportModuleError"
    assert f"Unable to import module '{module}': No module named '{library}'" in failed.value.message


@pytest.fixture(scope="module")
def again(run_task: Tasks, recorded: Any) -> dict[str, Any]:
    """A TrainTask of a second run: the first one's intermediates went at its end."""
    run = f"{RUN}-again"
    prepared = run_task("preprocess", {"run": run, "model": MODEL, "force": True})
    return {"run": run, "model": MODEL, **{name: prepared[name] for name in ("train_uri", "holdout_uri")}}


@pytest.mark.parametrize("library", ["sklearn", "scipy", "joblib", "threadpoolctl", "narwhals"])
def test_train_needs_every_library_of_its_layer(run_task: Tasks, again: dict[str, Any], library: str) -> None:
    """It loads them when the recipe builds its estimator, so the failure is the run's own."""
    with pytest.raises(Failure) as failed:
        run_task("train", again, without=(library,))

    assert f"No module named '{library}'" in failed.value.message
