"""Deploys the Chalice app by Chalice's own commands, and finds it again by Chalice's record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.errors import DeploymentFailed
from workflows.deploying.chalice_app import app_package
from workflows.deploying.progress import Report, Step
from workflows.packaging.bytecode import Interpreter

CHALICE = Path(sys.executable).with_name("chalice")
"""The command of the interpreter that runs us, whatever PATH says."""
Command = Sequence[str | Path]


def chalice(runtime: str) -> Command:
    """Chalice's deploy and package, for functions on that runtime."""
    return (sys.executable, "-P", "-m", "workflows.deploying.chalice_app.chalice_command", "--runtime", runtime)


@dataclass(frozen=True)
class RestApi:
    """The stage's API. `url` is its address on AWS, with a slash at the end."""

    api_id: str
    url: str


def deploy_app(
    stage: str,
    *,
    root: Path,
    environ: Mapping[str, str],
    report: Report,
    command: Command,
    compiler: Interpreter | None = None,
) -> RestApi:
    """Run `chalice deploy`, with bytecode where there is a compiler for it.

    Raises DeploymentFailed with all that it printed when it fails.
    """
    check_writable(root)
    if compiler is not None or not app_package.is_readable(root):
        with TemporaryDirectory() as unused:  # Chalice keeps its record and package in the project's folder
            _run(command, "package", unused, stage=stage, root=root, environ=environ, report=report)
    app_package.make_readable(root)
    if compiler is not None:
        app_package.compile_modules(root, compiler=compiler)
    _run(command, "deploy", stage=stage, root=root, environ=environ, report=report)
    return find_api(stage, root=root)


def check_writable(root: Path) -> None:
    """Raises DeploymentFailed for a checkout in which Chalice cannot keep its package and its record."""
    folder = root / ".chalice"
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DeploymentFailed(
            f"{folder} cannot be written, and Chalice keeps its package and its record there: deploy from a clone of"
            " your own (git clone), or give yourself the right to write"
        )


def delete_app(
    stage: str, *, root: Path, environ: Mapping[str, str], report: Report, command: Command = (CHALICE,)
) -> None:
    """Run `chalice delete`, which removes what its record names and gives up at the first that is not there."""
    _run(command, "delete", stage=stage, root=root, environ=environ, report=report)


def _run(
    command: Command, verb: str, *more: str, stage: str, root: Path, environ: Mapping[str, str], report: Report
) -> None:
    printed: list[str] = []
    with subprocess.Popen(
        [*command, verb, "--stage", stage, *more],
        cwd=root,
        env={**environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as chalice:
        for line in chalice.stdout or ():
            printed.append(line)
            report(Step("chalice", line.strip(), ""))
    if chalice.returncode:
        raise DeploymentFailed(
            f"chalice {verb} --stage {stage} ended with code {chalice.returncode}:\n{''.join(printed)}"
        )


def find_api(stage: str, *, root: Path) -> RestApi:
    """The API that Chalice deployed last; raises DeploymentFailed when its record names none."""
    record = root / ".chalice" / "deployed" / f"{stage}.json"
    way_out = f"deploy stage {stage} with nightswap deploy --stage {stage}"
    try:
        resources = json.loads(record.read_bytes())["resources"]
        apis = [
            RestApi(str(each["rest_api_id"]), str(each["rest_api_url"]))
            for each in resources
            if each["resource_type"] == "rest_api"
        ]
    except FileNotFoundError as exc:
        raise DeploymentFailed(f"{record} does not exist: {way_out}") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise DeploymentFailed(
            f"{record} is not a record of Chalice's ({type(exc).__name__}): delete the file, and {way_out}"
        ) from exc
    if not apis:
        raise DeploymentFailed(f"{record} names no REST API: delete the file and deploy stage {stage} again")
    return apis[0]


def url_under(endpoint_url: str | None, api: RestApi, *, stage: str) -> str:
    """The address of the API: its own on AWS, or the one it has under the endpoint that stands in for AWS.

    >>> api = RestApi("abc123", "https://abc123.execute-api.us-east-1.amazonaws.com/local/")
    >>> url_under(None, api, stage="local")
    'https://abc123.execute-api.us-east-1.amazonaws.com/local'
    >>> url_under("http://127.0.0.1:4566", api, stage="local")
    'http://127.0.0.1:4566/_aws/execute-api/abc123/local'
    """
    if endpoint_url is None:
        return api.url.rstrip("/")
    return f"{endpoint_url.rstrip('/')}/_aws/execute-api/{api.api_id}/{stage}"
