"""docs/performance.md has the benches' own figures, and names each part of `make bench`."""

from __future__ import annotations

import json
import re

from benchmarks.page import begin, section, with_section
from benchmarks.results import FOLDER
from tests.contract.docs import pages

PAGE = pages.PAGES["performance.md"]
PARTS = sorted(re.findall(r"<!-- (\w+): end -->", PAGE))
WRITTEN = [part for part in PARTS if (FOLDER / f"{part}.json").exists()]


def test_every_part_of_the_page_is_a_target() -> None:
    makefile = (pages.ROOT / "Makefile").read_text("utf-8")

    assert [part for part in PARTS if not re.search(rf"^bench-{part}:", makefile, re.MULTILINE)] == []
    assert {"cold", "warm"} <= {*PARTS}


def test_figures_are_the_benchs() -> None:
    for part in WRITTEN:
        told = json.loads((FOLDER / f"{part}.json").read_text("utf-8"))

        assert begin(part) in PAGE
        assert with_section(PAGE, part, section(told)) == PAGE, "run python -m benchmarks.page"


def test_figures_have_their_plot() -> None:
    for part in WRITTEN:
        assert f"](../benchmarks/results/{part}.svg)" in PAGE
        assert (FOLDER / f"{part}.png").exists() and (FOLDER / f"{part}.svg").exists()
