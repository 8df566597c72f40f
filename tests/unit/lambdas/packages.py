"""Runs the packages that VersionModel publishes, with the very code that is in them."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from functools import lru_cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.given.present import present
from tests.given.serving_code import ServingCode

ZIP = b"PK"
stand_in = ServingCode()
kept: list[TemporaryDirectory[str]] = []
"""Folders of packages; they go with the process."""


def serve(package: bytes, payload: bytes) -> bytes:
    """A `Handler` of InMemoryFunctions. What `nights` registered is served by its stand-in."""
    if not package.startswith(ZIP):
        return stand_in(package, payload)
    return json.dumps(_opened(package).answer(json.loads(payload))).encode()


@lru_cache(maxsize=8)
def _opened(package: bytes) -> Any:
    """The `Service` of the package's own release. Its files stay: it imports some when a request needs them."""
    name = f"package_{hashlib.sha256(package).hexdigest()}"
    kept.append(TemporaryDirectory())
    folder = Path(kept[-1].name)
    zipfile.ZipFile(io.BytesIO(package)).extractall(folder)
    code = folder / "serve"
    spec = present(spec_from_file_location(name, code / "__init__.py", submodule_search_locations=[str(code)]))
    sys.modules[name] = module_from_spec(spec)
    return import_module(f"{name}.handler").open_package(folder)
