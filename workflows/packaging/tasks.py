"""Packs the code of all tasks of the state machine: one package, each task with its own handler."""

from __future__ import annotations

import hashlib
from pathlib import Path

from chalicelib.names import document_name
from lambdas.recipes import is_recipe
from workflows.packaging.archive import Package, pack, sources

FOLDERS = ("chalicelib", "lambdas")
LOCKS = "workflows/locks/lambda"
LAYERS = "layers.sha256"
ROOTS = "chalicelib/aws/signed/roots.pem"
"""VersionModel puts it into the function of a version that has an endpoint, beside the code that signs requests."""
RECIPES = "lambdas/recipes/"


def tasks_package(root: Path) -> Package:
    """The sources of the tasks and of the core they share; `root` is the project's folder.

    `lambdas/serve` goes along although no task runs it: VersionModel puts it into the package of each model. The
    checksums of the layers' locks go along, so that new libraries are another package.
    """
    return pack(_files(root))


def pipeline_sha256(root: Path) -> str:
    """SHA-256, in hexadecimal, of what every model is trained with: the tasks' package without the models' recipes.

    It is a part of a run's fingerprint, beside the model's own recipe. Another model's recipe is no reason to train
    this one anew, nor to let what is quarantined out.
    """
    files = _files(root).items()
    return pack({path: body for path, body in files if not _is_recipe(path, body)}).sha256


def _is_recipe(path: str, body: bytes) -> bool:
    """Whether the file defines a recipe. One that does not is shared by those that import it."""
    return path.startswith(RECIPES) and is_recipe(body)


def _files(root: Path) -> dict[str, bytes]:
    found = {path: body for folder in FOLDERS for path, body in sources(root, folder).items()}
    return {**found, ROOTS: (root / ROOTS).read_bytes(), LAYERS: _lock_checksums(root)}


def _lock_checksums(root: Path) -> bytes:
    locks = [*sorted((root / LOCKS).glob("*.txt")), *(root / RECIPES).glob("requires.txt")]
    return "".join(f"{hashlib.sha256(lock.read_bytes()).hexdigest()}  {lock.name}\n" for lock in locks).encode()


def task_handler(task: str) -> str:
    """The handler of a task inside the package.

    >>> task_handler("restore-alias")
    'lambdas.restore_alias.handler'
    """
    return f"lambdas.{document_name(task)}.handler"
