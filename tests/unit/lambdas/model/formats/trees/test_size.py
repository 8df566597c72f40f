from __future__ import annotations

import pytest

from lambdas.model.formats.fitted import Exported
from lambdas.model.formats.trees.export import export
from lambdas.model.formats.trees.size import NODES_MAX, NODES_TOLD, WAYS, expected
from lambdas.model.training import trial
from lambdas.model.training.estimator import fit
from tests.given.trees import KINDS, ONE_THREAD, recipe, table


def made(nodes: int, us: float) -> Exported:
    return Exported(b"", {}, facts={"trees": 100, "nodes": nodes, "expected_row_us": us})


def test_nodes_that_doubled_with_the_rows_go_on_so() -> None:
    found = expected(made(1000, 10.0), made(4000, 14.0), rows=(1000, 4000, 64_000))

    assert found.facts == {"trees": 100, "nodes": 64_000, "row_us": 22, "fitted_rows": [1000, 4000]}
    assert found.said == (
        "about 64,000 nodes that split, and about 22 microseconds a row: an estimate, by fits on 1,000 and 4,000 rows"
    )
    assert found.warning == ""


def test_trees_that_a_parameter_bounds_stay_as_they_are() -> None:
    assert expected(made(3000, 30.0), made(3000, 30.0), rows=(1000, 4000, 10**7)).facts["nodes"] == 3000


def test_trees_that_shrank_or_never_split_are_expected_to_stay_so() -> None:
    assert expected(made(30, 3.0), made(20, 2.0), rows=(1000, 4000, 10**6)).facts["nodes"] == 20
    assert expected(made(0, 0.0), made(0, 0.0), rows=(1000, 4000, 10**6)).facts["row_us"] == 0


@pytest.mark.parametrize(
    ("nodes", "us", "told"),
    [
        (NODES_TOLD, 10.0, ""),
        (NODES_TOLD + 10_000, 10.0, "with more than 300,000 nodes a cold start takes over a third longer"),
        (NODES_MAX + 100_000, 10.0, "a run refuses more than 1,000,000 nodes"),
        (10, 2100.0, "and more than 2 ms a row"),
    ],
)
def test_what_would_be_too_large_is_warned_of_with_the_ways_out(nodes: int, us: float, told: str) -> None:
    found = expected(made(nodes, us), made(nodes, us), rows=(1000, 4000, 4000))

    assert told in found.warning if told else found.warning == ""
    assert found.way_out == WAYS


@pytest.mark.parametrize("kind", ["forest", "histogram gradient boosting"])
def test_estimate_is_near_the_size_that_comes(kind: str) -> None:
    """Half to twice of it."""
    train, of = table(8000), recipe(KINDS[kind])

    with ONE_THREAD():
        found = trial.expected(of, train=train)
        facts = export(fit(of, train=train)).facts

    assert found is not None
    assert 0.5 < found.facts["nodes"] / facts["nodes"] < 2
    assert 0.5 < found.facts["row_us"] / facts["expected_row_us"] < 2
