"""What `nightswap destroy` shows first; tests/deploy shows on the local AWS that, and how, it removes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.fakes.stage import WIDE
from workflows.cli.destroy import show
from workflows.cli.main import group
from workflows.cli.screen import console
from workflows.deploying.leftovers import Leftover


def shown(*found: Leftover) -> str:
    with pytest.MonkeyPatch.context() as screen, console.capture() as capture:
        screen.setattr(console, "_width", WIDE)
        show(found, stage="prod")
    return capture.get()


def test_every_thing_is_shown_with_its_name_and_whether_it_can_cost() -> None:
    text = shown(
        Leftover("bucket", "nightswap-prod-1-eu-west-1", is_billable=True),
        Leftover("role", "nightswap-prod-nightly", is_billable=False),
    )

    rows = [line.split() for line in text.splitlines()]
    assert ["bucket", "nightswap-prod-1-eu-west-1", "yes"] in rows
    assert ["role", "nightswap-prod-nightly", "no"] in rows


def test_stage_that_does_not_exist_is_said_so() -> None:
    assert shown() == "there is nothing of stage prod in this account and region\n"


@pytest.mark.parametrize("stage", ["Prod", "pre-prod", "averylongstage"])
def test_illegal_stage_is_refused(stage: str) -> None:
    result = CliRunner().invoke(group, ["destroy", "--stage", stage])

    assert result.exit_code == 2
    assert "is no name of a stage" in result.output
