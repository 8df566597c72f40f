"""Finds which files of a folder hold a recipe, and which only look so, by name and text, without importing any.

A model's file is named as the model, with `_` for `-`. A file without RECIPE is shared by those that import it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from chalicelib.names import nearest_model_name

DEFINITION = re.compile(r"^RECIPE\b", re.MULTILINE)
FILE_NAME = re.compile(r"[a-z][a-z0-9_]{0,23}\.py")


def model_of(file: Path) -> str:
    """The model that a file is named after.

    >>> model_of(Path("kdd99_http.py"))
    'kdd99-http'
    """
    return file.stem.replace("_", "-")


def found_in(folder: Path) -> dict[str, Path]:
    """The files that hold a recipe, by their models, in alphabetical order."""
    good = [file for file in _candidates(folder) if problem(file, folder=folder) is None and _defines(file)]
    return {model_of(file): file for file in sorted(good)}


def problems_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file that cannot be read, or defines RECIPE under a name that no model can have, with advice."""
    for file in sorted(_candidates(folder)):
        said = problem(file, folder=folder)
        if said is not None:
            yield file, said


def problem(file: Path, *, folder: Path) -> str | None:
    """Why the file is not a recipe of the folder, with advice; None for a recipe and for a shared file."""
    if not file.exists():
        return "is a link to nothing: correct or remove it" if file.is_symlink() else "is not there"
    if not file.is_file():
        return "is not a file: a recipe is one Python file"
    if _text(file) is None:
        return "cannot be read: correct its permissions"
    return _misnamed(file, folder=folder) if _defines(file) and not FILE_NAME.fullmatch(file.name) else None


def _misnamed(file: Path, *, folder: Path) -> str:
    model = nearest_model_name(file.stem)
    if model is None:
        return "defines RECIPE, and its name cannot be a model's: use small letters, digits and _, a letter first"
    name = f"{model.replace('-', '_')}.py"
    if (folder / name).exists():
        return f"defines RECIPE, and so does {name}, the same without forbidden characters: remove one"
    return f"defines RECIPE, and its name cannot be a model's: name it {name}, with model={model!r}"


def _candidates(folder: Path) -> list[Path]:
    # A dot before the name is how editors mark their own, and Python's own begin with an underscore.
    return [file for file in folder.glob("*.py") if not file.name.startswith((".", "_"))]


def defines(text: str) -> bool:
    """Whether a source defines a recipe, as far as its text tells."""
    return DEFINITION.search(text) is not None


def _defines(file: Path) -> bool:
    return defines(_text(file) or "")


def _text(file: Path) -> str | None:
    # A file that is not UTF-8 counts as well: loading it will report the problem.
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return None
