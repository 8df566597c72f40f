"""The one package that all tasks of the state machine run, each by its own handler."""

from __future__ import annotations

from pathlib import Path

from workflows.packaging.archive import Package, pack, sources

FOLDERS = ("chalicelib", "lambdas")


def tasks_package(root: Path) -> Package:
    """The sources of the tasks and of the core they share; `root` is the project's folder.

    `lambdas/serve` goes along although no task runs it: VersionModel puts it into the package of each model.
    """
    return pack({path: body for folder in FOLDERS for path, body in sources(root, folder).items()})


def task_handler(task: str) -> str:
    """The handler of a task inside the package.

    >>> task_handler("restore-alias")
    'lambdas.restore_alias.handler'
    """
    return f"lambdas.{task.replace('-', '_')}.handler"
