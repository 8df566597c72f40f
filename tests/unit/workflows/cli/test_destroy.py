"""What `nightswap destroy` shows first; tests/deploy shows on the local AWS that, and how, it removes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from chalicelib.errors import DeploymentFailed
from tests.fakes.stage import WIDE, FakeStage
from tests.given.screens import as_wide_as
from tests.unit.workflows.deploying.fake_account import FakeAccount, holding_bucket_and_role
from workflows.cli.destroy import show
from workflows.cli.main import group
from workflows.cli.screen import console
from workflows.deploying.leftovers import Leftover


def shown(*found: Leftover) -> str:
    with as_wide_as(WIDE), console.capture() as capture:
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


def a_stage(*, is_there: bool = True) -> FakeStage:
    stage = FakeStage(name="prod")
    stage.account = holding_bucket_and_role(stage.names) if is_there else FakeAccount()
    return stage


@pytest.mark.parametrize(
    ("arguments", "kinds", "costs"),
    [((), ["bucket", "role"], 1), (("--keep-data",), ["role"], 0)],
    ids=["all", "without its data"],
)
def test_check_lists_what_would_go_and_fails_if_any_of_it_costs(
    arguments: tuple[str, ...], kinds: list[str], costs: int
) -> None:
    result = a_stage().run("destroy", "--check", *arguments)

    rows = [line.split()[0] for line in result.output.splitlines() if "nightswap-prod" in line]
    assert (rows, result.exit_code) == (kinds, costs)


def test_without_yes_it_asks_and_without_an_answer_it_removes_nothing() -> None:
    result = a_stage().run("destroy")

    assert result.exit_code == 1
    assert "Remove all this of stage prod for good? [y/N]" in result.output
    assert "Aborted!" in result.output


@pytest.mark.parametrize("arguments", [[], ["--check"]], ids=["to remove", "to check"])
def test_nothing_is_asked_where_nothing_is_left(arguments: list[str]) -> None:
    result = a_stage(is_there=False).run("destroy", *arguments)

    assert (result.exit_code, result.output) == (0, "there is nothing of stage prod in this account and region\n")


def test_stage_that_is_not_configured_is_refused_before_its_account_is_listed() -> None:
    result = FakeStage(name="test").run("destroy", "--check")

    assert isinstance(result.exception, DeploymentFailed)
    assert "there is no stage 'test'" in str(result.exception)
