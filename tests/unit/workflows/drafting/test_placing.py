"""A drafted recipe comes among the recipes whole, and over none that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import BadRequest
from lambdas import recipes
from workflows.drafting.placing import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place("my-loans", tmp_path)


def test_the_file_is_named_as_the_model_and_nothing_else_is_left(place: Place) -> None:
    place.write("RECIPE = 1\n", replaces=False)

    assert {each.name: each.read_text() for each in place.folder.iterdir()} == {"my_loans.py": "RECIPE = 1\n"}


def test_its_place_is_among_the_recipes() -> None:
    assert Place("kdd99-http").file == recipes.file_of("kdd99-http")


def test_a_recipe_that_is_there_is_kept_unless_it_is_replaced(place: Place) -> None:
    place.refuse_present()
    place.write("RECIPE = 1\n", replaces=False)

    with pytest.raises(BadRequest, match=r"lambdas/recipes/my_loans.py is there already: .* --force to replace it"):
        place.refuse_present()
    with pytest.raises(BadRequest, match="is there already"):
        place.write("RECIPE = 2\n", replaces=False)
    assert place.file.read_text() == "RECIPE = 1\n"

    place.write("RECIPE = 3\n", replaces=True)
    assert place.file.read_text() == "RECIPE = 3\n"


def test_a_link_to_nothing_is_in_the_way_too(place: Place) -> None:
    place.file.symlink_to("nowhere.py")

    with pytest.raises(BadRequest, match="is there already"):
        place.refuse_present()


def test_a_recipe_is_tried_where_it_is_no_models(place: Place) -> None:
    with place.tried("RECIPE = 1\n") as file:
        assert (file.name, file.read_text()) == ("my_loans.py", "RECIPE = 1\n")
        assert file.parent != place.folder

    assert not file.exists()
