"""Unpacks packages into folders and starts them, each function with the folders that it sees."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflows.packaging import layers
from workflows.packaging.archive import Package
from workflows.packaging.bytecode import Interpreter
from workflows.packaging.emulated import EmulatedFunction, unpack
from workflows.packaging.layers import FOLDER


@dataclass
class Stand:
    """Unpacks every package once. `runtime` is what Lambda's own Python brings."""

    root: Path
    folder: Path
    emulator: Path
    python: Interpreter
    architecture: str
    runtime: Package
    _unpacked: dict[str, Path] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Of the Python, as layers name it: 3.13."""
        return ".".join(self.python.version.split(".")[:2])

    def layer(self, name: str) -> Package:
        layer, version = layers.LAYERS[name], self.version
        return layers.build(layer, root=self.root, architecture=self.architecture, report=print, python=version)

    def at(self, name: str, package: Package, *, without: Sequence[str] = ()) -> Path:
        """The folder in which the package lies; `without` names libraries that are taken out of it."""
        marked = "-".join((name, *(f"without-{library}" for library in without)))
        if marked not in self._unpacked:
            outside = tuple(f"{FOLDER}/{library}" for library in without)
            into = self.folder / marked
            self._unpacked[marked] = unpack(
                package, into=into, wanted=lambda path: not path.startswith(outside or "/")
            )
        return self._unpacked[marked]

    def function(
        self,
        handler: str,
        *,
        code: Path,
        layers_of_it: Sequence[str] = (),
        without: Sequence[str] = (),
        name: str = "function",
        environment: Mapping[str, str] | None = None,
    ) -> EmulatedFunction:
        """A function that sees its code, its layers and the runtime, less what is taken out of these."""
        path = [code]
        path += [self.at(each, self.layer(each), without=without) / FOLDER for each in layers_of_it]
        path += [self.at("runtime", self.runtime, without=without) / FOLDER]
        return EmulatedFunction(
            emulator=self.emulator,
            python=self.python.path,
            handler=handler,
            path=path,
            log=self.folder / f"{name}.log",
            name=name,
            environment=environment or {},
        )

    def once(self, handler: str, event: Any, **options: Any) -> Any:
        """Start the function cold, and hand it one event."""
        with self.function(handler, **options) as function:
            return function.invoke(event)


def names_in(package: Package) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(package.body)) as archive:
        return set(archive.namelist())
