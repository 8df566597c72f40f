"""What every page owes its reader: commands that are taken, paths that exist, links that lead somewhere.

What a page's commands do is shown by the end-to-end tests, which run them on the local AWS.
"""

from __future__ import annotations

import ast
import re
import shlex

import click
import pytest

from tests.contract import command_lines
from tests.contract.docs import pages
from tests.contract.docs.pages import PAGES, ROOT, TEXTS

INDEX = "README.md"
LANGUAGES = {"", "sh", "python", "console", "json", "mermaid", "text"}
LINES_MAX = 250
THEIRS = ("https://",)
EXAMPLES = {"lambdas/recipes/loans.py"}
"""Files that a reader writes."""
STANDS_FOR_A_NAME = re.compile(r"(?<![A-Za-z])[A-Z]{2,}(?![A-Za-z])")
"""Such as STATE in `lambdas/STATE.py`."""
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def of_every_page(found: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(page, each) for page, several in found.items() for each in dict.fromkeys(several)]


def refused(found: dict[str, list[str]], *, accepts: tuple[type[click.UsageError], ...] = ()) -> list[str]:
    """The lines that the command line does not take, with page and reason."""
    wrong = []
    for page, line in of_every_page(found):
        try:
            command_lines.parse(shlex.split(line)[1:])
        except accepts:
            continue
        except click.UsageError as exc:
            wrong.append(f"{page}: {line}: {exc.format_message()}")
    return wrong


def test_every_command_is_taken_as_it_stands() -> None:
    assert refused({page: list(pages.in_blocks(text)) for page, text in TEXTS.items()}) == []


def test_a_sentence_names_a_command_that_there_is() -> None:
    """It may leave out what a command takes."""
    mentioned = {
        page: [line.replace("VERSION", "1") for line in pages.in_sentences(text)] for page, text in TEXTS.items()
    }

    assert refused(mentioned, accepts=(click.MissingParameter,)) == []


@pytest.mark.parametrize("page", TEXTS)
def test_every_line_of_a_shell_block_is_a_command_of_this_project(page: str) -> None:
    for line in "".join(pages.blocks(TEXTS[page], "sh")).splitlines():
        name, *words = line.split()
        assert name in {"nightswap", "export"} or (name == "make" and words[0] in TARGETS), line


@pytest.mark.parametrize("page", TEXTS)
def test_a_sentence_names_a_target_of_make_that_there_is(page: str) -> None:
    assert set(re.findall(r"`make ([a-z-]+)", TEXTS[page])) <= TARGETS


@pytest.mark.parametrize("page", TEXTS)
def test_every_block_names_its_language_and_python_can_be_parsed(page: str) -> None:
    assert {language for language, _ in pages.FENCE.findall(TEXTS[page])} <= LANGUAGES
    for block in pages.blocks(TEXTS[page], "python"):
        ast.parse(block)


@pytest.mark.parametrize("page", TEXTS)
def test_every_path_that_is_named_exists(page: str) -> None:
    for path in pages.PATH.findall(TEXTS[page]):
        assert (ROOT / path).exists() or path in EXAMPLES or STANDS_FOR_A_NAME.search(path), path


@pytest.mark.parametrize("page", TEXTS)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    for target in pages.LINK.findall(pages.prose(TEXTS[page])):
        if not target.startswith(THEIRS):
            name, _, anchor = target.partition("#")
            file = (ROOT / page).parent / name if name else ROOT / page
            assert file.exists(), target
            assert not anchor or anchor in pages.anchors(file.read_text("utf-8")), target


@pytest.mark.parametrize("page", [name for name in PAGES if name != INDEX])
def test_every_page_is_listed_and_stays_short(page: str) -> None:
    assert PAGES[INDEX].count(f"]({page})") == 1
    assert len(PAGES[page].splitlines()) <= LINES_MAX


def test_readme_leads_to_the_pages() -> None:
    assert "(docs/README.md)" in TEXTS["README.md"]
