"""The CI workflow for GitHub: it says what exists, stores no key, and gives nobody a permission too many.

`make test-container` holds it against GitHub's own schema.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]

from workflows.cli.main import group

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / ".github/workflows/nightswap.yml"
TEXT = FILE.read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
ON_AWS = ("plan", "deploy")
ACTIONS = {"actions/checkout", "actions/setup-python", "aws-actions/configure-aws-credentials"}
SHELL = {"{", "}", "echo", "tee"}
NIGHTSWAP = ".venv/bin/nightswap"


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in JOBS.items():
        for step in job["steps"]:
            yield name, step


def commands(job: str) -> list[list[str]]:
    """The words of each command that the job runs."""
    lines = [line for name, step in steps() if name == job for line in step.get("run", "").splitlines()]
    parts = [part for line in lines for part in re.split(r"[;|]", line)]
    return [words for part in parts if (words := [word for word in shlex.split(part) if word not in {"{", "}"}])]


def step_with(job: str, action: str) -> dict[str, Any]:
    (found,) = (step for name, step in steps() if name == job and step.get("uses", "").startswith(f"{action}@"))
    return dict(found)


def triggers() -> dict[str, Any]:
    """YAML 1.1 reads the key `on` as true."""
    found: dict[str, Any] = WORKFLOW[True]
    return found


def test_it_runs_for_pull_requests_and_for_what_reaches_main() -> None:
    assert triggers() == {"push": {"branches": ["main"]}, "pull_request": None}
    assert set(JOBS) == {"test", *ON_AWS}


def test_every_command_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for program, *words in [command for job in JOBS for command in commands(job)]:
        if program == "make":
            assert set(words) <= set(targets), words
        elif program == NIGHTSWAP:
            command: click.Command = group.commands[words[0]]
            options = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= options
        else:
            assert program in SHELL, program


def test_jobs_run_what_their_names_say() -> None:
    assert commands("test") == [["make", "setup-all"], ["make", "check"], ["make", "test"]]
    assert [NIGHTSWAP, "plan", "--stage", "prod"] in commands("plan")
    assert [NIGHTSWAP, "deploy", "--stage", "prod"] in commands("deploy")
    assert "$GITHUB_STEP_SUMMARY" in str(JOBS["plan"])


def test_command_that_fails_in_a_pipe_fails_its_step() -> None:
    """GitHub starts bash with `-o pipefail` only where the shell is named."""
    assert WORKFLOW["defaults"]["run"]["shell"] == "bash"


def test_nothing_is_deployed_but_main_once_it_has_passed_the_tests() -> None:
    deploy = JOBS["deploy"]

    assert deploy["needs"] == "test"
    assert "github.event_name == 'push' && github.ref == 'refs/heads/main'" in deploy["if"]
    assert deploy["environment"] == "production"
    assert deploy["concurrency"] == {"group": "deploy-prod", "cancel-in-progress": False}


def test_a_fork_gets_no_role() -> None:
    condition = JOBS["plan"]["if"]

    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    assert "github.event_name == 'pull_request'" in condition
    assert "pull_request_target" not in TEXT


def test_roles_of_plan_and_deploy_are_not_the_same() -> None:
    """Each environment has its own AWS_ROLE_ARN, and its own subject for the role's trust policy."""
    assert JOBS["plan"]["environment"] != JOBS["deploy"]["environment"]
    assert all(f"environment:{JOBS[job]['environment']} " in TEXT for job in ON_AWS)


@pytest.mark.parametrize("job", ON_AWS)
def test_role_and_region_are_variables_and_no_job_on_aws_starts_without_them(job: str) -> None:
    given = step_with(job, "aws-actions/configure-aws-credentials")["with"]

    assert given == {"aws-region": "${{ vars.AWS_REGION }}", "role-to-assume": "${{ vars.AWS_ROLE_ARN }}"}
    assert "vars.AWS_REGION != ''" in JOBS[job]["if"]


def test_no_key_is_stored() -> None:
    assert re.search(r"secrets|AKIA|access[-_]key|token:(?! write)", TEXT, re.IGNORECASE) is None


@pytest.mark.parametrize("job", JOBS)
def test_job_has_the_permissions_that_it_needs_and_an_end(job: str) -> None:
    oidc = {"id-token": "write"} if job in ON_AWS else {}

    assert JOBS[job]["permissions"] == {"contents": "read", **oidc}
    assert WORKFLOW["permissions"] == {}
    assert 0 < JOBS[job]["timeout-minutes"] <= 60


@pytest.mark.parametrize("job", JOBS)
def test_checkout_leaves_no_credentials_behind(job: str) -> None:
    assert step_with(job, "actions/checkout")["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("used", sorted({step["uses"] for _, step in steps() if "uses" in step}))
def test_action_is_a_known_one_pinned_by_commit_with_its_version_beside_it(used: str) -> None:
    action, _, commit = used.partition("@")

    assert action in ACTIONS
    assert re.fullmatch(r"[0-9a-f]{40}", commit)
    assert len(re.findall(rf"{re.escape(used)} # v\d+\.\d+\.\d+$", TEXT, re.MULTILINE)) == TEXT.count(used)


def test_text_of_a_pull_request_reaches_no_shell() -> None:
    """An expression in a script is put there as code: a branch could be named so that it runs."""
    assert [step["run"] for _, step in steps() if "${{" in step.get("run", "")] == []


def test_python_is_one_that_the_project_takes() -> None:
    versions = {step["with"]["python-version"] for _, step in steps() if "python-version" in step.get("with", {})}

    assert versions == {"3.13"}
    assert 'requires-python = ">=3.11,<3.14"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
