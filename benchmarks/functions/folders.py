"""Unpacks packages where they are started from, with bytecode or without."""

from __future__ import annotations

from pathlib import Path

from workflows.packaging import bytecode, layers
from workflows.packaging.archive import Package
from workflows.packaging.bytecode import Interpreter
from workflows.packaging.emulated import RUNTIME, unpack
from workflows.packaging.layers import FOLDER

ROOT = Path(__file__).resolve().parents[2]


class Folders:
    """Unpacks packages below `folder`, with bytecode or without."""

    def __init__(self, folder: Path, compiler: Interpreter) -> None:
        self.folder = folder
        self.compiler = compiler

    def code(self, name: str, package: Package, *, compiled: bool) -> Path:
        into = self.folder / f"{name}-{compiled}"
        if not into.exists():
            unpack(package, into=into)
            if compiled:
                bytecode.compile_folder(into, compiler=self.compiler, seen_at="/var/task")
        return into

    def layer(self, name: str, *, compiled: bool) -> Path:
        into = self.folder / f"layer-{name}-{compiled}"
        if not into.exists():
            find = bytecode.interpreter if compiled else _nowhere
            unpack(layers.build(layers.LAYERS[name], root=ROOT, report=print, find_compiler=find), into=into)
        return into / FOLDER

    def runtime(self) -> Path:
        return unpack(layers.build(RUNTIME, root=ROOT, report=print), into=self.folder / "runtime") / FOLDER


def _nowhere(_version: str) -> None:
    return None
