"""The screen of the command line, as wide as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workflows.cli.screen import console


@contextmanager
def as_wide_as(characters: int) -> Iterator[None]:
    before = console.width
    console.width = characters
    try:
        yield
    finally:
        console.width = before
