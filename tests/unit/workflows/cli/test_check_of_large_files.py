"""What no task has the room for is refused by `nightswap check`, before anything is fitted."""

from __future__ import annotations

from pathlib import Path

from chalicelib.settings.stage import StageSettings
from tests.fakes.stage import FakeStage
from tests.given.checked import ENCODED, ROWS, check, recipe, rows


def test_file_whose_scorecard_would_be_too_large_is_refused(tmp_path: Path) -> None:
    many = "".join(f"40,{'x' * 120}{place},{'yes' if place % 2 else 'no'}\n" for place in range(150_000))

    result = check(recipe(tmp_path, ENCODED), rows(tmp_path, f"age,housing,paid\n{many}"))

    assert result.exit_code == 1
    assert "EstimatorUnsupported: the scorecard of recipe loans takes" in result.output


def test_file_that_no_task_has_the_memory_for_is_refused(tmp_path: Path) -> None:
    """One long category makes every cell of its column as wide."""
    text = ROWS.replace("own", "o" * 128, 1) + "40,a,yes\n30,b,no\n" * 550_000
    files = recipe(tmp_path), rows(tmp_path, text)

    result = check(*files)

    assert result.exit_code == 1
    assert "DatasetTooLarge: 1,100,040 rows of 2 columns take about" in result.output
    assert "MB in Preprocess, which has 1,769 MB" in result.output
    assert "NIGHTSWAP_PREPROCESS_MEMORY_MB" in result.output
    larger = StageSettings(preprocess_memory_mb=3008, train_memory_mb=3008, evaluate_memory_mb=3008)
    assert FakeStage(settings=larger).run("check", *map(str, files)).exit_code == 0
