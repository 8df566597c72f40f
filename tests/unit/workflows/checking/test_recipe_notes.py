from __future__ import annotations

from tests.given import data
from workflows.checking.recipe import notes_of_all


def test_deployment_is_told_which_recipes_have_a_field_of_another_meaning() -> None:
    old, new = data.recipe(model="old", significance=0.01), data.recipe(model="new")

    (note,) = notes_of_all([old, new])

    assert note.startswith("recipe old: significance=0.01 means sure=0.99 now")
