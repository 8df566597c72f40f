"""CONTRIBUTING.md's checklists are whole: a file of a list names every member, and a file that does so is on it.

So whoever adds a member and forgets a file of the list is told by a test, and so is whoever makes a new such file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pytest

from app import app
from chalicelib.api import access
from chalicelib.contracts import decisions
from chalicelib.names import TASKS, state_name
from chalicelib.settings.stage import StageSettings
from lambdas.serve.handler import FORMATS
from tests.contract.docs import pages

PAGE = (pages.ROOT / "CONTRIBUTING.md").read_text("utf-8")
LINE = re.compile(r"^- \[ \] `([^`]+)`: .+$", re.MULTILINE)
PLACEHOLDER = re.compile(r"(?<![A-Z])(?:STATE|FORMAT)(?![A-Z])")
WRITTEN_BY_RENDER = {
    "tests/contract/source/numbers.txt",
    "tests/contract/source/words.txt",
    "tests/contract/stacks/golden/nightswap-prod.json",
}
FOLDERS = ("chalicelib", "lambdas", "workflows", "tests", "docs", ".chalice")
TOO_FEW_TO_COUNT = ("An artifact format", "An engine")
"""Kinds with one member, which many files name that do not list them."""

Forms = Mapping[str, frozenset[str]]
"""By member: the ways in which a file may name it, any of which will do."""


def snake(name: str) -> str:
    return name.replace("-", "_")


def states() -> Forms:
    return {task: frozenset({task, snake(task), state_name(task), f"{state_name(task)}Task"}) for task in TASKS}


def routes() -> Forms:
    """Those that a scope opens; the list of scopes names several by one pattern."""
    closed = [path for path, methods in app.routes.items() if any(each.authorizer for each in methods.values())]
    patterns = {path for routes in access.ROUTES.values() for _, path in routes if path.endswith("*")}
    told = {
        path: path.replace("{run}", "ID").replace("{batch}", "ID").replace("{model}", "M").replace("{version}", "V")
        for path in closed
    }
    return {
        path: frozenset({path, told[path], *(each for each in patterns if path.startswith(each[:-1]))})
        for path in closed
    }


def outcomes() -> Forms:
    """By their names, or the constants of them."""
    constants = {value: name for name, value in vars(decisions).items() if name.isupper() and isinstance(value, str)}
    return {outcome: frozenset({outcome, constants[outcome]}) for outcome in decisions.OUTCOMES}


KINDS: Mapping[str, Forms] = {
    "A state": states(),
    "A route": routes(),
    "An outcome": outcomes(),
    "An artifact format": {name: frozenset({name}) for name in FORMATS},
    "An engine": {task: forms for task, forms in states().items() if task == "train"},
    "A setting": {each.variable: frozenset({each.variable}) for each in StageSettings.settings.values()},
}
HEADINGS = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)


def checklist(kind: str) -> list[str]:
    section = re.split(r"^##+ ", PAGE.partition(f"### {kind}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return LINE.findall(section)


@cache
def text(path: str) -> str:
    try:
        return (pages.ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def files() -> list[str]:
    """Of the product, its tests and its pages."""
    found = [file for folder in FOLDERS for file in sorted((pages.ROOT / folder).rglob("*")) if file.is_file()]
    found += [file for file in sorted(pages.ROOT.glob("*")) if file.is_file()]
    return [file.relative_to(pages.ROOT).as_posix() for file in found if "__pycache__" not in file.parts]


def is_named(forms: frozenset[str], *, by: str) -> bool:
    said = text(by)
    return any(form in said and re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", said) for form in forms)


def unnamed(path: str, *, kind: str) -> list[str]:
    """The members that the file of a list does not name; a file for each has the member's name in its own."""
    if PLACEHOLDER.search(path):
        files = {member: PLACEHOLDER.sub(snake(member), path) for member in KINDS[kind]}
        return [member for member, file in files.items() if not (pages.ROOT / file).exists()]
    return [member for member, forms in KINDS[kind].items() if not is_named(forms, by=path)]


def test_every_kind_has_its_checklist() -> None:
    assert list(KINDS) == HEADINGS
    assert all(checklist(kind) for kind in HEADINGS)


@pytest.mark.parametrize("kind", HEADINGS)
def test_every_file_of_a_checklist_names_every_member(kind: str) -> None:
    forgotten = {path: unnamed(path, kind=kind) for path in checklist(kind)}

    assert {path: members for path, members in forgotten.items() if members} == {}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TOO_FEW_TO_COUNT])
def test_no_file_that_names_every_member_is_missing_in_a_checklist(kind: str) -> None:
    known = {*checklist(kind), *WRITTEN_BY_RENDER, "CONTRIBUTING.md"}

    assert [path for path in files() if path not in known and not unnamed(path, kind=kind)] == []
