from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from chalicelib.errors import RecipeInvalid
from tests.given import imports as given
from workflows.checking import required
from workflows.checking.recipe import try_out

RECIPE = given.recipe("binary", requires=["boosting"])


def installed(release: str) -> required.Version:
    return {"boosting": release}.__getitem__


def missing(name: str) -> str:
    raise metadata.PackageNotFoundError(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / required.LOCK).write_text(
        "boosting==1.0 ; python_version < '3.12' \\\n    --hash=sha256:00\nboosting==2.0 \\\n    --hash=sha256:01\n"
    )
    return tmp_path


@pytest.mark.parametrize("release", ["1.0", "2.0"])
def test_package_that_is_locked_and_here_is_no_problem(folder: Path, release: str) -> None:
    assert [*required.problems(RECIPE, folder=folder, version=installed(release))] == []


def test_package_of_another_release_is_told(folder: Path) -> None:
    (told,) = required.problems(RECIPE, folder=folder, version=installed("3.0"))

    assert told == "it requires boosting 1.0 or 2.0 as locked, and 3.0 is here: run make requires"


def test_package_that_is_not_here_is_told(folder: Path) -> None:
    (told,) = required.problems(RECIPE, folder=folder, version=missing)

    assert told == "it requires boosting, which is not installed here: run make requires"


def test_package_that_is_not_locked_is_told(tmp_path: Path) -> None:
    (told,) = required.problems(RECIPE, folder=tmp_path, version=missing)

    assert told == "it requires boosting, which lambdas/recipes/requires.txt does not lock: run make requires"


def test_recipe_that_requires_what_is_not_there_is_refused_before_its_fit() -> None:
    with pytest.raises(RecipeInvalid, match="recipe imported: it requires boosting, which"):
        try_out(RECIPE)


def test_recipes_of_this_checkout_require_nothing() -> None:
    assert required.names() == []


@pytest.mark.parametrize("name", ["", "boosting==1.0", "-r file", 7])
def test_name_that_is_no_packages_is_refused(name: object) -> None:
    with pytest.raises(RecipeInvalid, match="requires has"):
        given.recipe("binary", requires=[name])
