"""docs/glossary.md has the words by which the project calls things, one entry each, in the order of the alphabet."""

from __future__ import annotations

import re

from chalicelib import layout
from chalicelib.api import access
from chalicelib.contracts.decisions import OUTCOMES
from chalicelib.notices.notice_text import KINDS
from chalicelib.promotion import promotion
from lambdas.serve.handler import FORMATS
from tests.contract.docs import pages

PAGE = pages.PAGES["glossary.md"]
ENTRIES = dict(re.findall(r"^- \*\*([^*]+)\*\*: ((?:.+\n)(?:  .+\n)*)", PAGE, re.MULTILINE))
SENTENCES_MAX = 4
MOVES = (
    *(promotion.PROMOTED, promotion.SHIFTED, promotion.ROLLED_BACK),
    *(promotion.RESTORED, promotion.PINNED, promotion.UNPINNED),
)


def test_every_entry_is_found() -> None:
    assert len(ENTRIES) == PAGE.count("\n- ")


def test_entries_are_in_the_order_of_the_alphabet() -> None:
    assert list(ENTRIES) == sorted(ENTRIES, key=str.lower)


def test_an_entry_is_short() -> None:
    for word, said in ENTRIES.items():
        assert said.count(". ") + 1 <= SENTENCES_MAX, word


def test_every_outcome_and_every_notice_has_an_entry() -> None:
    assert {*OUTCOMES, *KINDS} <= set(ENTRIES)
    for kind in KINDS:
        assert kind in ENTRIES["Notice"]


def test_every_kind_of_move_is_named() -> None:
    assert ENTRIES["Move"].removeprefix("a change of the alias: ").rstrip(".\n").replace(" or ", ", ").split(
        ", "
    ) == list(MOVES)


def test_folders_scopes_and_format_are_as_in_the_code() -> None:
    folders = {
        layout.DATASETS,
        layout.WORK,
        layout.LOCKS,
        layout.LEDGER,
        layout.EVIDENCE,
        layout.ERASED,
        layout.ROW_ANSWERS,
    }

    assert folders <= set(re.findall(r"`([a-z-]+/)`", PAGE))
    assert f"`{access.PREDICT}` or `{access.OPERATE}`" in ENTRIES["Scope"]
    assert all(f"`{name}`" in ENTRIES["Artifact"] for name in FORMATS)
