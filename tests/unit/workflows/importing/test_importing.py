"""Which layers a model counts on that was trained elsewhere; `cli/test_imports.py` has the command."""

from __future__ import annotations

import pytest

from lambdas.model.recipe import Recipe
from tests.fakes.edges import FakeOutside
from tests.fakes.serving_function import with_layers
from tests.given import data, graphs
from workflows.importing.importing import layers_for

MODEL = "graphs"


@pytest.mark.parametrize(
    ("recipe", "given"),
    [
        (graphs.recipe(graphs.neighbours), ("numpy",)),
        (graphs.recipe(graphs.neighbours, target="endpoint"), ("onnxruntime",)),
        (data.recipe(model=MODEL, target="endpoint"), ()),
        (data.recipe(model=MODEL, target="endpoint", estimator=lambda _: object()), ()),
    ],
    ids=["a function", "an endpoint", "an endpoint by Python alone", "no format"],
)
def test_layers_are_those_of_the_function_that_scores_or_of_the_recipe_behind_an_endpoint(
    recipe: Recipe, given: tuple[str, ...]
) -> None:
    outside = FakeOutside(MODEL)
    outside.functions.configure(MODEL, **with_layers("numpy"))

    assert layers_for(outside.edges, recipe) == given
