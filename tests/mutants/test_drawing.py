"""Mistakes are drawn by their seed alone, everywhere."""

from __future__ import annotations

from tests.mutants.drawing import ROOT, draw
from tests.mutants.nearness import rings


def test_same_seed_draws_the_same_mistakes() -> None:
    assert draw(20, seed=3) == draw(20, seed=3) != draw(20, seed=4)


def test_mistakes_are_spread_over_all_places() -> None:
    places = {mutant.file.split("/")[0] for mutant in draw(60, seed=1)}

    assert places == {"app.py", "chalicelib", "lambdas", "workflows"}


def test_mistake_changes_its_file() -> None:
    for mutant in draw(10, seed=5):
        assert mutant.content(ROOT) != (ROOT / mutant.file).read_bytes()


def test_nearest_tests_are_asked_first_and_all_of_them_once() -> None:
    first, *others = rings("chalicelib/lease.py")

    assert first[:2] == ["chalicelib/lease.py", "tests/unit/chalicelib/test_lease.py"]
    every = [*first, *(test for ring in others for test in ring)]
    assert len(every) == len(set(every))
    assert "tests/contract/test_api.py" in every
