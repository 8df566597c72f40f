"""What every page owes its reader: commands that are taken, paths that exist, links that lead somewhere.

What a page's commands do is shown by the end-to-end tests, which run them on the local AWS.
"""

from __future__ import annotations

import ast
import re
import shlex
from contextlib import suppress

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


COMMANDS = of_every_page({page: list(pages.in_blocks(text)) for page, text in TEXTS.items()})
MENTIONED = of_every_page({page: list(pages.in_sentences(text)) for page, text in TEXTS.items()})
LINKS = of_every_page({page: pages.LINK.findall(pages.prose(text)) for page, text in TEXTS.items()})


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_every_command_is_taken_as_it_stands(page: str, line: str) -> None:
    command_lines.parse(shlex.split(line)[1:])


@pytest.mark.parametrize(("page", "line"), MENTIONED)
def test_a_sentence_names_a_command_that_there_is(page: str, line: str) -> None:
    with suppress(click.MissingParameter):  # a sentence may leave out what a command takes
        command_lines.parse(shlex.split(line.replace("VERSION", "1"))[1:])


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


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_every_link_leads_to_a_file_and_a_heading(page: str, target: str) -> None:
    if target.startswith(THEIRS):
        return
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
