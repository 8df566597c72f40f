"""Builds the image's file system without Docker, by following the Dockerfile line by line."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.clone import ROOT

DOCKERFILE = ROOT / "workflows/container/Dockerfile"
TASK_ROOT = "${LAMBDA_TASK_ROOT}"
"""Set by the base image."""


@dataclass(frozen=True)
class Image:
    """The folder that stands for the task root, and the handler of the function."""

    folder: Path
    base: str
    handler: str


def build(context: Path, *, folder: Path, python: Path) -> Image:
    """What `docker build` makes of the Dockerfile and the context; an instruction that is not known here raises."""
    folder.mkdir()
    base = handler = ""
    for line in DOCKERFILE.read_text().splitlines():
        instruction, _, rest = line.partition(" ")
        match instruction:
            case "" | "#":
                continue
            case "FROM":
                base = rest
            case "COPY":
                source, target = rest.split()
                assert target == f"{TASK_ROOT}/"
                shutil.copytree(context / source, folder, dirs_exist_ok=True)
            case "RUN":
                interpreter, *arguments = shlex.split(rest.replace(TASK_ROOT, str(folder)))
                assert interpreter == "python3"
                subprocess.run([python, *arguments], check=True)
            case "CMD":
                (handler,) = json.loads(rest)
            case _:
                raise ValueError(f"this Dockerfile line is not known here: {line}")
    return Image(folder, base, handler)
