"""Measures a function with its layers against Lambda's limits, and names what would have to go if it is too large.

Source of the limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.packaging.archive import Package
from workflows.packaging.layers import FOLDER, LAYERS_OF_TASK
from workflows.packaging.needs import Needs

UNZIPPED_LIMIT_BYTES = 262_144_000
"""Of a function's code and all its layers together. Uploads go through S3, where the limit of 50 MB does not hold."""
LAYERS_LIMIT = 5
BUNDLED = ".libs"
"""The folder `numpy.libs` holds the shared libraries of numpy."""


@dataclass(frozen=True)
class Part:
    """A top-level package, with the shared libraries that it brings."""

    name: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class FunctionSize:
    """A function's code and layers, unzipped. `parts` are the largest first."""

    function: str
    layers: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def size_bytes(self) -> int:
        return sum(part.size_bytes for part in self.parts)

    @property
    def headroom_bytes(self) -> int:
        """The bytes that may still be added; below 0 it is too large."""
        return UNZIPPED_LIMIT_BYTES - self.size_bytes

    @property
    def to_go(self) -> tuple[Part, ...]:
        """The fewest packages without which it would fit; none where it fits."""
        going: list[Part] = []
        missing = -self.headroom_bytes
        for part in self.parts:
            if missing <= 0:
                break
            going.append(part)
            missing -= part.size_bytes
        return tuple(going)

    @property
    def problem(self) -> str | None:
        """Why Lambda would refuse it, and the way out; None when it would not."""
        if len(self.layers) > LAYERS_LIMIT:
            return (
                f"{self.function} has {len(self.layers)} layers, and Lambda takes {LAYERS_LIMIT}: join some of them"
            )
        if not self.to_go:
            return None
        going = ", ".join(f"{part.name} ({part.size_bytes / 1e6:.0f} MB)" for part in self.to_go)
        return (
            f"{self.function} is {self.size_bytes / 1e6:.0f} MB unzipped with its layers, and Lambda takes"
            f" {UNZIPPED_LIMIT_BYTES / 1e6:.0f} MB: it would fit without {going}"
        )


def parts(package: Package) -> tuple[Part, ...]:
    """The top-level packages of a package or layer, the largest first."""
    found: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(package.body)) as archive:
        for entry in archive.infolist():
            found[_top(entry.filename)] += entry.file_size
    return tuple(Part(name, size) for name, size in found.most_common())


def sizes(
    code: Mapping[str, Package], *, layers: Mapping[str, Package], layers_of: Mapping[str, Sequence[str]]
) -> list[FunctionSize]:
    """Each function of `code` with the layers that `layers_of` names for it, none where it names none."""
    parts_of_layer = {name: parts(package) for name, package in layers.items()}
    found = []
    for function, package in code.items():
        named = tuple(layers_of.get(function, ()))
        everything = [*parts(package), *(part for layer in named for part in parts_of_layer[layer])]
        by_size = sorted(everything, key=lambda part: part.size_bytes, reverse=True)
        found.append(FunctionSize(function=function, layers=named, parts=tuple(by_size)))
    return found


def of_stage(
    tasks: Package, serving: Mapping[str, Package], *, layers: Mapping[str, Package], needs: Needs
) -> list[FunctionSize]:
    """Every task, and the serving function of each model in `serving`, with the layers of its format.

    The packages of serving functions are without an artifact, which comes with each version. Where there are no
    `layers`, none are counted.
    """
    named = {f"the serving function of {model}": model for model in serving}
    layers_of = {task: needs.of_task(task) for task in LAYERS_OF_TASK}
    layers_of |= {function: needs.of_function(model) for function, model in named.items()}
    code = {**dict.fromkeys(LAYERS_OF_TASK, tasks), **{function: serving[model] for function, model in named.items()}}
    return sizes(code, layers=layers, layers_of=layers_of if layers else {})


def _top(path: str) -> str:
    """The package that a file belongs to.

    >>> _top("python/numpy.libs/libopenblas.so"), _top("python/numpy/version.py"), _top("chalicelib/names.py")
    ('numpy', 'numpy', 'chalicelib')
    """
    first, _, rest = path.partition("/")
    return (rest if first == FOLDER and rest else first).partition("/")[0].removesuffix(BUNDLED)
