"""Python looks for garbage seldom while modules are loaded, and as usual from then on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TELLS = (
    "import gc, {imports}; import chalicelib;"
    " print(*gc.get_threshold(), gc.get_freeze_count() > 1_000, *chalicelib.USUAL)"
)


def told(imports: str) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    """How often Python looks for garbage, whether it leaves alone what was loaded, and how often it usually looks."""
    done = subprocess.run(
        [sys.executable, "-c", TELLS.format(imports=imports)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    first, second, third, is_left_alone, *usual = done.stdout.split()
    return (first, second, third), is_left_alone == "True", tuple(usual)


@pytest.mark.parametrize("imports", ["chalicelib.errors", "lambdas.evaluate"])
def test_it_looks_seldom_while_modules_are_loaded(imports: str) -> None:
    threshold, is_left_alone, usual = told(imports)

    assert int(threshold[0]) == 50_000 > 10 * int(usual[0])
    assert not is_left_alone


def test_an_app_that_is_loaded_has_the_usual_garbage_and_what_it_loaded_is_left_alone() -> None:
    threshold, is_left_alone, usual = told("app")

    assert threshold == usual
    assert is_left_alone
