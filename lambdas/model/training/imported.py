"""Makes a fitted estimator of a model that was trained elsewhere, after checking that it fits the recipe.

The recipe still says what the columns are, how rows are held out and what the gate asks. Its own estimator has no
part in it: the next run that trains goes on from that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.cutting import listed
from chalicelib.errors import ImportRefused
from chalicelib.limits import IMPORT_BYTES
from lambdas.model.formats.fitted import Fitted, Levels
from lambdas.model.formats.table import format_of
from lambdas.model.recipe import Categorical, Recipe
from lambdas.model.recipe.parts import KEPT
from lambdas.model.training.choosing import operating_point
from lambdas.model.training.cross_validation import Validated

FORMAT = "trees"
"""That it is exported to."""
LEFT_OUT = "the model was imported"
SEEN = (
    "the model was imported: nobody knows whether it was trained on rows of this holdout, which would make it look"
    " better than it is"
)


def fitted(content: bytes, *, recipe: Recipe, classes: Sequence[str] = ()) -> Fitted:
    """A model of XGBoost in JSON. `classes` names its classes 0, 1 and so on; by default the recipe's, in the order
    of its matrices: alphabetical, the positive one last.

    Raises ImportRefused, and ThresholdNotReached for a recipe whose threshold has to be chosen.
    """
    if len(content) > IMPORT_BYTES:
        raise ImportRefused(
            f"the file has {len(content) / 1e6:.0f} MB, and {IMPORT_BYTES / 1e6:.0f} MB at most are imported: take"
            " fewer trees, or smaller ones"
        )
    _check_classes(recipe, classes)
    read = format_of(FORMAT).reads
    assert read is not None  # of this format there is one
    model = read()(content, classes=list(classes or recipe.class_names))
    _check_columns(recipe, model.features, categorical=[model.features[place] for place in model.categories])
    placed = model.placed([*(each.name for each in recipe.numeric), *(each.name for each in recipe.categorical)])
    numbers = len(recipe.numeric)
    levels = Levels(tuple(placed.categories[numbers + place] for place in range(len(recipe.categorical))))
    point, threshold = operating_point(recipe, Validated({"left_out": LEFT_OUT}))
    facts = {
        "estimator": f"XGBoost {model.facts['version']}",
        "parameters": {name: str(value) for name, value in model.get_params().items()},
        "libraries": {},
        "folded": None,
        "iterations": {},
        "warnings": [SEEN, *model.warnings],
        "cross_validation": {"left_out": LEFT_OUT},
        "threshold": threshold,
    }
    return Fitted(recipe, placed, levels, facts, operating_point=point)


def _check_classes(recipe: Recipe, classes: Sequence[str]) -> None:
    if classes and sorted(classes) != sorted(recipe.class_names):
        raise ImportRefused(
            f"the classes are named {listed(classes)}: expected those of recipe {recipe.model}, each once:"
            f" {listed(recipe.class_names)}"
        )


def _check_columns(recipe: Recipe, features: Sequence[str], *, categorical: Sequence[str]) -> None:
    """By their names, in any order."""
    names = [column.name for column in recipe.single_columns]
    for told, these in (
        (
            "the model asks for columns that the recipe does not have",
            [each for each in features if each not in names],
        ),
        ("the recipe has columns that the model does not ask for", [each for each in names if each not in features]),
        ("the model names features twice", [each for each in {*features} if features.count(each) > 1]),
        ("the model cannot tell dates: in the recipe they are Date", [each.name for each in recipe.dates]),
        (
            "the recipe fills missing numbers, and the model finds its own way for them: write missing='kept', or"
            " leave it out, of",
            [each.name for each in recipe.numeric if each.missing not in (None, KEPT)],
        ),
        *_kinds(recipe, categorical),
    ):
        if these:
            raise ImportRefused(f"{told}: {listed(sorted(these))}")


def _kinds(recipe: Recipe, categorical: Sequence[str]) -> list[tuple[str, list[Any]]]:
    texts = {column.name for column in recipe.columns if isinstance(column, Categorical)}
    return [
        ("the model was trained on numbers, and the recipe says Categorical", sorted(texts - {*categorical})),
        ("the model was trained on categories, and the recipe says Numeric", sorted({*categorical} - texts)),
    ]
