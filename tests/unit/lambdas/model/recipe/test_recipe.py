from __future__ import annotations

import math
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from chalicelib.limits import CLASSES, COLUMNS, LABELS, LEVELS, MESSAGE_CHARACTERS, THRESHOLDS
from chalicelib.promotion import promotion
from lambdas.model.recipe import (
    Approval,
    Categorical,
    Columns,
    Numeric,
    SageMaker,
    Serving,
    Shift,
    Split,
    Tolerate,
    Window,
    at_least,
    at_most_cost,
    rules,
)
from tests.given import data


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "Flows"}, "model is 'Flows'"),
        ({"model": "a" * 25}, "a model's name is 1 to 24 small letters"),
        ({"columns": []}, "there is no column"),
        ({"positive": "x" * 5000}, "xxx': expected one of bad, good"),
        ({"format": "x" * 5000}, "xxx': expected one of scorecard"),
        ({"columns": [Numeric("a"), Categorical("a")]}, "column a is named twice"),
        ({"columns": [Numeric("model")]}, "'model' cannot be a column's name"),
        ({"columns": [Numeric("label")]}, "the label label is among the columns"),
        ({"columns": [Numeric(" a")]}, "has spaces around it"),
        ({"columns": [Numeric("")]}, "it is empty"),
        ({"columns": [Numeric("a", minimum=2, maximum=1)]}, "minimum 2 above its maximum 1"),
        ({"columns": [Numeric("a", minimum=-math.inf)]}, "not finite"),
        ({"columns": [Categorical("a", allowed=[])]}, "allowed of column a"),
        ({"columns": [Categorical("a", allowed=["x", "x"])]}, "allowed of column a"),
        ({"columns": [Categorical("a", allowed=[""])]}, "allowed of column a"),
        ({"classes": {"ok.": "good"}, "positive": None}, "fewer than two classes"),
        ({"classes": {"": "good", "x": "bad"}}, "an empty text"),
        ({"classes": {}, "other": "bad"}, "classes and other name fewer than two classes"),
        ({"other": ""}, "other is an empty text"),
        ({"other": "b\nad"}, "the class 'b\\nad' holds a line break"),
        ({"tolerate": Tolerate(rows=-0.01)}, "tolerate.rows is -0.01: expected a share, 0 or more and less than 1"),
        ({"tolerate": Tolerate(rows=1)}, "tolerate.rows is 1: expected"),
        ({"tolerate": Tolerate(rows=math.nan)}, "tolerate.rows is nan: expected"),
        ({"tolerate": Tolerate(files=-1)}, "tolerate.files is -1: expected 0 to 9,999"),
        ({"tolerate": Tolerate(files=10_000)}, "tolerate.files is 10000: expected 0 to 9,999"),
        ({"positive": "ugly"}, "positive is 'ugly': expected one of bad, good"),
        ({"split": Split(holdout_ratio=1)}, "holdout_ratio is 1"),
        ({"split": Split(holdout_ratio=0)}, "holdout_ratio is 0: expected 0.0001 to 0.9999"),
        ({"split": Split(holdout_ratio=1e-300)}, "holdout_ratio is 1e-300"),
        ({"split": Split(holdout_ratio=0.99999)}, "holdout_ratio is 0.99999"),
        ({"classes": {"ok.": "go\tod", "spam.": "bad"}}, "the class 'go\\tod' holds a line break or another"),
        ({"classes": {"ok.": "\u202egood", "spam.": "bad"}}, "that cannot be seen"),
        ({"split": Split(seed=-1)}, "seed is -1"),
        ({"split": Split(duplicates="apart")}, "split.duplicates is 'apart': expected 'together' or None"),
        ({"split": Split(group="label")}, "split.group is the label label"),
        ({"split": Split(group=" a")}, "split.group is ' a', which is no column's name"),
        ({"split": Split(group="")}, "split.group is '', which is no column's name"),
        ({"split": Split(group="a", duplicates="together")}, "split has both group and duplicates"),
        ({"split": Split(by="age")}, "split.by is 'age': expected 'time' or None"),
        ({"split": Split(by="time", group="a")}, "split has both group and by"),
        ({"split": Split(nights=7)}, "split has nights without by='time': add that"),
        ({"split": Split(days=7, column="a")}, "split has days and column without by='time'"),
        (
            {"split": Split(by="time", nights=7, column="a")},
            "split counts nights, which are of whole files, and names",
        ),
        ({"split": Split(by="time", days=7)}, "split counts days and names no column of dates"),
        ({"split": Split(by="time", nights=0)}, "split.nights is 0: expected 1 to 36525"),
        ({"split": Split(by="time", days=36_526, column="a")}, "split.days is 36526: expected 1 to 36525"),
        ({"split": Split(by="time", column="label")}, "split.column is the label label"),
        ({"window": Window()}, "window is either of nights, of whole files, or of days by a column of dates"),
        ({"window": Window(nights=1, days=1, column="a")}, "window is either of nights"),
        ({"window": Window(days=1)}, "window is either of nights"),
        ({"window": Window(nights=1, column="a")}, "window is either of nights"),
        ({"window": Window(nights=0)}, "window.nights is 0: expected 1 to 36525"),
        ({"window": Window(days=0, column="a")}, "window.days is 0: expected 1 to 36525"),
        ({"window": Window(days=1, column="label")}, "window.column is the label label"),
        ({"window": Window(days=1, column=" a")}, "window.column is ' a', which is no column's name"),
        ({"window": Window(days=1, column="a" * 101)}, "the column's name 'aaa"),
        (
            {"window": Window(nights=7), "split": Split(by="time", nights=7)},
            "window has 7 nights, and split holds 7 of them out: none is left to train on",
        ),
        (
            {"window": Window(days=7, column="a"), "split": Split(by="time", days=7, column="a")},
            "window has 7 days, and split holds 7 of them out: none is left to train on",
        ),
        ({"split": Split(group="a" * 101)}, "the column's name 'aaa"),
        ({"cross_validation_folds": 1}, "cross_validation_folds is 1"),
        ({"significance": 0}, "significance is 0: expected 0.0001 or more, and less than 0.5"),
        ({"significance": 1e-9}, "significance is 1e-09"),
        ({"significance": 1}, "significance is 1"),
        ({"significance": math.nan}, "significance is nan"),
        ({"rollout": [Shift(n / 20, seconds=1) for n in range(1, 12)]}, "rollout has 11 steps: expected 10 at most"),
        ({"rollout": [Shift(0.5, seconds=1), Shift(0.5, seconds=1)]}, "rollout shifts 0.5, 0.5: expected growing"),
        ({"rollout": [Shift(0.0, seconds=1)]}, "rollout shifts 0.0"),
        ({"rollout": [Shift(1.0, seconds=1)]}, "rollout shifts 1.0"),
        ({"rollout": [Shift(1 / 3, seconds=1)]}, "rollout shifts 0.3333333333333333: expected 4 decimals at most"),
        ({"rollout": [Shift(0.00001, seconds=1)]}, "rollout shifts 1e-05: expected 4 decimals at most"),
        ({"rollout": [Shift(0.5, seconds=0)]}, "a step of rollout lasts 0 s"),
        ({"approve": Approval(within_hours=0)}, "approve waits 0 hours: expected 1 to 720"),
        ({"approve": Approval(within_hours=721)}, "approve waits 721 hours: expected 1 to 720"),
        ({"approve": Approval(otherwise="wait")}, "approve has otherwise='wait': expected reject or approve"),
        ({"serving": Serving(memory_mb=127)}, "serving.memory_mb is 127: expected 128 to 10,240, or None"),
        ({"serving": Serving(memory_mb=10_241)}, "serving.memory_mb is 10241: expected 128 to 10,240, or None"),
        ({"serving": Serving(timeout_seconds=0)}, "serving.timeout_seconds is 0: expected 1 to 60, or None"),
        ({"serving": Serving(timeout_seconds=61)}, "serving.timeout_seconds is 61: expected 1 to 60, or None"),
        (
            {"engine": SageMaker("ml.p3.2xlarge")},
            "engine.instance_type is 'ml.p3.2xlarge': expected one of ml.m5.large",
        ),
        ({"engine": SageMaker(max_runtime_seconds=59)}, "engine.max_runtime_seconds is 59: expected 60 to 86,400"),
        ({"engine": SageMaker(max_runtime_seconds=86_401)}, "engine.max_runtime_seconds is 86401: expected 60 to"),
        ({"engine": SageMaker(volume_gb=0)}, "engine.volume_gb is 0: expected 1 to 1,024"),
        ({"engine": "sagemaker", "requires": ["xgboost-cpu"]}, "requires names packages, which SageMaker's image"),
        ({"engine": "sagemaker", "format": "onnx"}, "format is 'onnx', whose libraries SageMaker's image"),
        ({"engine": "spark"}, "engine is 'spark': expected 'lambda' or 'sagemaker', or SageMaker(...)"),
        ({"engine": SageMaker(spot=1)}, "engine.spot is 1: expected True or False"),  # type: ignore[arg-type]
        ({"rollout": [Shift(0.5, seconds=86_401)]}, "a step of rollout lasts 86401 s"),
        ({"format": "pickle"}, "format is 'pickle'"),
    ],
)
def test_contradiction_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**changes)

    assert words in raised.value.message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": [Numeric(f"c{n}") for n in range(COLUMNS + 1)]}, "1,001 columns: 1,000 are the most"),
        ({"columns": [Numeric("c" * 101)]}, "has 101 characters: 100 are the most"),
        ({"columns": [Numeric(f"{n}" * 200) for n in range(9)]}, "has 200 characters, as have 8 more: 100 are"),
        ({"label": "l" * 101}, "has 101 characters: 100 are the most"),
        ({"classes": {f"{n}": f"{n}" for n in range(CLASSES + 1)}}, "101 classes: 100 are the most"),
        ({"classes": {"a": "x" * 61, "b": "y"}}, "has 61 characters: 60 are the most"),
        ({"classes": {f"{n}": f"{n % 2}" for n in range(LABELS + 1)}}, "10,001 raw labels in classes: 10,000 are"),
        ({"classes": {"a" * 129: "x", "b": "y"}}, "has 129 characters: 128 are the most"),
        ({"columns": [Categorical("c", allowed=[f"{n}" for n in range(LEVELS + 1)])]}, "100,001 allowed categories"),
        ({"columns": [Categorical("c", allowed=["x" * 129])]}, "has 129 characters: 128 are the most"),
        ({"thresholds": [data.recipe().thresholds[0]] * (THRESHOLDS + 1)}, "201 thresholds: 200 are the most"),
    ],
)
def test_recipe_is_as_large_as_its_limits_and_no_larger(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**changes)

    assert words in raised.value.message


def test_two_thousand_problems_make_a_message_of_the_first_twenty() -> None:
    columns = [Numeric(f"c{n}", minimum="none") for n in range(2_000)]  # type: ignore[arg-type]

    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(columns=columns)

    assert raised.value.details["problems"][-1] == "1,980 more problems of that kind"
    assert len(raised.value.message) <= MESSAGE_CHARACTERS


@pytest.mark.parametrize(
    ("problems", "last"), [(20, "columns[19].minimum"), (21, "1 more problems of that kind")], ids=["20", "21"]
)
def test_twenty_problems_are_named_and_the_others_counted(problems: int, last: str) -> None:
    columns = [Numeric(f"c{n}", minimum="none") for n in range(problems)]  # type: ignore[arg-type]

    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(columns=columns)

    assert raised.value.details["problems"][-1].startswith(last)
    assert len(raised.value.details["problems"]) == min(problems, 21)


def test_problems_without_end_are_counted_so_far_as_it_matters() -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(columns=range(10**12))

    assert raised.value.details["problems"][-1] == f"at least {rules.PROBLEMS_MAX - 20:,} more problems of that kind"


def test_all_contradictions_are_named_at_once() -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(model="?", format="?", thresholds=[])

    assert len(raised.value.details["problems"]) == 3


def test_positions_put_numbers_before_texts_whatever_the_order_of_the_columns() -> None:
    recipe = data.recipe(columns=[Categorical("a"), Numeric("b"), Categorical("c"), Numeric("d")])

    assert recipe.positions == Columns(numeric=[0, 1], categorical=[2, 3])


def test_positive_class_is_the_last_of_the_classes() -> None:
    assert data.recipe().class_names == ("good", "bad")
    assert data.recipe(positive=None).class_names == ("bad", "good")


def test_rollout_has_at_most_the_steps_that_one_judging_has_numbers_for() -> None:
    assert rules.SHIFTS_MAX == promotion.SHIFTS_MAX
    assert len(data.recipe(rollout=[Shift(n / 20, seconds=1) for n in range(1, 11)]).rollout) == 10


@pytest.mark.parametrize(("anchor", "named"), [("ratchet", None), (3, 3), (None, None)])
def test_anchor_is_named_by_the_number_of_its_version(anchor: str | int | None, named: int | None) -> None:
    assert data.recipe(anchor=anchor).named_anchor == named


def test_costs_without_a_class_are_those_of_the_positive_one() -> None:
    cost, floor = at_most_cost({"fn": 50, "fp": 1}, per_row=0.4), at_least("accuracy", bound=0.9)

    recipe = data.recipe(thresholds=[cost, floor])

    assert [each.of for each in recipe.thresholds] == ["bad", None]
    assert recipe == data.recipe(thresholds=[at_most_cost({"fn": 50, "fp": 1}, of="bad", per_row=0.4), floor])


def test_costs_without_a_class_need_a_positive_one() -> None:
    with pytest.raises(RecipeInvalid, match="cost_per_row is of None: expected one of bad, good"):
        data.recipe(positive=None, thresholds=[at_most_cost({"fn": 50, "fp": 1}, per_row=0.4)])


def test_other_is_a_class_of_its_own_or_one_that_labels_have() -> None:
    own, shared = data.recipe(other="strange"), data.recipe(other="good")

    assert (own.class_names, shared.class_names) == (("good", "strange", "bad"), ("good", "bad"))
    assert [own.class_of(label) for label in ("ok.", "never seen", "")] == ["good", "strange", None]
    assert shared.class_of("never seen") == "good"


def test_without_other_an_unlisted_label_is_of_no_class() -> None:
    assert data.recipe().class_of("never seen") is None


def test_one_listed_class_and_another_for_the_rest_are_two() -> None:
    assert data.recipe(classes={"ok.": "good"}, other="bad").class_names == ("good", "bad")


@pytest.mark.parametrize("rows", [0, 0.0, 0.999999])
def test_share_of_rows_to_tolerate_is_taken_up_to_its_limits(rows: float) -> None:
    assert data.recipe(tolerate=Tolerate(rows=rows)).tolerate.rows == rows


def test_files_to_tolerate_are_taken_up_to_their_limit() -> None:
    assert data.recipe(tolerate=Tolerate(files=9_999)).tolerate.files == 9_999


def test_class_of_all_other_labels_is_one_of_the_classes() -> None:
    recipe = data.recipe(classes={"spam.": "bad", "worm.": "bad"}, other="anything")

    assert recipe.class_names == ("anything", "bad")
    assert [recipe.class_of(label) for label in ("worm.", "new.", "")] == ["bad", "anything", None]
