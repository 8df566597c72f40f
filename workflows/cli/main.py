"""The top of the command line: the commands, the stage they act on, and how they end."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import NightswapError
from chalicelib.names import STAGE_NAME
from workflows.cli import data, deploy, local, models, runs, tokens
from workflows.cli.stage import Stage

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended, as shells have it."""


def _stage_name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not STAGE_NAME.fullmatch(value):
        raise click.BadParameter(f"{value!r} is no name of a stage: expected {STAGE_NAME.pattern}, such as prod")
    return value


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--stage",
    envvar="NIGHTSWAP_STAGE",
    default="local",
    show_default=True,
    callback=_stage_name,
    help="The stage to act on. `local` is the local AWS of this clone and never a real account.",
)
@click.pass_context
def group(context: click.Context, stage: str) -> None:
    """Retrain a model, prove it no worse than the live one, version it, and swap the alias of its serving Lambda."""
    context.obj = Stage(stage)


for module in (local, deploy, data, runs, models, tokens):
    for command in module.COMMANDS:
        group.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    logging.getLogger("botocore").setLevel(logging.ERROR)
    try:
        sys.exit(group.main(arguments, prog_name="nightswap", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except NightswapError as exc:
        _fail(type(exc).__name__, exc.message)
    except (ClientError, BotoCoreError) as exc:
        _fail(type(exc).__name__, str(exc))


def _fail(name: str, message: str) -> None:
    click.echo(f"{click.style(name, fg='red', bold=True)}: {message}", err=True)
    sys.exit(1)
