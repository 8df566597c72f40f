"""Files to add to a data set, and what came of that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalicelib.errors import BadRequest, NightswapError
from chalicelib.settings.stage import StageSettings
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, content
from workflows.checking.file import File
from workflows.data_set.adding import Addition, Mode, add_all

GOOD = b"duration,src_bytes,dst_bytes,label\n0,230,1200,normal.\n0,54540,8314,back.\n"
OTHER = b"duration,src_bytes,dst_bytes,label\n0,231,1200,normal.\n0,54541,8314,back.\n"
ROW = b"0,54540,8314,back."


def a_file(folder: Path, name: str = "night-1.csv", body: bytes = GOOD) -> str:
    file = folder / name
    file.write_bytes(body)
    return str(file)


def data_set(stage: FakeStage) -> dict[str, bytes]:
    return {key: body for key, body in content(stage.outside).items() if not key.endswith("/contents.json")}


def keys(*names: str) -> list[str]:
    return [f"datasets/{MODEL}/{name}" for name in names]


def refused(stage: FakeStage, *arguments: str, by: type[NightswapError] = BadRequest) -> str:
    """The message with which a command was refused."""
    result = stage.run("data", *arguments)
    assert isinstance(result.exception, by), result.output
    return result.exception.message


def adding(edges: Any, files: Sequence[File], **mode: bool) -> list[str]:
    return add_all(Addition(edges, MODEL, Mode(**mode), lambda *_: None, StageSettings()), files)
