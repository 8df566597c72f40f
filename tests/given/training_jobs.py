"""Carries out a training job as SageMaker does: what its request names is downloaded, and what it makes uploaded.

The job's code is started by SageMaker's own training toolkit, or by a Python alone; there is no container.
"""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workflows.packaging.training_source import ENTRY_POINT, training_source

ROOT = Path(__file__).parents[2]
Find = Callable[[str], bytes]
"""From a key to the content of the object."""


def download(manifest: bytes, *, find: Find, to: Path) -> None:
    """The objects of a manifest file, each in the folder of its key."""
    [prefix, *keys] = json.loads(manifest)
    assert prefix["prefix"].startswith("s3://")
    for key in keys:
        path = to / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(find(key))


def archived(folder: Path) -> bytes:
    """Everything below the folder, as SageMaker archives it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for each in sorted(folder.iterdir()):
            archive.add(each, each.name)
    return packed.getvalue()


def prepared(base: Path, manifest: bytes, *, find: Find, source: bytes | None = None) -> None:
    """Below `base`, which stands for /opt/ml, what a job finds when it starts."""
    (base / "model").mkdir(parents=True)
    download(manifest, find=find, to=base / "input/data/bucket")
    with tarfile.open(fileobj=io.BytesIO(source or training_source(ROOT).body), mode="r:gz") as archive:
        archive.extractall(base / "code", filter="data")


def carried_out(
    base: Path, python: str, *, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Start the code of the job by a Python alone, as the toolkit does in the end."""
    command: Sequence[str] = [python, ENTRY_POINT]
    known: dict[str, Any] = {"PATH": "/usr/bin:/bin", "HOME": str(base), **(environment or {})}
    return subprocess.run(
        command, cwd=base / "code", env=known, capture_output=True, text=True, timeout=240, check=False
    )
