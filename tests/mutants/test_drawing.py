"""Mistakes are drawn by their seed alone, everywhere."""

from __future__ import annotations

from tests.mutants.drawing import ROOT, draw
from tests.mutants.nearness import distances, fast, might_reach, rings


def test_same_seed_draws_the_same_mistakes() -> None:
    assert draw(20, seed=3) == draw(20, seed=3) != draw(20, seed=4)


def test_mistakes_are_spread_over_all_places() -> None:
    places = {mutant.file.split("/")[0] for mutant in draw(400, seed=1)}

    assert places == {"app.py", "chalicelib", "lambdas", "workflows"}


def test_mistake_changes_its_file() -> None:
    for mutant in draw(10, seed=5):
        assert mutant.content(ROOT) != (ROOT / mutant.file).read_bytes()


def test_nearest_tests_are_asked_first_and_all_of_them_once() -> None:
    first, *others = rings("chalicelib/promotion/lease.py", reaching=fast())

    assert first[:2] == ["chalicelib/promotion/lease.py", "tests/unit/chalicelib/promotion/test_lease.py"]
    every = [*first, *(test for ring in others for test in ring)]
    assert len(every) == len(set(every))
    assert set(fast()) < set(every)


def test_others_come_by_their_kind_in_the_order_given() -> None:
    given = [
        "tests/contract/test_docs.py",
        "tests/unit/workflows/stacks/test_arns.py",
        "tests/fakes/test_store.py",
        "tests/unit/workflows/local/state/test_generations.py",
    ]

    nearest, unit, contract, whole = rings("workflows/local/state/generations.py", reaching=given)

    assert nearest[0] == "tests/unit/workflows/local/state/test_generations.py"
    assert unit == ["tests/unit/workflows/stacks/test_arns.py", "tests/fakes/test_store.py"]
    assert contract == ["tests/contract/test_docs.py"]
    assert "tests/e2e/test_api.py" in whole


def test_program_that_a_test_starts_counts_as_loading_what_it_imports() -> None:
    for file in ("workflows/cli/__init__.py", "workflows/cli/__main__.py"):
        assert "tests/unit/workflows/cli/test_start.py" in rings(file, reaching=[])[0]


def test_routes_are_nearest_to_the_app() -> None:
    assert "tests/contract/api/test_api_operating.py" in rings("app.py", reaching=[])[0]


def test_what_loads_a_file_is_asked_by_the_fewest_imports_and_then_the_nearest_folder() -> None:
    file = "chalicelib/promotion/lease.py"
    away = {test: distances(ROOT, test).get(file, 0) for test in might_reach(file)}

    assert [*away.values()] == sorted(away.values())
    assert min(away.values()) >= 1
    assert not {*away} & {*rings(file, reaching=[])[0]}
    assert next(iter(away)).startswith("tests/unit/chalicelib/")
