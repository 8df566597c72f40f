"""Makes a fitted estimator of a model that was trained elsewhere, after checking that it fits the recipe.

The recipe still says what the columns are, how rows are held out and what the gate asks. Its own estimator has no
part in it: the next run that trains goes on from that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.cutting import listed
from chalicelib.errors import ImportRefused
from chalicelib.limits import IMPORT_BYTES, IMPORT_TEXT_BYTES
from lambdas.model.filling.fills import NONE_MISSING, Fills
from lambdas.model.formats.all_formats import FORMATS, Foreign, format_of
from lambdas.model.formats.fitted import Fitted, Levels
from lambdas.model.recipe import Categorical, Recipe
from lambdas.model.recipe.elements import KEPT
from lambdas.model.training.cross_validation import Validated
from lambdas.model.training.imported_answers import ask
from lambdas.model.training.threshold_choice import operating_point

FORMAT_OF_TEXTS = "trees"
LEFT_OUT = "the model was imported"
SEEN = (
    "the model was imported: nobody knows whether it was trained on rows of this holdout, which would make it look"
    " better than it is"
)


def format_for(content: bytes) -> str:
    """The name of the format that a file is exported to."""
    return next((name for name, each in FORMATS.items() if content.startswith(each.marks)), FORMAT_OF_TEXTS)


def fitted(content: bytes, *, recipe: Recipe, classes: Sequence[str] = ()) -> Fitted:
    """A model of XGBoost in JSON, or one in ONNX. `classes` names its classes 0, 1 and so on; by default as the file
    does, else the recipe's, in the order of its matrices: alphabetical, the positive one last.

    Raises ImportRefused, and ThresholdNotReached for a recipe whose threshold has to be chosen.
    """
    form = format_for(content)
    most = IMPORT_TEXT_BYTES if form == FORMAT_OF_TEXTS else IMPORT_BYTES
    if len(content) > most:
        raise ImportRefused(
            f"the file has {len(content) / 1e6:.0f} MB, and {most / 1e6:.0f} MB at most are imported: take a"
            " smaller model, of trees fewer or smaller ones"
        )
    _check_classes(recipe, classes)
    read = format_of(form).reads
    assert read is not None  # of these formats there is one
    model = read()(content, classes=list(recipe.class_names))
    features = model.features or [column.name for column in recipe.single_columns]
    _check_columns(recipe, features, categorical=[features[place] for place in model.categories])
    fills = _fills(recipe, model)
    names = _ordered(recipe, model.labels, classes=classes)
    columns = [*(each.name for each in recipe.numeric), *(each.name for each in recipe.categorical)]
    placed = model.placed(columns, classes=names)
    ask(placed, recipe=recipe)
    numbers = len(recipe.numeric)
    levels = Levels(tuple(placed.categories[numbers + place] for place in range(len(recipe.categorical))))
    point, threshold = operating_point(recipe, Validated({"left_out": LEFT_OUT}))
    facts = {
        "estimator": placed.maker,
        "parameters": {name: str(value) for name, value in placed.get_params().items()},
        "libraries": {},
        "folded": None,
        "iterations": {},
        "warnings": [SEEN, *placed.warnings],
        "cross_validation": {"left_out": LEFT_OUT},
        "threshold": threshold,
    }
    return Fitted(recipe, placed, levels, facts, fills, operating_point=point)


def _check_classes(recipe: Recipe, classes: Sequence[str]) -> None:
    if classes and sorted(classes) != sorted(recipe.class_names):
        raise ImportRefused(
            f"the classes are named {listed(classes)}: expected those of recipe {recipe.model}, each once:"
            f" {listed(recipe.class_names)}"
        )


def _ordered(recipe: Recipe, labels: Sequence[str], *, classes: Sequence[str]) -> Sequence[str]:
    """The names of the model's classes 0, 1 and so on. `labels` are the file's own, of the recipe or of its data."""
    own = [recipe.classes.get(label, label) for label in labels]
    if not own:
        return classes or recipe.class_names
    if sorted(own) != sorted(recipe.class_names):
        if classes:
            return classes
        raise ImportRefused(
            f"the file names its classes {listed(labels)}, and the recipe has {listed(recipe.class_names)}: say which"
            " is which, with --class for each"
        )
    if classes and [*classes] != own:
        raise ImportRefused(
            f"the file itself names its classes {listed(own)}, in this order: leave --class out, or take this order"
        )
    return own


def _fills(recipe: Recipe, model: Foreign) -> Fills:
    """A model that finds its own way for missing numbers sees them; for others the recipe has to have a number."""
    ways = {each.name: each.missing for each in recipe.numeric}
    if model.keeps_missing:
        _refuse(
            "the recipe fills missing numbers, and the model finds its own way for them: write missing='kept', or"
            " leave it out, of",
            [name for name, way in ways.items() if way not in (None, KEPT)],
        )
        return NONE_MISSING
    _refuse(
        "the model takes no missing numbers, and there are no training rows to find others in: write a number for"
        " `missing`, or leave it out, of",
        [name for name, way in ways.items() if isinstance(way, str)],
    )
    numbers = tuple(float(way) if isinstance(way, int | float) else None for way in ways.values())
    return NONE_MISSING if numbers == (None,) * len(numbers) else Fills(numbers)


def _refuse(told: str, these: Sequence[str]) -> None:
    if these:
        raise ImportRefused(f"{told}: {listed(sorted(these))}")


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
        *_kinds(recipe, categorical),
    ):
        _refuse(told, these)


def _kinds(recipe: Recipe, categorical: Sequence[str]) -> list[tuple[str, list[Any]]]:
    texts = {column.name for column in recipe.columns if isinstance(column, Categorical)}
    return [
        ("the model was trained on numbers, and the recipe says Categorical", sorted(texts - {*categorical})),
        ("the model was trained on categories, and the recipe says Numeric", sorted({*categorical} - texts)),
    ]
