"""A uv that downloads nothing: it unpacks the wheels that a test gives it, or fails with a real one's message."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from workflows.packaging.layers import LAYERS

PROGRAM = """#!{python} -I
import json, sys
from pathlib import Path

given = json.loads(Path(__file__).with_name("given.json").read_text())
Path(__file__).with_name("called.json").write_text(json.dumps(sys.argv[1:]))
if given["says"]:
    sys.exit(given["says"])
target = Path(sys.argv[sys.argv.index("--target") + 1])
for name, text in given["wheels"].items():
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    (target / name).write_text(text)
"""


def project(folder: Path, *, wheels: Mapping[str, str] | None = None, says: str = "") -> Path:
    """A project's folder with that uv in it and a lock for every layer."""
    uv = folder / ".venv-uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True, exist_ok=True)
    uv.write_text(PROGRAM.format(python=sys.executable))
    uv.chmod(0o755)
    uv.with_name("given.json").write_text(json.dumps({"wheels": wheels or {}, "says": says}))
    for layer in LAYERS.values():
        lock = folder / layer.lock
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.write_text(f"{layer.name}==1\n")
    return folder


def called(folder: Path) -> list[str]:
    """The arguments that uv was last called with; none where it was not."""
    record = folder / ".venv-uv" / "bin" / "called.json"
    found: list[str] = json.loads(record.read_text()) if record.exists() else []
    record.unlink(missing_ok=True)
    return found
