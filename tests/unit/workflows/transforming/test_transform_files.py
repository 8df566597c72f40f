from __future__ import annotations

import io
from pathlib import Path

import pytest

from chalicelib.errors import CommandFailed, ObjectUnreadable
from workflows.transforming import transform_files
from workflows.transforming.transform_files import Text

WORDS = "a\u00e4\u20ac\U0001f600 " * 50


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1_000])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_text_is_read_whole_without_its_byte_order_mark_in_whatever_pieces(piece: int, start: bytes) -> None:
    class Slow(io.BytesIO):
        """Gives fewer bytes than it is asked for, as the end of a block of gzip does."""

        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or piece, max(piece, 3)))

    text = Text(Slow(start + WORDS.encode()), named="rows.csv")

    assert io.BufferedReader(text, 1_000).read().decode() == WORDS


@pytest.mark.parametrize("bad", [b"\xff", b"\xe2\x82", b"\xe2\x82A"])
@pytest.mark.parametrize("at", [0, 1, 7, 999, 1_000])
def test_byte_that_is_no_text_is_told_with_its_place(bad: bytes, at: int) -> None:
    reader = io.BufferedReader(Text(io.BytesIO(b"a" * at + bad), named="rows.csv"), 500)

    with pytest.raises(ObjectUnreadable, match=f"rows.csv is not UTF-8 from byte {at:,} on: save it in UTF-8"):
        while reader.read(100):
            pass


@pytest.mark.parametrize(
    ("name", "told"), [("rows.parquet", "expected a file .csv"), ("rows.csv", "there is no file")]
)
def test_file_that_no_batch_reads_is_refused(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(CommandFailed, match=told):
        transform_files.check(tmp_path / name)
