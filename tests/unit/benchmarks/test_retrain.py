"""The plain script that a night is measured beside does the same work as the product, and is held to it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.retrain import __main__ as bench
from benchmarks.retrain import plain
from benchmarks.scoring import rows
from benchmarks.watching import Watched, watched
from lambdas import recipes
from lambdas.model.training.cross_validation import ROWS_MAX
from lambdas.model.training.estimator import fit

KDD = recipes.load("kdd99-http")
PLAIN = Path(plain.__file__)


def file_of(folder: Path, *more: str) -> Path:
    made = rows()
    names = np.where(made.labels == "attack", "back.", "normal.")
    lines = [f"{a:.0f},{b:.0f},{c:.0f},{name}" for (a, b, c), name in zip(made.numeric, names, strict=True)]
    path = folder / "day.csv"
    path.write_text("\n".join(["duration,src_bytes,dst_bytes,label", *lines, *more]) + "\n")
    return path


def test_script_finds_the_products_optimum() -> None:
    made = rows()
    ours = fit(KDD, train=made).estimator.predict_proba(made.numeric)
    theirs = plain.pipeline().fit(made.numeric, made.labels).predict_proba(made.numeric)

    assert np.abs(ours - theirs).max() < 1e-6


def test_script_has_the_recipes_columns_labels_split_folds_and_bounds() -> None:
    assert [each.name for each in KDD.numeric] == plain.FEATURES
    assert {each.minimum for each in KDD.numeric} == {0}
    assert set(KDD.classes) == {plain.NORMAL, *plain.ATTACKS}
    assert (KDD.split.holdout_ratio, KDD.split.seed) == (plain.HOLDOUT, plain.SEED)
    assert (KDD.cross_validation_folds, ROWS_MAX) == (plain.FOLDS, plain.FOLDED_ROWS)
    bounds = {each.metric: each.bound for each in KDD.thresholds}
    assert bounds == plain.BOUNDS


def test_night_of_the_script_ends_with_a_model_and_a_verdict(tmp_path: Path) -> None:
    day = file_of(tmp_path)
    first, second = tmp_path / "first", tmp_path / "second"
    for night, live in ((first, []), (second, ["--live", str(first / "model.joblib")])):
        subprocess.run([sys.executable, str(PLAIN), str(night), str(day), *live], check=True, capture_output=True)

    report = json.loads((second / "report.json").read_text())
    assert report["profile"]["rows"] == {"all": 5000, "train": 4000, "holdout": 1000}
    assert report["new"] == report["live"]
    assert report["new"]["support"] == sum(report["new"]["matrix"][1])
    assert report["profile"]["duplicate_rows"] > 0


@pytest.mark.parametrize("row", ["-1,2,3,normal.", ",2,3,normal.", "1,inf,3,normal.", "1,2,3,new."])
def test_script_refuses_what_the_recipe_refuses(tmp_path: Path, row: str) -> None:
    with pytest.raises(ValueError, match=r"bad numbers|unknown labels"):
        plain.read([str(file_of(tmp_path, row))])


def test_script_refuses_a_file_with_other_columns(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has the columns"):
        plain.checked(pd.DataFrame({"duration": [1.0]}), "day.csv")


def test_night_of_several_processes_has_their_time_together_and_the_memory_of_the_largest() -> None:
    night = bench.Night([Watched("", 1.0, 0.5, 90.0), Watched("", 2.0, 1.5, 80.0)], matrix=None)

    assert night.figures == {"wall": 3.0, "processor": 2.0, "peak memory": 90.0}


def test_time_is_held_against_the_script_and_memory_against_the_first_size() -> None:
    ours = {("wall", 1): 2.0, ("wall", 16): 6.0, ("processor", 1): 2.0, ("processor", 16): 4.0}
    ours |= {("peak memory", 1): 100.0, ("peak memory", 16): 300.0}
    measured = {key: {bench.SCRIPT: [4.0, 4.0, 9.0], bench.PRODUCT: [value]} for key, value in ours.items()}

    assert [*bench.bars(measured, (1, 16))] == [
        ("wall at 1x, to the script's", 0.5, 3.0),
        ("processor at 1x, to the script's", 0.5, 3.0),
        ("wall at 16x, to the script's", 1.5, 1.2),
        ("processor at 16x, to the script's", 1.0, 1.2),
        ("peak memory at 16x, to that at 1x", 3.0, 16.0),
    ]
    assert [row.ratio_to_baseline for row in bench.rows(measured) if row.metric == "wall at 16x"] == [1.0, 1.5]


def test_process_is_watched_from_start_to_end() -> None:
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 + 100
    program = f"import sys; kept = bytearray({mb} * 2**20); print(sys.stdin.read())"

    found = watched([sys.executable, "-c", program], told="told")

    assert found.output == "told\n"
    assert mb < found.peak_memory < mb + 50
    assert found.wall > 0
    assert found.processor > 0


def test_process_that_fails_is_an_error() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        watched([sys.executable, "-c", "raise SystemExit(3)"])


def test_memory_that_cannot_be_told_from_the_watchers_own_is_refused() -> None:
    with pytest.raises(AssertionError, match="less memory"):
        watched(["true"])
