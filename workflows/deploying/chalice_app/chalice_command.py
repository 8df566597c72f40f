"""Runs Chalice's own commands with one change: the app's runtime is a setting, not the Python that runs them.

    python -P -m workflows.deploying.chalice_app.chalice_command --runtime python3.13 deploy --stage prod

Chalice takes whatever Python the developer has, so that two developers would change a stage's runtime in turn. All
that it derives from the runtime comes from its configuration: the functions' own, and the target of their wheels. It
imports nothing of this project: the app that Chalice loads may be another clone's.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import click
from chalice.cli import cli
from chalice.cli.factory import CLIFactory
from chalice.config import Config

COMMANDS = ("deploy", "package")
SETTINGS = "NIGHTSWAP_"


class FixedRuntime(Config):
    """Chalice's configuration; the copies that it makes for each function are of this class too."""

    @property
    def lambda_python_version(self) -> str:
        return str(self._chain_lookup("lambda_python_version"))


class Factory(CLIFactory):
    """Source: chalice 1.34, chalice/cli/factory.py: every command asks it for its configuration."""

    def __init__(self, folder: str, *, runtime: str) -> None:
        super().__init__(folder, environ=os.environ)  # where the app, when it is loaded, reads the stage's settings
        self._runtime = runtime

    def create_config_obj(self, *args: Any, **given: Any) -> Config:
        made = super().create_config_obj(*args, **given)
        return FixedRuntime(
            chalice_stage=made.chalice_stage,
            user_provided_params=made._user_provided_params,
            config_from_disk=made._config_from_disk,
            default_params={**made._default_params, "lambda_python_version": self._runtime},
        )


@click.group(commands={name: cli.commands[name] for name in COMMANDS})
@click.option("--runtime", required=True)
@click.pass_context
def command(context: click.Context, runtime: str) -> None:
    """Runs in the project's folder, as Chalice's own does."""
    warnings.filterwarnings("ignore", message="You are currently running python")
    for name in [each for each in os.environ if each.startswith(SETTINGS)]:
        del os.environ[name]  # a setting is the stage's alone, whatever the shell has
    folder = str(Path.cwd())
    context.obj = {"project_dir": folder, "debug": False, "factory": Factory(folder, runtime=runtime)}


if __name__ == "__main__":
    command()
