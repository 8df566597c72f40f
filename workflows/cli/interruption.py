"""Tells in one line what Ctrl-C leaves undone: without it, the work would look finished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

GOES_ON = "finished work is kept, and the same command continues from there"
"""Of commands that can be repeated until they have done all of their work."""


@contextmanager
def told_when_interrupted(left: str) -> Iterator[None]:
    """Say what is left, after all that the command drew; the interruption ends it as ever."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted: {left}", err=True)
        raise
