"""The doctor's command: what it prints, and how it ends."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from rich.console import Console

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from tests.fakes.stage import FakeStage
from workflows.cli.doctor import shown
from workflows.cli.main import group
from workflows.doctor.deployer_policy import policy_of
from workflows.doctor.finding import error, ok
from workflows.stacks.settings import CONFIG, stage_settings

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")


def test_policy_is_printed_for_the_stage() -> None:
    document = cast(Any, FakeStage(name="prod").json("doctor", "--print-policy"))

    assert document["Version"] == "2012-10-17"
    assert "PassRoles" in {statement["Sid"] for statement in document["Statement"]}


def test_policy_is_printed_with_the_permissions_boundary_of_the_stage(tmp_path: Path) -> None:
    boundary = "arn:aws:iam::123456789012:policy/bounds"
    variables = {"NIGHTSWAP_STAGE": "prod", "NIGHTSWAP_PERMISSIONS_BOUNDARY": boundary}
    (tmp_path / ".chalice").mkdir()
    (tmp_path / CONFIG).write_text(json.dumps({"stages": {"prod": {"environment_variables": variables}}}))

    document = policy_of(NAMES, stage_settings("prod", root=tmp_path))

    (making,) = [each for each in document["Statement"] if each["Sid"] == "MakeRoles"]
    assert making["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundary}}


@pytest.mark.parametrize(("usd", "sids"), [(0, []), (50, ["Bill"])])
def test_policy_is_printed_with_the_permissions_for_a_budget_where_the_stage_has_one(
    usd: int, sids: list[str]
) -> None:
    document = policy_of(NAMES, StageSettings(monthly_budget_usd=usd))

    assert [each["Sid"] for each in document["Statement"] if each["Sid"] == "Bill"] == sids


def test_stage_that_is_not_configured_fails_with_the_way_out() -> None:
    result = CliRunner().invoke(group, ["doctor", "--stage", "nope"])

    assert result.exit_code == 1
    assert "there is no stage 'nope'" in result.output
    assert "->" in result.output


def test_sizes_are_measured_when_they_are_asked_for_and_else_the_way_is_told() -> None:
    """Of a stage that is not configured nothing can be built, which is told at once."""
    said = {
        flags: CliRunner().invoke(group, ["doctor", "--stage", "nope", *flags]).output for flags in ((), ("--sizes",))
    }

    assert "sizes: were not measured" in said[()]
    assert "packages and layers: cannot be built" not in said[()]
    assert "sizes: were not measured" not in said[("--sizes",)]
    assert "packages and layers: cannot be built: there is no stage 'nope'" in said[("--sizes",)]


def test_findings_are_handed_on_as_they_are_shown() -> None:
    findings = [ok("is there", where="git"), error("is not there", where="uv", way_out="make setup")]

    assert list(shown(findings)) == findings


@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_error_is_as_wide_as_a_terminal_and_as_it_is_for_a_program(is_terminal: bool) -> None:
    screen = Console(file=StringIO(), force_terminal=is_terminal, width=80, color_system=None)
    problems = ["a column's name is 'age', as another's is, so the two could not be told apart in a request", "b"]

    wrong = error(f"it is wrong:\n  - {problems[0]}\n  - {problems[1]}", where="recipe loans", way_out="correct it")

    list(shown([wrong], screen=screen))

    assert isinstance(screen.file, StringIO)
    lines = screen.file.getvalue().splitlines()
    assert lines[-2].strip() == f"- {problems[1]}"
    assert (max(map(len, lines)) <= 80) is is_terminal
