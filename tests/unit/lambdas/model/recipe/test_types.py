from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import RecipeInvalid
from lambdas.model.gate.thresholds import GateRule, at_least, at_most_cost
from lambdas.model.recipe import Approval, Categorical, Date, Numeric, Recipe, Shift, Split, Tolerate, Window
from lambdas.model.recipe.types import FIELDS, PARTS
from tests.given import data

ACCURATE = at_least("accuracy", bound=0.5)


def untyped(make: Any, *values: Any, **fields: Any) -> Any:
    """As a recipe's author, whom no type checker holds back."""
    return make(*values, **fields)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": None}, "recipe None: model is None: expected a text"),
        ({"columns": None}, "columns is None: expected a list"),
        ({"columns": "age"}, "columns is 'age': expected a list"),
        (
            {"columns": ["a"]},
            "columns[0] is 'a': expected Numeric(...), Numeric.array(...), Date(...) or Categorical(...)",
        ),
        ({"columns": [untyped(Date, 5)]}, "columns[0].name is 5: expected a text"),
        (
            {"columns": [Date("a", minimum="2026-02-30")]},
            "columns[0].minimum is '2026-02-30': expected a date such as '2026-01-31', or None",
        ),
        ({"columns": [Date("a", maximum=1e12)]}, "columns[0].maximum is 1000000000000.0: expected a date such as"),
        ({"columns": [Date("a", minimum=True)]}, "columns[0].minimum is True: expected a date such as"),
        (
            {"columns": [Date("a", missing="imputer")]},
            "columns[0].missing is 'imputer': expected a date such as '2026-01-31', 'median', 'mean' or 'kept', or",
        ),
        ({"columns": [untyped(Date, "a", parts="year")]}, "columns[0].parts is 'year': expected a list"),
        (
            {"columns": [Date("a", parts=["year", "week"])]},
            "columns[0].parts[1] is 'week': expected one of day, days, hour, minute, month, seconds, weekday, year",
        ),
        ({"columns": [Date("a", outside="cut")]}, "columns[0].outside is 'cut': expected 'refuse', 'clip' or"),
        ({"columns": [untyped(Numeric, 5)]}, "columns[0].name is 5: expected a text"),
        ({"columns": [untyped(Numeric, "a", minimum="0")]}, "columns[0].minimum is '0': expected a number, or None"),
        ({"columns": [untyped(Numeric, "a", maximum=True)]}, "columns[0].maximum is True"),
        ({"columns": [Categorical("a", allowed="xyz")]}, "columns[0].allowed is 'xyz': expected a list, or None"),
        ({"columns": [untyped(Categorical, "a", allowed={"x"})]}, "columns[0].allowed is {'x'}: expected a list"),
        ({"columns": [untyped(Categorical, "a", allowed=["x", 1])]}, "columns[0].allowed[1] is 1: expected a text"),
        ({"label": 5}, "label is 5: expected a text"),
        ({"classes": ["paid", "defaulted"]}, "expected a dict of raw label to class name"),
        ({"classes": {1: "bad", 0: "good"}}, "a raw label of classes is 1: expected a text"),
        ({"classes": {"x": "bad", "y": None}}, "classes['y'] is None: expected a text"),
        ({"estimator": None}, "estimator is None: expected a function of the columns"),
        ({"positive": 1}, "positive is 1: expected a text, or None"),
        ({"other": 3}, "other is 3: expected a text, or None"),
        ({"tolerate": 0.01}, "tolerate is 0.01: expected Tolerate(...)"),
        ({"tolerate": untyped(Tolerate, files=1.5)}, "tolerate.files is 1.5: expected a whole number"),
        ({"tolerate": untyped(Tolerate, rows="0.01")}, "tolerate.rows is '0.01': expected a number"),
        ({"split": 0.2}, "split is 0.2: expected Split(...)"),
        ({"split": untyped(Split, holdout_ratio="0.2")}, "split.holdout_ratio is '0.2': expected a number"),
        ({"split": untyped(Split, seed=1.5)}, "split.seed is 1.5: expected a whole number"),
        ({"split": untyped(Split, group=7)}, "split.group is 7: expected a text, or None"),
        ({"split": untyped(Split, duplicates=True)}, "split.duplicates is True: expected a text, or None"),
        ({"split": untyped(Split, by=7)}, "split.by is 7: expected a text, or None"),
        ({"split": untyped(Split, nights=1.5)}, "split.nights is 1.5: expected a whole number, or None"),
        ({"split": untyped(Split, days="7")}, "split.days is '7': expected a whole number, or None"),
        ({"split": untyped(Split, column=7)}, "split.column is 7: expected a text, or None"),
        ({"window": 30}, "window is 30: expected Window(...), or None"),
        ({"window": untyped(Window, nights=1.5)}, "window.nights is 1.5: expected a whole number, or None"),
        ({"window": untyped(Window, days=True)}, "window.days is True: expected a whole number, or None"),
        ({"window": untyped(Window, column=7)}, "window.column is 7: expected a text, or None"),
        ({"split": Split(seed=10**5000)}, "split.seed is a value of type int: expected a whole number"),
        ({"anchor": "first"}, "anchor is 'first': expected 'ratchet', the number of a model version, or None"),
        ({"anchor": 0}, "anchor is 0: expected 'ratchet', the number of a model version, or None"),
        ({"anchor": True}, "anchor is True: expected 'ratchet', the number of a model version, or None"),
        ({"compare_with_champion": "no"}, "compare_with_champion is 'no': expected True or False"),
        ({"significance": "x"}, "significance is 'x': expected a number, or None"),
        ({"sure": None}, "sure is None: expected a number"),
        ({"cross_validation_folds": "3"}, "cross_validation_folds is '3': expected a whole number"),
        ({"cross_validation_folds": False}, "cross_validation_folds is False"),
        ({"rollout": None}, "rollout is None: expected a list"),
        ({"approve": "yes"}, "approve is 'yes': expected True, False or Approval(...)"),
        ({"approve": untyped(Approval, "a day")}, "approve.within_hours is 'a day': expected a whole number"),
        ({"approve": untyped(Approval, 24, 5)}, "approve.otherwise is 5: expected a text"),
        ({"rollout": 5}, "rollout is 5: expected a list"),
        ({"rollout": [(0.1, 5)]}, "rollout[0] is (0.1, 5): expected Shift(share, seconds=...)"),
        ({"rollout": [untyped(Shift, "0.1", seconds=5)]}, "rollout[0].share is '0.1': expected a number"),
        ({"rollout": [untyped(Shift, 0.1, seconds=True)]}, "rollout[0].seconds is True: expected a whole number"),
        ({"thresholds": 5}, "thresholds is 5: expected a list"),
        (
            {"thresholds": ["recall"]},
            "thresholds[0] is 'recall': expected at_least(...), at_most(...), at_most_cost(",
        ),
        ({"thresholds": [untyped(at_least, 5, bound=0)]}, "thresholds[0].metric is 5: expected a text"),
        ({"thresholds": [untyped(at_least, "f1", bound="0.7")]}, "thresholds[0].bound is '0.7': expected a number"),
        ({"thresholds": [untyped(at_least, "f1", bound=None)]}, "thresholds[0].bound is None: expected a number"),
        ({"thresholds": [untyped(at_least, "f1", bound=True)]}, "thresholds[0].bound is True: expected a number"),
        ({"thresholds": [untyped(at_least, "f1", bound=1, of=1)]}, "thresholds[0].of is 1: expected a text, or None"),
        ({"thresholds": [untyped(at_least, "f1", bound=1, margin="")]}, "thresholds[0].margin is ''"),
        ({"thresholds": [untyped(at_least, "f1", bound=1, sure="0.9")]}, "thresholds[0].sure is '0.9'"),
        (
            {"thresholds": [untyped(at_most_cost, 5, of="bad", per_row=1)]},
            "thresholds[0].costs is 5: expected a dict",
        ),
        (
            {"thresholds": [untyped(at_most_cost, {1: 5}, of="bad", per_row=1)]},
            "an error of thresholds[0].costs is 1",
        ),
        (
            {"thresholds": [untyped(at_most_cost, {"fn": "5"}, of="bad", per_row=1)]},
            "thresholds[0].costs['fn'] is '5': expected a number",
        ),
        ({"thresholds": [GateRule("f1", None, ">", 0, None)]}, "thresholds[0].direction is '>': expected '>=' or"),
        ({"format": 1}, "format is 1: expected a text"),
    ],
)
def test_field_of_a_wrong_type_is_named_with_what_was_expected(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**changes)

    assert words in raised.value.message


def test_whole_number_is_one_that_64_bits_hold() -> None:
    assert data.recipe(anchor=2**63 - 1).named_anchor == 2**63 - 1
    for whole in (2**63, -(2**63)):
        with pytest.raises(RecipeInvalid, match=f"split.seed is {whole}: expected a whole number"):
            data.recipe(split=Split(seed=whole))
    with pytest.raises(RecipeInvalid, match="seed is -9223372036854775807: expected 0 to"):
        data.recipe(split=Split(seed=1 - 2**63))


def test_every_field_has_its_type() -> None:
    assert FIELDS.keys() == {field.name for field in dataclasses.fields(Recipe)}
    for part, kinds in PARTS.items():
        assert kinds.keys() == {field.name for field in dataclasses.fields(part)}


numbers = st.one_of(st.integers(), st.floats(), st.booleans(), st.sampled_from([10**400, 0.5, 1, 3]))
atoms = st.one_of(
    st.none(), numbers, st.text(max_size=5), st.binary(max_size=3), st.complex_numbers(), st.just(object())
)
anything = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(atoms, inner, max_size=3),
        st.frozensets(atoms, max_size=2),
    ),
    max_leaves=6,
)
PART_VALUES: list[st.SearchStrategy[Any]] = [
    st.builds(untyped, st.just(part), *[anything] * len(kinds)) for part, kinds in PARTS.items()
]
near = st.one_of(
    st.lists(st.one_of(*PART_VALUES), max_size=3),
    st.lists(st.builds(Shift, numbers, numbers), max_size=3),
    st.lists(st.builds(Numeric, st.text(max_size=2), numbers, numbers), min_size=1, max_size=3),
    st.lists(
        st.builds(
            GateRule,
            st.sampled_from(["recall", "support", "accuracy", "roc_auc"]),
            st.sampled_from([None, "bad", "good"]),
            st.sampled_from([">=", "<="]),
            numbers,
            st.one_of(st.none(), numbers),
        ),
        max_size=3,
    ),
    *PART_VALUES,
)


@settings(max_examples=300)
@given(changes=st.dictionaries(st.sampled_from(sorted(FIELDS)), st.one_of(near, anything), min_size=1, max_size=3))
def test_whatever_a_field_holds_the_recipe_is_taken_or_refused_as_invalid(changes: dict[str, Any]) -> None:
    try:
        recipe = data.recipe(**changes)
    except RecipeInvalid as refused:
        assert refused.details["problems"]
    else:
        assert len(recipe.class_names) >= 2
