"""The pages of docs/ and those at the top, and what of each can be held against the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = {page.name: page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md"))}
AT_THE_TOP = {page.name: page.read_text("utf-8") for page in sorted(ROOT.glob("*.md"))}
TEXTS = AT_THE_TOP | {f"docs/{name}": text for name, text in PAGES.items()}
"""All of them, by their paths."""

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"`(nightswap [^`]+)`")
PATH = re.compile(r"`((?:lambdas|workflows|chalicelib|tests|benchmarks|docs|\.chalice|\.github)/[^`*\s]*)`")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def blocks(text: str, language: str) -> list[str]:
    """The contents of the fenced blocks of a language, in their order."""
    return [content for of, content in FENCE.findall(text) if of == language]


def in_blocks(text: str) -> Iterator[str]:
    """Every command line of nightswap in the blocks of a shell, without its comment."""
    for line in "".join(blocks(text, "sh")).splitlines():
        if line.startswith("nightswap "):
            yield line.partition("  #")[0].rstrip()


def in_sentences(text: str) -> Iterator[str]:
    """Every command of nightswap that a sentence names, with or without what it takes."""
    yield from COMMAND.findall(prose(text))


def prose(text: str) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """What a link can name behind `#`, as GitHub makes it of the headings.

    >>> sorted(anchors("# What is asked, and how"))
    ['what-is-asked-and-how']
    """
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(prose(text))}


def section(text: str, anchor: str) -> str:
    """What stands below the heading that a link names, up to the next heading.

    >>> section("# One\\na\\n## Two\\nb\\n", "one")
    'a\\n'
    """
    outside = FENCE.sub(
        lambda block: "\n" * block[0].count("\n"), text
    ).splitlines()  # a comment in one is no heading
    headings = [place for place, line in enumerate(outside) if HEADING.fullmatch(line)]
    begin = next(place for place in headings if anchors(outside[place]) == {anchor})
    end = next((place for place in headings if place > begin), None)
    return "".join(text.splitlines(keepends=True)[begin + 1 : end])


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table, its headers among them."""
    lines = [line.strip() for line in prose(text).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
