"""Every command of docs/first-deploy.md can be given as it stands: ours are parsed, AWS's held against its models.

That ours do what the page says is shown by tests/e2e/commands/test_first_deploy.py."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from tests.contract import command_lines

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "first-deploy.md").read_text()
ROWS = ["unproved", "run", "expect", "if not"]
GLOBAL = {"--query", "--output"}
"""Options of the command `aws` itself."""
SETTINGS = "export "
SERVICES = {"s3api": "s3"}
"""Where the command line's name for a service is not botocore's."""


def sections() -> list[str]:
    return re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


def rows(section: str) -> list[tuple[str, str]]:
    cells = [line.strip("| ").split(" | ", 1) for line in section.splitlines() if line.startswith("| ")]
    return [(cell[0], cell[1]) for cell in cells if len(cell) == 2]


def commands() -> Iterator[str]:
    """In the order of the page: those of its tables, those that its sentences name, and those that set a variable."""
    yield from re.findall(r"\$\((aws [^)]*)\)", PAGE)
    yield from re.findall(r"`((?:nightswap|aws) [^`]*)`", PAGE)


@pytest.mark.parametrize("section", sections()[:-1], ids=lambda section: section.splitlines()[0])
def test_each_step_says_what_is_unproved_what_to_run_what_to_expect_and_what_else_to_do(section: str) -> None:
    told = [name for name, _ in rows(section)]

    assert [name for name in told if name != "then"] == ROWS
    assert told.count("then") <= 1


def test_steps_are_numbered_in_their_order() -> None:
    numbers = [section.split(".")[0] for section in sections()[:-1]]

    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("line", dict.fromkeys(each for each in commands() if each.startswith("nightswap")))
def test_our_commands_are_parsed(line: str) -> None:
    command_lines.parse(shlex.split(line)[1:])


@pytest.mark.parametrize("line", dict.fromkeys(each for each in commands() if each.startswith("aws")))
def test_commands_of_aws_are_those_of_the_service_models(line: str) -> None:
    _, service, operation, *words = shlex.split(line)
    model = botocore.session.get_session().get_service_model(SERVICES.get(service, service))
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(operations[operation]).input_shape
    members = {f"--{xform_name(name, '-')}": name for name in (shape.members if shape else ())}
    given = {word for word in words if word.startswith("--")}

    assert given - GLOBAL <= set(members)
    assert set(shape.required_members if shape else ()) <= {members[each] for each in given - GLOBAL}


def test_every_variable_that_a_command_reads_is_set_before() -> None:
    before, *_ = PAGE.split("\n## ")
    known = set(re.findall(rf"^{SETTINGS}(\w+)=", before, re.MULTILINE))

    assert {name for line in commands() for name in re.findall(r"\$(\w+)", line)} <= known
