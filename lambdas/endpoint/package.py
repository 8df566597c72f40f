"""Builds the two packages of a version that has an endpoint: the function's, and the data of the endpoint's model.

The data are the files of an ordinary package (`lambdas.model.formats.package`), which SageMaker unpacks beside the
server that its image holds. The function's package holds the handler and the few lines that sign a request, and no
artifact.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import chalicelib
from lambdas import serve
from lambdas.endpoint import handler
from lambdas.model.formats.package import READABLE_FILE, zipped

SERVING = ("__init__", "labels", "refusal", "values", "seldom/__init__", "seldom/direct")
"""The modules of `lambdas.serve` that the handler needs: those of the direct lane, and of the log."""
CORE = (
    *("__init__.py", "cutting.py", "digests.py", "errors.py", "limits.py", "names.py", "values.py"),
    *("settings/__init__.py", "settings/reading.py"),
    *("api/__init__.py", "api/starts.py", "aws/__init__.py", "aws/patience.py"),
    *(f"aws/signed/{name}.py" for name in ("__init__", "certificates", "client", "connection", "exchange")),
    *(f"aws/signed/{name}" for name in ("refusals.py", "roots.pem", "signature.py", "surroundings.py")),
)
"""The files of `chalicelib` that it needs: AWS's signature, what that rests on, and the time of a start."""


def code_files() -> dict[str, bytes]:
    """The function's code, by the names in its zip."""
    serving, core = Path(serve.__file__).parent, Path(chalicelib.__file__).parent
    return {
        "serve/handler.py": Path(handler.__file__).read_bytes(),
        **{f"serve/{name}.py": (serving / f"{name}.py").read_bytes() for name in SERVING},
        **{f"chalicelib/{name}": (core / name).read_bytes() for name in CORE},
    }


def function_package(*, manifest: Mapping[str, object], endpoint: str) -> bytes:
    """The zip that is published as a function version: it names the endpoint that answers."""
    body = json.dumps({**manifest, "endpoint": endpoint}, sort_keys=True, indent=1, allow_nan=False).encode()
    return zipped({**code_files(), "manifest.json": body})


def model_data(package: bytes) -> bytes:
    """The .tar.gz of an ordinary package's files: the same bytes for the same package, so nothing is compressed."""
    content = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=content, mode="wb", compresslevel=0, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
        zipfile.ZipFile(io.BytesIO(package)) as opened,
    ):
        for name in sorted(opened.namelist()):
            body = opened.read(name)
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(body), READABLE_FILE >> 16 & 0o777
            archive.addfile(entry, io.BytesIO(body))
    return content.getvalue()
