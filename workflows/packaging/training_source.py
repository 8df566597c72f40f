"""Packs the code of a training job of SageMaker: the sources of the tasks, and the file that the job starts."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

from workflows.packaging.archive import Package, sources
from workflows.packaging.tasks import FOLDERS

ENTRY_POINT = "nightswap_training.py"
"""In the folder of the sources, so that Python finds the project beside it. The toolkit starts it by this name."""
ENTRY = b"""from pathlib import Path

from lambdas.engines.sagemaker.script import main

main(Path(__file__).resolve().parents[1])
"""
FASTEST, LONG_AGO = 1, 0


def training_source(root: Path) -> Package:
    """A .tar.gz file, which the toolkit unpacks into the folder `code`; the same bytes for the same sources."""
    files = {path: body for folder in FOLDERS for path, body in sources(root, folder).items()}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, body in sorted({**files, ENTRY_POINT: ENTRY}.items()):
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(body), LONG_AGO
            archive.addfile(member, io.BytesIO(body))
    content = gzip.compress(packed.getvalue(), compresslevel=FASTEST, mtime=LONG_AGO)
    return Package(content, hashlib.sha256(content).hexdigest())
