"""The doctor's command: what it prints, and how it ends."""

from __future__ import annotations

from typing import Any, cast

from click.testing import CliRunner

from tests.unit.workflows.cli.fake_stage import FakeStage
from workflows.cli.doctor import shown
from workflows.cli.main import group
from workflows.doctoring.finding import error, ok


def test_policy_is_printed_for_the_stage() -> None:
    document = cast(Any, FakeStage(name="prod").json("doctor", "--print-policy"))

    assert document["Version"] == "2012-10-17"
    assert "PassRoles" in {statement["Sid"] for statement in document["Statement"]}


def test_stage_that_is_not_configured_fails_with_the_way_out() -> None:
    result = CliRunner().invoke(group, ["doctor", "--stage", "nope"])

    assert result.exit_code == 1
    assert "there is no stage 'nope'" in result.output
    assert "->" in result.output


def test_findings_are_handed_on_as_they_are_shown() -> None:
    findings = [ok("is there", where="git"), error("is not there", where="uv", way_out="make setup")]

    assert list(shown(findings)) == findings
