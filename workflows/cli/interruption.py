"""Tells in one line what Ctrl-C leaves undone: without it, the work would look finished."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click

GOES_ON = "finished work is kept, and the same command continues from there"
"""Of commands that can be repeated until they have done all of their work."""


@contextmanager
def told_when_interrupted(left: str) -> Iterator[None]:
    """Print what is left undone, below the command's output, then let the interruption end it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted: {left}", err=True)
        raise


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Have a command that must clean up do so too where it is told to end, or loses its terminal."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
