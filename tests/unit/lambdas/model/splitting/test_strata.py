"""Rows are grouped by the classes of the first split."""

from __future__ import annotations

import numpy as np

from lambdas.model.reading.table import Labels
from lambdas.model.splitting.strata import groups_of, strata
from tests.given import data

LABELS = Labels(np.array([2, 0, 1, 2, 0]), ("worm.", "ok.", "spam."))


def test_labels_are_grouped_by_their_classes_in_the_order_of_the_recipe() -> None:
    recipe = data.recipe()

    assert recipe.class_names == ("good", "bad")
    assert groups_of(LABELS, recipe=recipe) == (("ok.",), ("spam.", "worm."))
    assert groups_of(Labels(np.array([0]), ("spam.",)), recipe=recipe) == (("spam.",),), "no group is empty"


def test_row_is_of_the_group_of_its_label_and_a_new_label_is_one_of_its_own() -> None:
    assert strata(LABELS, groups=(("ok.",), ("spam.", "worm."))).tolist() == [1, 1, 0, 1, 1]
    assert strata(LABELS, groups=(("ok.", "ham."),)).tolist() == [1, 2, 0, 1, 2]
