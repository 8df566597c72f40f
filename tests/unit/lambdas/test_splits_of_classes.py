"""No later change of a recipe's classes or label moves a row to the other side of the split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.edges.object_store import Stored
from chalicelib.errors import ColumnMissing
from lambdas.model.data.preparation import Piece
from lambdas.model.reading.table import Labels
from lambdas.model.recipe import Numeric, Recipe, at_least
from lambdas.model.splitting.split import DRAWN, STRATIFIED, Draw, split_rows
from lambdas.model.splitting.strata import strata
from lambdas.pieces import piece_of
from lambdas.splits import Splits
from tests.given import data as model_data

OLD = Draw(STRATIFIED, 0.25, 7, "")
NEW = Draw(DRAWN, 0.2, 42, "salt")
CLASSES = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(["good", "bad", "ugly"]), min_size=5)


@given(
    labels=st.lists(st.sampled_from("abcde"), min_size=1, max_size=60),
    before=CLASSES,
    after=CLASSES,
    rule=st.sampled_from([STRATIFIED, DRAWN]),
)
def test_classes_that_are_named_parted_or_put_together_anew_move_no_row(
    labels: list[str], before: dict[str, str], after: dict[str, str], rule: int
) -> None:
    assume(len(set(before.values())) > 1 and len(set(after.values())) > 1)
    stored = Stored("\n".join(["size,label", *(f"{n},{label}" for n, label in enumerate(labels))]).encode(), "1")
    new = Splits({("a.csv", "0"): replace(OLD, rule=rule)})

    first = piece_of("a.csv", stored=stored, recipe=with_classes(before), known=new)
    handed_on = Splits.from_document(Splits({("a.csv", "1"): first.draw}).to_document())
    second = piece_of("a.csv", stored=stored, recipe=with_classes(after), known=handed_on)

    assert sides(first) == sides(second)


@given(
    labels=st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), min_size=1, max_size=60),
    classes=CLASSES,
    rule=st.sampled_from([STRATIFIED, DRAWN]),
)
def test_label_that_a_recipe_takes_from_another_column_moves_no_row(
    labels: list[tuple[str, str]], classes: dict[str, str], rule: int
) -> None:
    assume(len(set(classes.values())) > 1)
    lines = ["size,label,outcome", *(f"{n},{label},{outcome}" for n, (label, outcome) in enumerate(labels))]
    stored = Stored("\n".join(lines).encode(), "1")
    new = Splits({("a.csv", "0"): replace(OLD, rule=rule)})

    first = piece_of("a.csv", stored=stored, recipe=with_classes(classes), known=new)
    handed_on = Splits.from_document(Splits({("a.csv", "1"): first.draw}).to_document())
    second = piece_of("a.csv", stored=stored, recipe=with_classes(classes, label="outcome"), known=handed_on)
    again = Splits.from_document(Splits({("a.csv", "1"): second.draw}).to_document())
    third = piece_of("a.csv", stored=stored, recipe=with_classes(classes), known=again)

    assert sides(first) == sides(second) == sides(third)


def test_corrected_file_without_the_column_that_it_was_first_split_by_is_refused_and_named() -> None:
    draw = replace(NEW, groups=(("a",), ("b",)), label="label")
    recipe = with_classes({"a": "good", "b": "bad"}, label="outcome")
    stored = Stored(b"size,outcome\n1,a\n2,b\n", "corrected")

    with pytest.raises(ColumnMissing, match=r"a\.csv was first split by its column label, .* data remove a\.csv"):
        piece_of("a.csv", stored=stored, recipe=recipe, known=Splits({("a.csv", "1"): draw}))


def sides(piece: Piece) -> list[list[int]]:
    return [part.tolist() for part in split_rows(strata(piece.labels, groups=piece.draw.groups), draw=piece.draw)]


def with_classes(classes: dict[str, str], *, label: str = "label") -> Recipe:
    most = sorted(set(classes.values()))[0]
    thresholds = [at_least(metric, of=most, bound=0.5) for metric in ("recall", "precision")]
    return model_data.recipe(
        columns=[Numeric("size")], label=label, classes=classes, positive=None, thresholds=thresholds
    )


def test_label_that_comes_with_a_correction_is_drawn_by_itself() -> None:
    labels = Labels(np.array([0, 1, 2]), ("z", "b", "a"))

    assert strata(labels, groups=(("b",), ("c", "a"))).tolist() == [2, 0, 1]
