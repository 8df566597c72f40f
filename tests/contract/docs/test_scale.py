"""docs/scale.md tells what the benchmark measured, and what follows from that."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from benchmarks.scale import CORE_MB
from chalicelib.limits import OBJECTS
from chalicelib.settings.stage import StageSettings
from chalicelib.settings.texts import TASK_MB, TASK_SECONDS
from lambdas import recipes
from lambdas.model.data import room
from tests.contract.docs import pages
from workflows.checking.capacity import capacity, part_row_bytes

PAGE = pages.PAGES["scale.md"]


def results(name: str) -> Any:
    return json.loads((pages.ROOT / f"benchmarks/results/{name}.json").read_text("utf-8"))


def medians_of(name: str) -> dict[tuple[str, str], float]:
    """By task and size, and by metric."""
    return {(each["name"], each["metric"]): each["median"] for each in results(name)["rows"]}


RESULTS, MEDIANS = results("scale"), medians_of("scale")
TASKS = ("preprocess", "train", "evaluate")
ROWS, LARGEST = 567_498, 64
KDD = recipes.load("kdd99-http")
MOST_MB, MOST_SECONDS = TASK_MB.stop - 1, TASK_SECONDS.stop - 1
ON_PAPER = 100_000_000


@pytest.mark.parametrize("copies", [1, 16, LARGEST])
@pytest.mark.parametrize("task", TASKS)
def test_every_measured_figure_is_the_benchmarks(task: str, copies: int) -> None:
    (told,) = [each for each in pages.rows(PAGE) if each[0] == f"{copies}" and each[3].lower() == task]
    memory, seconds, usd = (MEDIANS[f"{task} {copies}x", metric] for metric in ("peak memory", "processor", "cost"))

    assert told[1] == f"{copies * ROWS:,}"
    assert [float(each) for each in told[4:]] == [
        pytest.approx(memory, abs=0.5),
        pytest.approx(seconds, abs=0.051),
        pytest.approx(usd, abs=0.0000051),
    ]


@pytest.mark.parametrize("task", TASKS)
def test_task_takes_no_more_than_one_core_has_and_a_function_may(task: str) -> None:
    for result in ("scale", "scale-first-rule"):
        medians = medians_of(result)
        assert medians[f"{task} {LARGEST}x", "peak memory"] <= CORE_MB
        assert medians[f"{task} {LARGEST}x", "processor"] <= medians[f"{task} {LARGEST}x", "wall"] <= MOST_SECONDS


def test_what_is_said_of_later_nights_is_the_benchmarks() -> None:
    growing = results("growing")
    few, many = (
        [last / first for first, last in zip(nights["2"], nights["365"], strict=True)]
        for nights in growing["rows_a_night"].values()
    )
    task, by_client, whole, calls, _ = (
        [round(each, 1) for each in measured] for measured in zip(few, many, strict=True)
    )
    read = [round(nights["365"][-1], 1) for nights in growing["rows_a_night"].values()]

    assert list(growing["rows_a_night"]) == ["1555", "10000"]
    assert max(calls) <= 1.5
    assert f"{max(calls)} times the calls of S3" in PAGE
    assert f"reads {read[0]} MB at 1,555 rows a file and {read[1]} MB at 10,000" in PAGE
    assert f"With its cold\n  start it takes {whole[0]} and {whole[1]} times the processor" in PAGE
    assert f"without, {by_client[0]} and {by_client[1]} times; and without S3's client" in PAGE
    assert f"client {task[0]} and {task[1]} times" in PAGE


def test_matrix_of_many_files_has_that_many_times_the_counts_of_one() -> None:
    once = RESULTS["matrices"]["1x"]

    assert RESULTS["matrices"][f"{LARGEST}x"] == [[LARGEST * count for count in row] for row in once]
    assert f"With {LARGEST} files the matrix has {LARGEST} times the counts of one" in PAGE
    assert f"It is `{RESULTS['matrices'][f'{LARGEST}x']}`" in PAGE


def test_matrix_of_the_first_rule_is_the_benchmarks_and_test_real_datas() -> None:
    matrices = results("scale-first-rule")["matrices"]

    assert matrices["1x"] == [[113_058, 0], [5, 437]]
    assert matrices[f"{LARGEST}x"] == [[LARGEST * count for count in row] for row in matrices["1x"]]
    assert f"keep their draw, and give `{matrices[f'{LARGEST}x']}`\n(`--first-rule`)" in PAGE


def test_night_with_nothing_new_in_as_many_files_as_a_data_set_has_takes_less_than_five_seconds() -> None:
    found = results("many_objects")
    processor, wall = found["parts"]["Preprocess"]

    assert found["objects"] == OBJECTS
    assert wall < 5
    assert (
        f"takes {processor:.1f} s of processor in Preprocess for {OBJECTS:,} files, and {wall:.1f} s in all" in PAGE
    )
    assert found["parts"]["list"][0] > processor / 2


def test_what_is_said_of_more_rows_is_in_proportion() -> None:
    more = ON_PAPER / (LARGEST * ROWS)
    seconds = [round(more * MEDIANS[f"{task} {LARGEST}x", "processor"]) for task in TASKS]
    usd = more * sum(MEDIANS[f"{task} {LARGEST}x", "cost"] for task in TASKS)

    said = "takes {} s of processor in Preprocess, {} s in Train and {} s in Evaluate, and ${:.3f} in\nall"
    assert said.format(*seconds, usd) in PAGE


def test_settings_that_are_named_for_more_rows_let_them_fit() -> None:
    told = {name: int(value) for name, value in re.findall(r"^\| (NIGHTSWAP_\w+) \| (\d+) \|", PAGE, re.MULTILINE)}
    raised = StageSettings(
        train_storage_mb=told.pop("NIGHTSWAP_TRAIN_STORAGE_MB"),
        evaluate_memory_mb=told.pop("NIGHTSWAP_EVALUATE_MEMORY_MB"),
    )

    assert not told
    assert capacity(KDD, StageSettings()).data_set.rows < ON_PAPER < capacity(KDD, raised).data_set.rows


def test_bounds_follow_from_the_largest_function() -> None:
    held_out = KDD.split.holdout_ratio
    seconds = {task: MEDIANS[f"{task} {LARGEST}x", "processor"] for task in TASKS}
    slowest = max(TASKS, key=seconds.__getitem__)
    bounds = {
        "memory of Evaluate": (MOST_MB - room.EVALUATE.base_mb) * room.MB / room.EVALUATE.row_bytes / held_out,
        "/tmp of Train": MOST_MB * room.MB / part_row_bytes(KDD),
        f"time of {slowest.capitalize()}, on one core": MOST_SECONDS / seconds[slowest] * LARGEST * ROWS,
    }
    told = {cells[0]: cells[1] for cells in pages.rows(PAGE) if cells[0] in bounds}

    assert {name: float(each.removesuffix(" million")) for name, each in told.items()} == {
        name: pytest.approx(rows / 1e6, rel=0.03) for name, rows in bounds.items()
    }
    assert f"up to {room.EVALUATE.row_bytes} bytes each" in PAGE
    assert f"{part_row_bytes(KDD)} bytes a row in /tmp" in PAGE


def test_page_of_estimators_tells_what_was_measured_on_41_columns() -> None:
    page, worst = pages.PAGES["estimators.md"], 0.0
    for told_apart, by_files in results("wide")["by_recipe_and_files"].items():
        for files, found in by_files.items():
            assert found["weights_of_chunks_apart"] <= 1e-12 and found["two_runs_are_identical"]
            for name, each in found["by"].items():
                off = each["probabilities_off_by"]
                by = name if name == "part by part" else f"scikit-learn, {name}"
                said = f"{off:.2g}" if off else "none"
                assert f"| {told_apart} | {files} | {by} | {said} | `{each['matrix']}` |" in page
                worst = max(worst, off)
    assert f"on 41 columns by up to {worst:.2g}" in pages.PAGES["recipes.md"]


@pytest.mark.parametrize("files", [1, 16])
def test_night_beside_the_plain_script_is_the_benchmarks(files: int) -> None:
    found = {(each["metric"], each["name"]): each for each in results("retrain")["rows"]}
    (told,) = [each for each in pages.rows(PAGE) if each[0] == f"{files}" and len(each) == 5]

    ours = {metric: found[f"{metric} at {files}x", "nightswap"] for metric in ("processor", "wall", "peak memory")}
    script = found[f"peak memory at {files}x", "plain script"]["median"]
    assert told[1:3] == [f"{ours[metric]['ratio_to_baseline']:.2f}" for metric in ("processor", "wall")]
    assert told[3:] == [f"{ours['peak memory']['median']:,.0f} MB", f"{script:,.0f} MB"]
