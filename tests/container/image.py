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
    """The folder that stands for the task root, and what the image runs there."""

    folder: Path
    base: str
    entry_point: list[str]
    command: list[str]


def build(context: Path, *, folder: Path, python: Path) -> Image:
    """What `docker build` makes of the Dockerfile and the context; an instruction that is not known here raises."""
    folder.mkdir()
    base = ""
    runs: dict[str, list[str]] = {}
    for line in DOCKERFILE.read_text().splitlines():
        instruction, _, rest = line.partition(" ")
        match instruction:
            case "" | "#" | "EXPOSE":
                continue
            case "WORKDIR":
                assert rest == TASK_ROOT
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
            case "ENTRYPOINT" | "CMD":
                runs[instruction] = json.loads(rest)
            case _:
                raise ValueError(f"this Dockerfile line is not known here: {line}")
    return Image(folder, base, runs["ENTRYPOINT"], runs["CMD"])
