"""Opens the package of a model version: the code that the version was published with scores it here too."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from chalicelib.errors import ArtifactInvalid, CommandFailed


class Column(Protocol):
    """A column of the model; a category has `levels` and `allowed` too, a number or a date `minimum` and others."""

    name: str
    missing: object
    absent: Collection[str]
    accepted: str


class Service(Protocol):
    """`serve.handler.Service` of the package."""

    @property
    def model(self) -> str: ...

    @property
    def model_version(self) -> int: ...

    @property
    def artifact_sha256(self) -> str: ...

    @property
    def format(self) -> str: ...

    @property
    def scorer(self) -> Any:
        """`serve.handler.Scorer`: `classes`, and `schema` with the columns."""

    def answer(self, event: object, /) -> Mapping[str, Any]:
        """Status and body; never raises."""


def not_installed(library: str, _format: str) -> str:
    """What a person is told on whose machine the library of a format is missing."""
    return f"the model is scored with {library}, which is not installed here: make setup-onnx"


def open_package(folder: Path, *, lacking: Callable[[str, str], str] = not_installed) -> Service:
    """The service of the package that is unpacked there. A process opens one: its code is the module `serve`.

    Raises ArtifactInvalid where the artifact has not the SHA-256 of its manifest, cannot be read or is missing, and
    CommandFailed where a library is missing that its format needs, in the words of `lacking`.
    """
    told = _told(folder)
    _check_artifact(folder, told)
    sys.path.insert(0, str(folder))
    try:
        handler = import_module("serve.handler")
        return _opened(handler, folder)
    except ModuleNotFoundError as exc:
        raise CommandFailed(lacking(str(exc.name), str(told.get("format")))) from exc


def _opened(handler: Any, folder: Path) -> Service:
    """Raises ArtifactInvalid; and ModuleNotFoundError, which the package itself calls a package that is broken."""
    try:
        service: Service = handler.open_package(str(folder))
    except handler.PackageBroken as exc:
        if isinstance(exc.__cause__, ModuleNotFoundError):
            raise exc.__cause__ from exc
        raise ArtifactInvalid(f"{exc}: retrain the model, or unpack the version's package again") from exc
    return service


def _told(folder: Path) -> Mapping[str, Any]:
    """The manifest; empty where there is none that can be read: the package's own code tells what is wrong."""
    try:
        told = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _check_artifact(folder: Path, told: Mapping[str, Any]) -> None:
    """Raises ArtifactInvalid for a package without its artifact, which its function would read from the bucket."""
    try:
        lacking = "" if (folder / told["artifact_file"]).is_file() else told["stored"]["key"]
    except (KeyError, TypeError):  # as before
        return
    if lacking:
        raise ArtifactInvalid(
            f"the package is without its artifact, which lies in the bucket as {lacking}: name the version by its"
            f" number, or put the artifact beside {folder / 'manifest.json'}"
        )


def columns(service: Service) -> Sequence[Column]:
    """In the order in which a row of CSV without a header has them."""
    found: Sequence[Column] = service.scorer.schema.columns
    return found


def features(service: Service) -> Sequence[Column]:
    """What an instance in JSON has: a column, or in the place of several an array. In packages of releases without
    arrays both are the same."""
    schema = service.scorer.schema
    found: Sequence[Column] = getattr(schema, "features", schema.columns)
    return found


def as_request(service: Service, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What columns hold, by their names, as an instance in JSON has it."""
    schema = service.scorer.schema
    found: Mapping[str, Any] = schema.as_request(values) if hasattr(schema, "as_request") else values
    return found


def health(service: Service) -> Mapping[str, Any]:
    """What serves: its model, version, format and SHA-256."""
    return {
        "model": service.model,
        "model_version": service.model_version,
        "format": service.format,
        "artifact_sha256": service.artifact_sha256,
    }
