"""Builds the layers: third-party libraries beside the code of the tasks, for Lambda's Python, system and processor.

A layer is a function of its lock, of the rules of this folder, and of the bytecode that goes with it; whatever Python
and system the developer has, the same three give the same bytes. Layers are stacked, so that numpy is uploaded once.
The files are stored uncompressed, as in every package: zlib's output differs from machine to machine.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from chalicelib.errors import PackagingFailed
from workflows.packaging import bytecode, trimming, wheels
from workflows.packaging.archive import Package, pack
from workflows.packaging.bytecode import Interpreter
from workflows.packaging.wheels import DISK, DISK_FULL, PYTHON

CACHE = ".nightswap/cache/layers"
LOCKS = "workflows/locks/lambda"
FOLDER = "python"
"""Lambda unpacks layers into /opt, and /opt/python is on the path of its Python functions."""

Say = Callable[[str], None]
FindCompiler = Callable[[str], Interpreter | None]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer. `lock` is the file of its wheels, and `with_bytecode` a choice by the figures of the benchmark
    `cold_start`: what bytecode costs in size, against what compiling costs whenever a function starts cold."""

    name: str
    with_bytecode: bool
    folder: str = LOCKS

    @property
    def lock(self) -> str:
        return f"{self.folder}/{self.name}.txt"


LAYERS: Mapping[str, Layer] = {
    "numpy": Layer(name="numpy", with_bytecode=True),
    "pandas": Layer(name="pandas", with_bytecode=True),
    "sklearn": Layer(name="sklearn", with_bytecode=True),
    "onnxruntime": Layer(name="onnxruntime", with_bytecode=True),
    "skl2onnx": Layer(name="skl2onnx", with_bytecode=True),
}
"""By name. None holds a library of another one. All go with bytecode: cold starts of Evaluate, Preprocess and Train
took 1.3, 2.9 and 2.9 times as long without, and the largest function is 211 MB with it, of 262 MB; with `skl2onnx`
and `onnxruntime`, which Train has where a model is served as a graph, 246 MB, and 255 on arm64."""

REQUIRES = Layer(name="requires", with_bytecode=True, folder="lambdas/recipes")
"""What the recipes of a stage require, all in one layer of Train; `make requires` locks it."""


def layer_of(name: str) -> Layer:
    """One of LAYERS, or REQUIRES."""
    return REQUIRES if name == REQUIRES.name else LAYERS[name]


LAYERS_OF_TASK: Mapping[str, tuple[str, ...]] = {
    "restore-alias": (),
    "preprocess": ("numpy", "pandas"),
    "train": ("numpy", "sklearn"),
    "evaluate": ("numpy",),
    "version-model": (),
    "replay": (),
    "shift-traffic": (),
    "swap-alias": (),
    "record-outcome": (),
    "move-alias": (),
    "predict-batch": (),
}
"""The layers that a function of the pipeline needs, whatever the models. `needs` adds what their formats ask for."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a layer was made of; it lies in the layer, as `nightswap/NAME.json`."""

    layer: str
    python: str
    architecture: str
    lock_sha256: str
    bytecode: str | None
    """The exact Python that compiled the modules; None where they are compiled at every cold start."""


def build(
    layer: Layer,
    *,
    root: Path,
    architecture: str = "x86_64",
    report: Say,
    python: str = PYTHON,
    find_compiler: FindCompiler = bytecode.interpreter,
) -> Package:
    """The layer as a package, from the cache in `root/.nightswap` where it is there; `root` is the project's folder.

    `architecture` is Lambda's name, x86_64 or arm64. `find_compiler` looks for a Python of that version, which makes
    the bytecode; where there is none, the layer goes without, and `report` is told. Raises PackagingFailed, whose
    details tell by `problem` what is wrong.
    """
    with disk_errors(f"building layer {layer.name}"):
        lock = root / layer.lock
        compiler = find_compiler(python) if layer.with_bytecode else None
        manifest = Manifest(
            layer=layer.name,
            python=python,
            architecture=architecture,
            lock_sha256=hashlib.sha256(lock.read_bytes()).hexdigest(),
            bytecode=compiler.version if compiler else None,
        )
        kept = root / CACHE / f"{_kind(manifest)}{_key(manifest)}.zip"
        if kept.exists():
            body = kept.read_bytes()
            return Package(body, hashlib.sha256(body).hexdigest())
        if layer.with_bytecode and compiler is None:
            report(f"layer {layer.name}: no Python {python} is here to compile it, so it will start slower")
        report(f"layer {layer.name}: fetching its wheels for Python {python} on {architecture}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        package = _build(root, lock, manifest, compiler)
        _keep(package, kept, instead_of=f"{_kind(manifest)}*.zip")
    report(f"layer {layer.name}: {len(package.body) / 1e6:.0f} MB")
    return package


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Raise the disk's refusal as PackagingFailed, and a full disk as that."""
    try:
        yield
    except OSError as exc:
        if exc.errno == errno.ENOSPC:
            raise PackagingFailed(
                f"{doing}: the disk is full; free 1 GB, for instance with make clean, and try again",
                problem=DISK_FULL,
            ) from exc
        raise PackagingFailed(f"{doing}: {exc}", problem=DISK) from exc


def _build(root: Path, lock: Path, manifest: Manifest, compiler: Interpreter | None) -> Package:
    with tempfile.TemporaryDirectory(dir=root / CACHE, prefix=f"{manifest.layer}-") as folder:
        fetched = Path(folder) / FOLDER
        wheels.fetch(lock, into=fetched, root=root, architecture=manifest.architecture, python=manifest.python)
        trimming.trim(fetched)
        if compiler is not None:
            bytecode.compile_folder(fetched, compiler=compiler, seen_at=f"/opt/{FOLDER}")
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in Path(folder).rglob("*")
            if path.is_file()
        }
    described = json.dumps(asdict(manifest), indent=1, sort_keys=True)
    return pack({**files, f"nightswap/{manifest.layer}.json": described.encode()})


def _key(manifest: Manifest) -> str:
    """What the layer depends on: its manifest, and the code that builds it."""
    digest = hashlib.sha256(json.dumps(asdict(manifest), sort_keys=True).encode())
    for module in (__file__, trimming.__file__, bytecode.__file__, wheels.__file__):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()[:16]


def _kind(manifest: Manifest) -> str:
    """What the names of a layer's builds start with, of one kind and whatever content."""
    compiled = "bytecode" if manifest.bytecode else "source"
    return f"{manifest.layer}-{manifest.architecture}-python{manifest.python}-{compiled}-"


def _keep(package: Package, path: Path, *, instead_of: str) -> None:
    """Under its name when it is whole, whatever interrupts it; older builds go, which are 100 MB each."""
    begun = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        begun.write_bytes(package.body)
        begun.replace(path)
        for older in path.parent.glob(instead_of):
            if older != path:
                older.unlink(missing_ok=True)
    finally:
        begun.unlink(missing_ok=True)
