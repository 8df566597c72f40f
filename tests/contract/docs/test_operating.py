"""docs/operating.md is whole: no outcome, alarm, notice or error is missing."""

from __future__ import annotations

import json
import re

import pytest

from chalicelib import errors, names
from chalicelib.contracts.decisions import OUTCOMES
from chalicelib.edges.hosting.endpoints import idle_alarm
from chalicelib.notices import notice_text
from chalicelib.runs.cleanup import EXECUTION_UNKNOWN
from chalicelib.settings.stage import StageSettings
from tests.contract.docs.pages import PAGES
from workflows.definitions.rendering import golden
from workflows.stacks.alarms import model_alarms, stage_alarms

PAGE = PAGES["operating.md"]
STOPPED = "ABORTED"
"""An execution's status, as `workflows.stacks.main_stack` hands it to RestoreAlias for an error."""


def rows(heading: str) -> list[list[str]]:
    """The cells of every table below a heading, and below the smaller headings that follow it."""
    level = heading.split()[0]
    _, _, below = PAGE.partition(f"\n{heading}\n")
    section = re.split(rf"^#{{1,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]
    tables = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in tables]
    return [each for at, each in enumerate(cells) if not is_head(cells, at)]


def is_head(cells: list[list[str]], at: int) -> bool:
    return any(set(each[0]) == {"-", "|"} for each in cells[at : at + 2])


def test_every_outcome_is_told() -> None:
    assert [outcome for outcome, *_ in rows("## How a run ends")] == list(OUTCOMES)


def test_every_notice_that_is_no_outcome_is_told() -> None:
    assert {kind for kind, *_ in rows("## Notices")} == set(notice_text.KINDS) - set(OUTCOMES)


def test_every_alarm_is_told() -> None:
    alarms = stage_alarms("prod") | model_alarms("prod", "MODEL", logical_id="Model", settings=StageSettings())
    known = {each["Properties"]["AlarmName"].removeprefix("nightswap-prod-") for each in alarms.values()}

    of_an_endpoint = idle_alarm(f"{names.endpoint_prefix('prod', 'MODEL')}N").removeprefix("nightswap-prod-")
    assert {alarm for alarm, *_ in rows("## Alarms")} == {*known, of_an_endpoint}


def test_every_error_is_told_once() -> None:
    told = [name for name, *_ in rows("## Errors")]
    foreign = [name for name, *_ in rows("### Names that are not nightswap's")]

    assert sorted(told) == sorted([*errors.leaves(), *foreign])


def test_every_name_that_the_state_machine_retries_is_told() -> None:
    states = json.loads(golden())["States"].values()
    retried = {name for state in states for retry in state.get("Retry", []) for name in retry["ErrorEquals"]}
    foreign = {name for name, *_ in rows("### Names that are not nightswap's")}

    assert retried - set(errors.leaves()) <= foreign
    assert {EXECUTION_UNKNOWN, STOPPED} <= foreign


def test_every_error_of_a_request_has_its_status() -> None:
    told = {name: int(status) for name, status, *_ in rows("### Requests")}

    assert told == {name: getattr(errors, name).status for name in errors.leaves(errors.RequestError)}


@pytest.mark.parametrize("heading", ["## How a run ends", "## Notices", "## Alarms", "## Errors"])
def test_every_row_says_what_to_do(heading: str) -> None:
    assert all(len(row) >= 3 and all(row) for row in rows(heading))
