"""Makes one zip file of the files of a part, or of its sums, and looks at them in it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from lambdas.model.arrays import Content
from lambdas.model.data.sums import AS_THEY_ARE

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a zip file, so that the same rows are the same bytes."""
PACKING = 1
"""zlib's fastest: on KDD Cup 99 it makes rows a fourth of their size, and its slower ones a fifth, in four times the
time."""
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What a file raises that is no whole zip file."""
HEADER_BYTES = 30
LENGTHS = struct.Struct("<26xHH")
"""Of the name and of the extra field, in the header before each file's content; 4.3.7 of
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT."""
EXTRA = struct.Struct("<HHH")
ALIGNED = 0xD935
"""The kind of extra field by which Android's packages move a content to a multiple of bytes."""
ALIGNMENT = 8
"""In bytes. NumPy copies a whole array of longer numbers before it searches it, if it begins elsewhere."""


def zipped(files: Mapping[str, bytes], *, is_packed: bool = True) -> bytes:
    """The files in one, by their names; the same bytes for the same files and the same release of zlib."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            if is_packed and name not in AS_THEY_ARE:
                entry.compress_type = zipfile.ZIP_DEFLATED
            else:
                entry.extra = _padding(content.tell() + HEADER_BYTES + len(name.encode()))
            archive.writestr(entry, body, compresslevel=PACKING)
    return content.getvalue()


def unzipped(content: bytes) -> dict[str, Content]:
    """What `zipped` made one of. Raises ValueError when it is damaged, as far as zip files tell.

    A file that is not packed is looked at where it lies, and its checksum left alone: whoever reads a part has
    checked the SHA-256 of the whole.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {each.filename: _lying(content, each) or archive.read(each) for each in archive.infolist()}
    except DAMAGE as exc:
        raise ValueError("it is no whole zip file") from exc


def _lying(content: bytes, entry: zipfile.ZipInfo) -> memoryview | None:
    """None of a file that is packed."""
    if entry.compress_type != zipfile.ZIP_STORED:
        return None
    begin = entry.header_offset + HEADER_BYTES + sum(LENGTHS.unpack_from(content, entry.header_offset))
    return memoryview(content)[begin : begin + entry.file_size]


def _padding(begin: int) -> bytes:
    """The extra field behind which a content is aligned, that would begin there without one."""
    spare = -(begin + EXTRA.size) % ALIGNMENT
    return EXTRA.pack(ALIGNED, EXTRA.size - 4 + spare, ALIGNMENT) + bytes(spare)
