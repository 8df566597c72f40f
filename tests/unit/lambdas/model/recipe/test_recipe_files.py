from __future__ import annotations

from pathlib import Path

import pytest

from lambdas.model.recipe import recipe_files


def write(folder: Path, name: str, text: str = "RECIPE = 1\n") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def problems(folder: Path) -> list[str]:
    return [f"{file.name} {said}" for file, said in recipe_files.problems_in(folder)]


def test_files_are_found_by_their_models(tmp_path: Path) -> None:
    files = [write(tmp_path, name) for name in ("est_lr.py", "loans.py")]

    assert recipe_files.found_in(tmp_path) == dict(zip(("est-lr", "loans"), files, strict=True))
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("my-loans.py", "name it my_loans.py, with model='my-loans'"),
        ("Loans.py", "name it loans.py, with model='loans'"),
        ("2024_loans.py", "name it loans.py, with model='loans'"),
        ("loans copy.py", "name it loans_copy.py, with model='loans-copy'"),
        ("prêts.py", "name it pr_ts.py, with model='pr-ts'"),
        ("l" * 25 + ".py", f"name it {'l' * 24}.py"),
        ("2024.py", "use small letters, digits and _, a letter first"),
    ],
)
def test_file_that_no_model_can_be_named_after_is_told_its_name(name: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, name)

    assert [each for each in problems(tmp_path) if said in each and each.startswith(name)]
    assert recipe_files.found_in(tmp_path) == {}


def test_two_files_for_one_model_are_told(tmp_path: Path) -> None:
    write(tmp_path, "my_loans.py")
    write(tmp_path, "my-loans.py")

    assert problems(tmp_path) == [
        "my-loans.py defines RECIPE, and so does my_loans.py, the same without forbidden characters: remove one"
    ]
    assert list(recipe_files.found_in(tmp_path)) == ["my-loans"]


def test_what_editors_and_python_leave_behind_is_no_recipe(tmp_path: Path) -> None:
    for name in (
        ".#loans.py",
        "loans.py~",
        "loans.py.bak",
        ".loans.py.swp",
        "#loans.py#",
        "__init__.py",
        "loans.pyc",
    ):
        write(tmp_path, name)
    (tmp_path / "__pycache__").mkdir()

    assert recipe_files.found_in(tmp_path) == {}
    assert problems(tmp_path) == []


def test_file_that_is_shared_by_others_is_no_recipe_whatever_its_name(tmp_path: Path) -> None:
    write(tmp_path, "Shared-things.py", "COLUMNS = 1\n")

    assert recipe_files.found_in(tmp_path) == {}
    assert problems(tmp_path) == []


def test_folder_and_dangling_link_are_told_and_hinder_no_other(tmp_path: Path) -> None:
    write(tmp_path, "loans.py")
    (tmp_path / "cars.py").mkdir()
    (tmp_path / "boats.py").symlink_to(tmp_path / "nowhere.py")

    assert list(recipe_files.found_in(tmp_path)) == ["loans"]
    assert problems(tmp_path) == [
        "boats.py is a link to nothing: correct or remove it",
        "cars.py is not a file: a recipe is one Python file",
    ]


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "loans.py").symlink_to("/proc/self/mem")  # a file of which root, too, cannot read the first byte

    assert problems(tmp_path) == ["loans.py cannot be read: correct its permissions"]


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert recipe_files.problem(tmp_path / "loans.py", folder=tmp_path) == "is not there"
