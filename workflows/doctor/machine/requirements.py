"""Checks that Chalice packs what requirements.txt lists: it leaves out what it cannot build, says so, and exits with
0.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from chalicelib.errors import DeploymentFailed
from workflows.deploying.chalice_app.app import chalice
from workflows.doctor.finding import Finding, error, ok
from workflows.doctor.machine.environments import normalised
from workflows.stacks.settings import stage_settings

FILE = "requirements.txt"
NAMED = re.compile(r"^[ \t]*([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)
METADATA = re.compile(r"^([^/]+)-[^-/]+\.dist-info/")
TIMEOUT_SECONDS = 300
CAUSE_CHARACTERS = 500

Build = Callable[[Path], str]
"""Makes `deployment.zip` in the folder; returns why it could not, empty when it could."""


def check_requirements(root: Path, *, build: Build) -> Iterator[Finding]:
    """Chalice is run only where the file lists something."""
    listed = [normalised(name) for name in NAMED.findall((root / FILE).read_text("utf-8"))]
    if not listed:
        yield ok("is empty: Chalice packs nothing but itself and the app", where=FILE)
        return
    with tempfile.TemporaryDirectory() as folder:
        failure = build(Path(folder))
        if failure:
            yield error(f"chalice package failed: {failure}", where=FILE, way_out="correct what it names")
            return
        packed = distributions(Path(folder) / "deployment.zip")
    for name in listed:
        if name in packed:
            yield ok(f"{name} is in the app's package", where=FILE)
        else:
            yield error(
                f"Chalice leaves {name} out of the app's package: it has no wheel for Lambda",
                where=FILE,
                way_out=f"take {name} out of {FILE}, or put it unpacked into the folder vendor",
            )


def distributions(package: Path) -> frozenset[str]:
    """The distributions in a package, by normalised name: each has its metadata beside it."""
    with zipfile.ZipFile(package) as archive:
        names = (METADATA.match(name) for name in archive.namelist())
        return frozenset(normalised(match[1]) for match in names if match)


ANY_REGION = {"AWS_DEFAULT_REGION": "us-east-1"}
"""Chalice wants one to package, and puts it nowhere that counts here."""


def chalice_package(
    stage: str, *, root: Path, environ: Mapping[str, str], timeout_seconds: float = TIMEOUT_SECONDS
) -> Build:
    """Runs Chalice's own command, for the stage's runtime."""

    def build(folder: Path) -> str:
        try:
            runtime = stage_settings(stage, root=root).app_runtime
        except DeploymentFailed as exc:
            return exc.message
        try:
            done = subprocess.run(
                [*chalice(runtime), "package", "--stage", stage, str(folder)],
                cwd=root,
                env={**ANY_REGION, **environ},
                capture_output=True,
                text=True,
                timeout=timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it took more than {timeout_seconds:g} s; perhaps an index of packages does not answer"
        return (done.stderr or done.stdout)[-CAUSE_CHARACTERS:] if done.returncode else ""

    return build
