"""Chalice's own commands, with the runtime that the stage's settings name."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from workflows.deploying.chalice_app.chalice_command import command

CONFIG = '{"version": "2.0", "app_name": "an-app", "stages": {"prod": {}}}'


@pytest.mark.parametrize("runtime", ["python3.12", "python3.13"])
def test_commands_get_a_configuration_with_the_runtime_that_is_asked_for(runtime: str, tmp_path: Path) -> None:
    found: list[str] = []

    @click.command("tell")
    @click.pass_context
    def tell(context: click.Context) -> None:
        config = context.obj["factory"].create_config_obj("prod", autogen_policy=False)
        found.extend([config.lambda_python_version, config.scope("prod", "api_handler").lambda_python_version])
        assert (config.chalice_stage, config.autogen_policy) == ("prod", False), "as Chalice's own commands ask"

    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text(CONFIG)
    (tmp_path / "app.py").write_text("from chalice import Chalice\napp = Chalice('an-app')\n")
    told = click.Group(params=command.params, callback=command.callback, commands={"tell": tell})
    with chdir(tmp_path):
        done = CliRunner().invoke(told, ["--runtime", runtime, "tell"], catch_exceptions=False)

    assert done.exit_code == 0
    assert found == [runtime, runtime]
