"""Defines the top of the command line: its commands, and its exit codes."""

from __future__ import annotations

import errno
import io
import logging
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from chalicelib.cutting import quoted
from chalicelib.errors import DiskFull, ModelUnknown, NightswapError
from lambdas import recipes
from workflows import aws_errors
from workflows.checking.recipe import in_lines
from workflows.cli import (
    approvals,
    backtest,
    batch,
    check,
    cost,
    data,
    deploy,
    destroy,
    doctor,
    endpoints,
    explain,
    imports,
    init,
    ledger,
    local,
    model_removal,
    models,
    moves,
    plan,
    predictions,
    prune,
    put_back,
    rebuild,
    runs,
    serve,
    tokens,
)
from workflows.cli.sentences import complaint
from workflows.local.state import disk_full

BARRED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR, errno.ENOTDIR, errno.EEXIST}
"""Error codes of a file that belongs to somebody else, is read-only, or has the place of another."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Retrain a model, judge it against the live one, version it, and swap the alias of its serving Lambda."""


MODULES = (
    local,
    init,
    check,
    doctor,
    plan,
    cost,
    deploy,
    destroy,
    data,
    runs,
    imports,
    explain,
    backtest,
    model_removal,
    models,
    predictions,
    batch,
    serve,
    moves,
    approvals,
    ledger,
    rebuild,
    prune,
    endpoints,
    put_back,
    tokens,
)
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended, as shells have it."""

for module in MODULES:
    for command in module.COMMANDS:
        group.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    logging.getLogger("botocore").setLevel(logging.ERROR)
    _take_every_character()
    try:
        sys.exit(group.main(arguments, prog_name="nightswap", standalone_mode=False) or 0)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except NightswapError as exc:
        accepted = exc.details.get("accepted")
        said = in_lines(exc) + (f" (accepted: {accepted})" if accepted else "")
        _fail(type(exc).__name__, said + _not_deployed(exc))
    except Exception as exc:
        if disk_full.is_full(exc):
            _fail(DiskFull.__name__, f"no room is left for {exc.filename or 'a file'}: make some, then try again")
        if (barred := _barred(exc)) is not None:
            _fail(type(exc).__name__, f"{barred}: make it writable for the user who runs this, or move it away")
        if not aws_errors.is_of_aws(exc):
            raise
        _fail(type(exc).__name__, aws_errors.in_words(exc))


def _take_every_character() -> None:
    """Have a terminal that lacks a character show another: else the command would end, and its work go on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _not_deployed(error: NightswapError) -> str:
    """The way out for a model that the stage lacks and that has a recipe here; an empty text for another error."""
    if isinstance(error, ModelUnknown) and any(error.message.endswith(quoted(name)) for name in recipes.names()):
        return ". Its recipe is here, and not deployed: nightswap deploy"
    return ""


def _barred(error: Exception) -> str | None:
    """The file or folder that cannot be used as it is, and why; None where the error is another."""
    if isinstance(error, OSError) and error.errno in BARRED and error.filename:
        return f"{error.filename2 or error.filename} cannot be used ({error.strerror})"
    return None


def _fail(name: str, message: str) -> NoReturn:
    complaint(name, message)
    sys.exit(1)
