"""Chalice's own commands, with the runtime that the stage's settings name."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import chdir
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from workflows.deploying.chalice_app.app import chalice
from workflows.deploying.chalice_app.chalice_command import command

ROOT = Path(__file__).parents[5]
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


NIGHTLY = """import os
from chalice import Chalice

app = Chalice("an-app")

@app.schedule(os.environ.get("NIGHTSWAP_SCHEDULE", "cron(0 3 * * ? *)"))
def nightly(event):
    pass
"""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"NIGHTSWAP_SCHEDULE": "rate(2 hours)"}, "rate(2 hours)"), ({"OTHER": "1"}, "cron(0 3 * * ? *)")],
    ids=["set", "not set"],
)
def test_app_is_loaded_with_the_stage_s_settings_and_with_none_of_the_shell_s(
    variables: dict[str, str], expected: str, tmp_path: Path
) -> None:
    (tmp_path / ".chalice").mkdir()
    stages = {
        "prod": {
            "environment_variables": variables,
            "manage_iam_role": False,
            "iam_role_arn": "arn:aws:iam::1:role/r",
        }
    }
    (tmp_path / ".chalice" / "config.json").write_text(
        json.dumps({"version": "2.0", "app_name": "an-app", "stages": stages})
    )
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "app.py").write_text(NIGHTLY)

    subprocess.run(
        [*chalice("python3.13"), "package", "--stage", "prod", "packed"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "AWS_DEFAULT_REGION": "us-east-1",
            "NIGHTSWAP_SCHEDULE": "rate(9 days)",
        },
        check=True,
        capture_output=True,
    )

    template = json.loads((tmp_path / "packed" / "sam.json").read_bytes())
    (event,) = template["Resources"]["Nightly"]["Properties"]["Events"].values()
    assert event["Properties"]["Schedule"] == expected
