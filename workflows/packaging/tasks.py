"""The one package that all tasks of the state machine run, each by its own handler."""

from __future__ import annotations

import hashlib
from pathlib import Path

from workflows.packaging.archive import Package, pack, sources

FOLDERS = ("chalicelib", "lambdas")
LOCKS = "workflows/locks/lambda"
LAYERS = "layers.sha256"


def tasks_package(root: Path) -> Package:
    """The sources of the tasks and of the core they share; `root` is the project's folder.

    `lambdas/serve` goes along although no task runs it: VersionModel puts it into the package of each model. The
    checksums of the layers' locks go along because the package's own is a part of a run's fingerprint: new libraries
    are a reason to train.
    """
    files = {path: body for folder in FOLDERS for path, body in sources(root, folder).items()}
    return pack({**files, LAYERS: _lock_checksums(root)})


def _lock_checksums(root: Path) -> bytes:
    locks = sorted((root / LOCKS).glob("*.txt"))
    return "".join(f"{hashlib.sha256(lock.read_bytes()).hexdigest()}  {lock.name}\n" for lock in locks).encode()


def task_handler(task: str) -> str:
    """The handler of a task inside the package.

    >>> task_handler("restore-alias")
    'lambdas.restore_alias.handler'
    """
    return f"lambdas.{task.replace('-', '_')}.handler"
