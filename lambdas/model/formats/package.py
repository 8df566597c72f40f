"""Builds the zip that is published as a function version: code of `lambdas/serve`, the artifact and its manifest.

The same inputs make the same bytes, anywhere: VersionModel recognises a version that it has already published by the
package's checksum. So times are fixed, names sorted, and nothing is compressed (zlib's output differs by build; the
package is small).
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from chalicelib.errors import ArtifactInvalid
from lambdas import serve
from lambdas.model.formats.all_formats import FORMATS, Format, format_of

MANIFEST_FIELDS = ("model", "model_version", "artifact_sha256", "format")
"""What the serving function reads of its manifest, beside the name of the artifact's file, which is added here."""

EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE_FILE = 0o100644 << 16


def code_files(made: Format, *, formats: Collection[Format] = FORMATS.values()) -> dict[str, bytes]:
    """The source files that serve a format, by their names in the zip; without those that only other formats need."""
    others = {name for each in formats for name in each.serving} - {*made.serving}
    folder = Path(serve.__file__).parent
    sources = sorted(folder.rglob("*.py"))
    return {
        f"serve/{file.relative_to(folder).as_posix()}": file.read_bytes()
        for file in sources
        if file.name not in others
    }


def build_package(*, artifact: bytes, manifest: Mapping[str, object]) -> bytes:
    """The zip, without the artifact where the manifest says under `stored` which object of S3 it is: bucket, key,
    version_id and bytes.

    Raises ArtifactInvalid when the manifest lacks a field, or names another artifact or format."""
    missing = [field for field in MANIFEST_FIELDS if field not in manifest]
    checksum = hashlib.sha256(artifact).hexdigest()
    if missing or manifest["artifact_sha256"] != checksum:
        raise ArtifactInvalid(
            f"the manifest does not fit the artifact of SHA-256 {checksum}: it "
            + (f"lacks {', '.join(missing)}" if missing else f"says {manifest['artifact_sha256']}")
        )
    made = format_of(str(manifest["format"]))
    document = {**manifest, "artifact_file": made.file}
    body = json.dumps(document, sort_keys=True, indent=1, allow_nan=False).encode()
    held = {} if "stored" in manifest else {made.file: artifact}
    return zipped({**code_files(made), **held, "manifest.json": body})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Of files by their names: the same bytes for the same files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.create_system = 3  # Unix on any machine, or Lambda could not read the file
            entry.external_attr = READABLE_FILE
            archive.writestr(entry, files[name])
    return content.getvalue()
