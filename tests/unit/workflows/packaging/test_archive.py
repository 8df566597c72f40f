"""The same files give the same bytes, on any checkout and machine."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.packaging.archive import pack, sources

PATHS = st.text("abc_/", min_size=1).map(lambda text: f"{text.strip('/') or 'a'}.py")


@given(st.dictionaries(PATHS, st.binary(max_size=64), max_size=6))
def test_order_of_files_does_not_change_the_package(files: dict[str, bytes]) -> None:
    backwards = dict(reversed(files.items()))

    assert pack(backwards) == pack(files)


@given(st.dictionaries(PATHS, st.binary(max_size=64), max_size=6))
def test_package_holds_what_was_put_in(files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(files).body)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_entries_carry_no_trace_of_the_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(pack({"a.py": b"1"}).body)) as archive:
        (entry,) = archive.infolist()

    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert entry.external_attr >> 16 == 0o100644
    assert entry.create_system == 3
    assert entry.compress_type == zipfile.ZIP_STORED


def test_checksum_of_a_known_package_never_changes() -> None:
    assert pack({"a.py": b"1"}).sha256 == "a1a6de8a735b051554fcd270ab0e42e4ef58a5d7b277c23b8ceabdbb5afd0333"


def test_sources_depend_on_content_alone(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    source = tmp_path / "code" / "a.py"
    source.write_text("x = 1")
    before = pack(sources(tmp_path, "code"))

    os.utime(source, (1, 1))
    source.chmod(0o600)
    (tmp_path / "code" / "a.pyc").write_bytes(b"compiled")
    (tmp_path / "code" / "notes.txt").write_text("left by an editor")

    assert pack(sources(tmp_path, "code")) == before


def test_folder_without_sources_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no Python file below"):
        sources(tmp_path, "code")
