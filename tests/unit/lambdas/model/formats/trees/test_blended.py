"""Classifiers of trees that are made of several."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import PredefinedSplit

from chalicelib.errors import ArtifactInvalid, EstimatorUnsupported
from lambdas.model.formats.trees.artifact import load
from lambdas.model.formats.trees.export import export
from lambdas.model.recipe import Threshold
from lambdas.model.training.estimator import fit
from lambdas.serve import trees
from lambdas.serve.seldom import blends
from tests.given.tree_files import Header, parts, whole
from tests.given.trees import BLENDS, LARGEST, ONE_THREAD, Model, difference, edges, model, recipe, served_rows, table

CALIBRATED, ISOTONIC, FORESTS, ALL = BLENDS


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", BLENDS)
def test_what_is_made_of_several_answers_as_the_estimator(kind: str, classes: int) -> None:
    of = model(kind, classes, False)

    assert difference(of.served, of, edges(of, 150)) == ""
    assert difference(of.served, of, table(150, classes=classes, seed=5)) == ""


def test_missing_number_goes_its_way_in_each_member() -> None:
    of = model(CALIBRATED, 2, True)

    assert difference(of.served, of, table(200, missing=True, seed=5)) == ""


def test_one_curve_for_all_folds_is_served() -> None:
    with ONE_THREAD():
        forest = RandomForestClassifier(5, random_state=0)
        fitted = fit(recipe(lambda _: CalibratedClassifierCV(forest, ensemble=False, cv=2)), train=table(300))
    content = export(fitted).content
    of = Model(fitted, load(content).trees, content)

    assert len(of.served.members) == 1
    assert difference(of.served, of, table(200, seed=5)) == ""


def test_one_model_is_written_as_before_and_several_by_the_newest_version() -> None:
    assert parts(model("forest", 2, False))[0]["format_version"] == 1
    assert parts(model(CALIBRATED, 2, False))[0]["format_version"] == trees.FORMAT_VERSION


def test_all_trees_inside_count_for_the_size() -> None:
    of = model(ALL, 2, False)
    exported = export(of.fitted)

    assert exported.facts["nodes"] == sum(len(each.slot) for each in of.served.trees)
    assert exported.facts["trees"] == sum(len(each.roots) for each in of.served.trees)


def test_fold_whose_rows_lack_a_class_is_told() -> None:
    train = table(300, classes=4)
    folds = PredefinedSplit(np.where(train.labels == "class-2", 0, np.arange(300) % 2))
    forest = RandomForestClassifier(3, random_state=0)
    fitted = fit(recipe(lambda _: CalibratedClassifierCV(forest, cv=folds), classes=4), train=train)

    with pytest.raises(EstimatorUnsupported, match="a fold whose rows lack a class: take fewer folds"):
        export(fitted)


def test_lines_between_places_have_the_bits_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    line = IsotonicRegression(out_of_bounds="clip").fit(rng.random(200), rng.random(200) < 0.5)
    asked = np.concatenate([rng.random(500) * 1.4 - 0.2, line.X_thresholds_])
    curve = blends.CURVES["isotonic"](line.X_thresholds_.tolist(), line.y_thresholds_.tolist())

    assert [curve(each) for each in asked.tolist()] == line.predict(asked).tolist()


def test_classes_whose_curves_all_say_nothing_share_alike() -> None:
    assert blends._shared([0.0, 0.0, 0.0, 0.0]) == [0.25] * 4
    assert blends._shared([0.25]) == [0.75, 0.25]


def test_why_of_a_vote_of_forests_adds_up_to_the_lead() -> None:
    of = model(FORESTS, 3, False)
    for row in served_rows(table(20, classes=3, seed=5)):
        shares = dict(zip(of.served.classes, of.served.score(row)[1], strict=True))
        added = of.served.added(row)

        assert {name: pytest.approx(sum(adds), abs=1e-12) for name, adds in added.items()} == shares


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", [CALIBRATED, ISOTONIC, ALL])
def test_why_of_others_adds_up_to_the_probabilities_from_those_of_a_typical_row(kind: str, classes: int) -> None:
    of = model(kind, classes, kind != ALL)
    typical = [math.nan if value is None else value for value in of.fitted.typical]
    begin = of.served.score(typical)[1]
    for row in served_rows(table(20, classes=classes, missing=kind != ALL, seed=5)):
        added = of.served.added(row)

        assert [sum(adds) for adds in added.values()] == pytest.approx(of.served.score(row)[1], abs=1e-12)
        assert [adds[0] for adds in added.values()] == pytest.approx(begin, abs=1e-12)


def test_threshold_of_the_recipe_decides_and_why_takes_it_off() -> None:
    with ONE_THREAD():
        fitted = fit(recipe(BLENDS[FORESTS], positive="class-1", threshold=Threshold(0.8)), train=table(300))
    served = load(export(fitted).content).trees
    for row in served_rows(table(20, seed=5)):
        second = served.score(row)[1][1]
        added = served.added(row)

        assert sum(added["class-1"]) - sum(added["class-0"]) == pytest.approx(2 * (second - 0.8), abs=1e-12)


def test_number_that_is_too_large_for_one_member_is_not_scored() -> None:
    for kind in (ISOTONIC, ALL):
        served = model(kind, 2, False).served
        row = [math.nextafter(LARGEST, math.inf) * 10, "tcp", 0.0, 0.0, "tcp"]

        assert all(map(math.isnan, served.score(row)[1]))
        assert served.undefined(row) is None


def test_rows_are_scored_together_as_one_by_one() -> None:
    of = model(ISOTONIC, 3, False)
    rows = served_rows(table(20, classes=3))

    assert [*of.served.score_all(rows)] == [of.served.score(row) for row in rows]


def weights(value: Sequence[float]) -> Callable[[Header, bytearray], None]:
    return lambda header, _: header.update(weights=value)


def first_curve(value: Sequence[Any]) -> Callable[[Header, bytearray], None]:
    return lambda header, _: header["members"][0].update(curves=value)


def descending(header: Header, body: bytearray) -> None:
    _, offset, items = header["sections"]["0.places-0"]
    body[offset : offset + 8 * items] = np.arange(items, 0, -1, dtype="<f8").tobytes()


def shorter(header: Header, _: bytearray) -> None:
    header["sections"]["0.places-0"][2] -= 1


def inner_weights(header: Header, _: bytearray) -> None:
    header["members"][0]["members"][0]["weights"] = [1.0]


DAMAGE: Sequence[tuple[str, Callable[[Header, bytearray], None], str]] = [
    (FORESTS, weights([1.0]), "its members do not have a weight each"),
    (FORESTS, lambda header, _: header.update(members=[]), "its members do not have a weight each"),
    (FORESTS, weights([0.0, 0.0]), "the weights of its members make no mean"),
    (FORESTS, weights([2.0, -1.0]), "the weights of its members make no mean"),
    (FORESTS, weights([2.0, math.inf]), "the weights of its members make no mean"),
    (CALIBRATED, first_curve(["sigmoid", [math.inf, 0.0]]), "a number of a curve is not finite"),
    (CALIBRATED, first_curve(["sigmoid", [1.0, 0.0], [1.0, 0.0]]), "ValueError"),
    (CALIBRATED, first_curve(["sigmoid", [1.0]]), "TypeError"),
    (CALIBRATED, first_curve(["bent", [1.0]]), "KeyError"),
    (ISOTONIC, descending, "the places of a curve do not ascend"),
    (ISOTONIC, shorter, "ValueError"),
    (ALL, inner_weights, "its members do not have a weight each"),
    (ALL, lambda header, _: header.update(typical=[0.0]), "its typical row has not a value for each column"),
]


@pytest.mark.parametrize(("kind", "damage", "words"), DAMAGE)
def test_damage_of_members_is_found(kind: str, damage: Callable[[Header, bytearray], None], words: str) -> None:
    header, body = parts(model(kind, 2, False))
    damage(header, body)

    with pytest.raises(ArtifactInvalid, match=rf"the trees are malformed: {words}"):
        load(whole(header, bytes(body)))


def test_damage_inside_of_a_member_is_found() -> None:
    header, body = parts(model(CALIBRATED, 2, False))
    header["members"][1]["base"] = [0.0, 0.0]

    with pytest.raises(ArtifactInvalid, match="2 scores do not make 2 classes by logistic"):
        load(whole(header, bytes(body)))
