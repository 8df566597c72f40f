"""Packs a serving function before it has a model, and hashes the code and settings that surround a model in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflows.packaging import placeholder
from workflows.packaging.archive import Package, pack, sources

HANDLER = "serve.handler.handler"
"""The handler in every package of a serving function, with or without a model."""


def placeholder_package() -> Package:
    """The package with which the stack creates a serving function."""
    return pack({"serve/handler.py": Path(placeholder.__file__).read_bytes()})


def serving_sha256(root: Path, *, configuration: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, over the sources that serve a model and the configuration of the serving functions.

    It is a part of a run's fingerprint. New memory or new handler code reaches `live` with the next published version
    only, and without this no version would be published as long as the data stays the same.
    """
    code = pack(sources(root, "lambdas/serve")).sha256
    described = json.dumps({"code": code, "configuration": configuration}, sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()
