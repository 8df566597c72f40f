"""Every kind of trees against scikit-learn on thousands of rows, and mistakes of the code that have to be seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import lambdas
from lambdas.model.formats.trees import xgboost_json
from lambdas.model.recipe import Columns
from lambdas.serve import trees
from lambdas.serve.seldom.paired import PARTS
from tests.given import imports
from tests.given.trees import BLENDS, CASES, Model, difference, edges, made, model, recipe, table

ROWS, EDGES = 3000, 4000
LARGE = 500
"""Trees of a large forest."""
FIRST = trees.ROWS_COLD + PARTS + 10
"""Rows after which all nodes are tuples."""
FOLDER = Path(lambdas.__file__).parent
READER, PAIRED = FOLDER / "serve" / "trees.py", FOLDER / "serve" / "seldom" / "paired.py"
FORMAT = FOLDER / "model" / "formats" / "trees"
GROWN, XGBOOST = FORMAT / "grown.py", FORMAT / "xgboost_json.py"
IMPORTED = "from lambdas.model.formats.trees"

IN_READER = [
    ("less in place of at most", "laid[slot[node]] <= threshold[node]", "laid[slot[node]] < threshold[node]"),
    ("no rounding to 32 bits", 'laid = array("f", laid).tolist()', "pass"),
    ("a missing number always goes right", "else -INF\n", "else laid[slot]\n"),
    ("a missing number is infinite", "else -INF\n", "else INF\n"),
    ("a score of 0 is of the first class", "score >= 0 if model.zero_is_second else score > 0", "score > 0"),
    ("one tree is dropped", "for node in self.roots:", "for node in self.roots[: max(1, len(self.roots) - 1)]:"),
    (
        "the sum goes backwards",
        "found if self.shares is None else [self.shares[kind] for kind in found]",
        "found[::-1] if self.shares is None else [self.shares[kind] for kind in found[::-1]]",
    ),
    (
        "an unknown category is the last known one",
        "self.unknown = len(levels) * width",
        "self.unknown = (len(levels) - 1) * width",
    ),
]
IN_PAIRED = [
    ("less in place of at most", "laid[slot] <= node[1]", "laid[slot] < node[1]"),
    ("less in place of at most at a child to the left", "laid[node[2]] <= node[3]", "laid[node[2]] < node[3]"),
    ("less in place of at most at a child to the right", "laid[node[6]] <= node[7]", "laid[node[6]] < node[7]"),
    ("what lies left and right of a child is the same", "else node[5]", "else node[4]"),
    (
        "children change places",
        "*at(left, both_ways), *at(right, both_ways)",
        "*at(right, both_ways), *at(left, both_ways)",
    ),
    ("one tree is dropped", "for node in roots:", "for node in roots[: max(1, len(roots) - 1)]:"),
    ("the sum goes backwards", "return found", "return found[::-1]"),
    ("leaves have their kind for their value", "kind if model.shares is None else model.shares[kind]", "kind"),
]
IN_GROWN = [
    (
        "columns of categories are not moved",
        "order = np.concatenate([np.flatnonzero(is_set), np.flatnonzero(~is_set)])",
        "pass",
    ),
    (
        "columns of numbers are not moved behind those of categories",
        'feature = order[nodes["feature_idx"]]',
        'feature = np.where(nodes["is_categorical"], order[nodes["feature_idx"]], nodes["feature_idx"])',
    ),
    (
        "sets of categories come in another order",
        "np.concatenate([np.flatnonzero(is_set), np.flatnonzero(~is_set)])",
        "np.concatenate([np.flatnonzero(is_set)[::-1], np.flatnonzero(~is_set)])",
    ),
    ("the learning rate counts twice", "rate * tree.value", "rate * rate * tree.value"),
    ("no score to begin with", "boosting._raw_predict_init(zeros)[0].tolist()", "[0.0] * scores"),
    ("a vote against the others is whole", "-1 / (len(classes) - 1) * weight", "-weight"),
]
IN_XGBOOST = [
    (
        "the base score is taken for a raw one",
        "return [float(np.float32(-np.log(float(odds))))]",
        "return [float(numbers[0])]",
        "binary_weighted",
    ),
    ("trees after the best iteration are kept", "trees(learner, model,", "trees({}, model,", "early_stopped"),
]
"""The last is the imported model that it is seen by."""


@pytest.mark.parametrize(
    ("kind", "classes", "missing"), [*CASES, *((kind, n, False) for kind in BLENDS for n in (2, 3))]
)
def test_trees_of_every_kind_answer_as_the_estimator(kind: str, classes: int, missing: bool) -> None:
    of = model(kind, classes, missing, 2000)

    assert difference(of.served, of, table(ROWS, classes=classes, missing=missing, seed=7)) == ""
    assert difference(of.served, of, edges(of, EDGES, missing=missing, seed=8)) == ""


def large_forest(_: Columns) -> object:
    """Its trees grow until each leaf has one class alone, as they do by default."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(LARGE, max_depth=None, random_state=0)


def test_forest_of_500_full_depth_trees_answers_as_the_estimator() -> None:
    of, facts = made(recipe(large_forest), table(2000))
    grown = [each.tree_ for each in of.fitted.estimator.estimators_]

    assert facts["trees"] == len(grown) == LARGE
    assert facts["nodes"] == sum(int((tree.children_left >= 0).sum()) for tree in grown)
    assert all((tree.impurity[tree.children_left < 0] == 0).all() for tree in grown), "leaves are of one class"
    assert difference(of.served, of, table(ROWS, seed=7)) == ""
    assert difference(of.served, of, edges(of, EDGES, seed=8)) == ""


def mistaken(file: Path, line: str, other: str, *, name: str) -> ModuleType:
    """The module with one mistake, beside the true one."""
    text = file.read_text()
    assert line in text, "the mutant does not apply any more"
    made = ModuleType(name)
    made.__package__ = name.rpartition(".")[0]
    sys.modules[name] = made
    exec(compile(text.replace(line, other), f"{file.name} with a mistake", "exec"), vars(made))  # noqa: S102
    return made


@pytest.fixture
def names() -> Iterator[list[str]]:
    made: list[str] = []
    yield made
    for name in made:
        sys.modules.pop(name, None)


def models() -> Iterator[tuple[Model, bool]]:
    for kind, classes, missing in CASES:
        if missing == (kind in ("forest", "histogram gradient boosting")) or classes == 3:
            yield model(kind, classes, missing, 400), missing


@pytest.mark.parametrize(("what", "line", "other"), IN_READER)
def test_mistake_of_the_reader_is_seen(what: str, line: str, other: str, names: list[str]) -> None:
    names.append("lambdas.serve.trees_with_a_mistake")
    reader = mistaken(READER, line, other, name=names[0])
    told = [difference(reader.read(of.content), of, edges(of, 300, missing=missing)) for of, missing in models()]
    zero = [reader.LINKS["logistic"](of.served, []) for of, _ in models() if of.served.link == "logistic"]

    assert any(told) or any(
        label != _label_of_nothing(of) for (label, _), (of, _) in zip(zero, logistic(), strict=True)
    ), what


@pytest.mark.parametrize(("what", "line", "other"), IN_PAIRED)
def test_mistake_of_the_pairs_is_seen(what: str, line: str, other: str, names: list[str]) -> None:
    """By the rows that come after the first ones."""
    names += ["lambdas.serve.seldom.paired_with_a_mistake", "lambdas.serve.trees_with_pairs"]
    pairs = mistaken(PAIRED, line, other, name=names[0])
    reader = mistaken(READER, "from .seldom.paired import", f"from {pairs.__name__} import", name=names[1])

    def told() -> Iterator[str]:
        for of, missing in models():
            try:
                yield difference(reader.read(of.content), of, edges(of, 2 * FIRST, missing=missing))
            except (TypeError, ValueError) as exc:
                yield str(exc)

    assert any(told()), what


def logistic() -> list[tuple[Model, bool]]:
    return [(of, missing) for of, missing in models() if of.served.link == "logistic"]


def _label_of_nothing(of: Model) -> str:
    return trees.LINKS["logistic"](of.served, [])[0]


@pytest.mark.parametrize(("what", "line", "other"), IN_GROWN)
def test_mistake_of_the_export_is_seen(what: str, line: str, other: str, names: list[str]) -> None:
    names.append("lambdas.model.formats.trees.grown_with_a_mistake")
    grown = mistaken(GROWN, line, other, name=names[0])

    def told() -> Iterator[str]:
        for of, missing in models():
            blended = mistaken(
                FORMAT / "blended.py",
                f"{IMPORTED}.grown import",
                f"from {grown.__name__} import",
                name="lambdas.model.formats.trees.blended_with_a_mistake",
            )
            exporting = mistaken(
                FORMAT / "export.py",
                f"{IMPORTED}.blended import",
                f"from {blended.__name__} import",
                name="lambdas.model.formats.trees.export_with_a_mistake",
            )
            names.append(blended.__name__)
            names.append(exporting.__name__)
            try:
                content = exporting.export(of.fitted).content
            except KeyError as exc:  # a set of categories of a column that has numbers
                yield f"no category: {exc}"
                continue
            yield difference(trees.read(content), of, edges(of, 300, missing=missing))

    assert any(told()), what


@pytest.mark.parametrize(("what", "line", "other", "name"), IN_XGBOOST)
def test_mistake_of_the_reader_of_xgboost_is_seen(
    what: str, line: str, other: str, name: str, names: list[str]
) -> None:
    """By the answers that XGBoost gave; the true reader is next to them."""
    names.append("lambdas.model.formats.trees.xgboost_json_with_a_mistake")
    reader = mistaken(XGBOOST, line, other, name=names[0])

    assert apart(xgboost_json, name) <= imports.SINGLE_STEP < apart(reader, name), what


def apart(reader: ModuleType, name: str) -> float:
    """The most that a probability of the model, as it is read, differs from what XGBoost answered."""
    told, classes = imports.told(name), imports.recipe(name).class_names
    model = reader.read(imports.content(name), classes=classes)
    return float(np.abs(model.predict_proba(told.numeric) - told.probabilities).max())
