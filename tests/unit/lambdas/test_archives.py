from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from lambdas.archives import unzipped, zipped
from lambdas.model.arrays import to_npy, view_of_npy
from lambdas.model.data.sums import HASHES

FILES = {"numeric.npy": to_npy(np.array([[1.0], [2.0]])), "names.json": b'{"levels": []}'}


def test_zip_of_the_same_files_is_the_same_bytes_and_a_damaged_one_is_told() -> None:
    body = zipped(FILES)
    damaged = bytearray(body)
    damaged[len(body) // 3] ^= 1

    assert (zipped(FILES), unzipped(body)) == (body, FILES)
    for wrong in (bytes(damaged), body[: len(body) // 2], b""):
        with pytest.raises(ValueError, match="no whole zip file"):
            unzipped(wrong)


def test_parts_are_packed_as_fast_as_zlib_packs() -> None:
    body = "".join(f"{number * number}," for number in range(120_000)).encode()
    streams = {level: deflated(body, level) for level in (zlib.Z_BEST_SPEED, 6, 9)}

    packed = zipped({"numeric.npy": body})

    assert [level for level, stream in streams.items() if stream in packed] == [zlib.Z_BEST_SPEED]


def deflated(body: bytes, level: int) -> bytes:
    """As an entry of a zip file holds it."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def test_rows_are_packed_and_hashes_which_are_as_good_as_random_stay_as_they_are() -> None:
    body = b"0,230,1200;" * 100_000
    packed, unpacked = (zipped({name: body}) for name in ("numeric.npy", HASHES[0]))

    assert len(packed) < len(body) / 10
    assert len(unpacked) > len(body)
    assert unzipped(packed) == {"numeric.npy": body}
    assert unzipped(unpacked) == {HASHES[0]: body}


def test_part_that_is_written_anew_soon_is_not_packed() -> None:
    files = {"numeric.npy": b"0" * 10_000}

    assert len(zipped(files)) < 1_000
    assert len(zipped(files, is_packed=False)) > 10_000
    assert unzipped(zipped(files, is_packed=False)) == files


def test_part_of_a_release_that_packed_none_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)

    assert unzipped((tmp_path / "old.zip").read_bytes()) == FILES


def test_damage_anywhere_in_a_packed_part_is_told() -> None:
    body = zipped({"numeric.npy": bytes(range(256)) * 4_000})
    begin = body.index(b"numeric.npy") + len(b"numeric.npy")  # where the packed bytes begin

    for place in range(begin, begin + 40):
        damaged = bytearray(body)
        damaged[place] ^= 0xFF
        with pytest.raises(ValueError, match="no whole zip file"):
            unzipped(bytes(damaged))


@pytest.mark.parametrize("name", ["a", "ab.npy", "abc.npy", *HASHES])
def test_array_that_is_not_packed_is_looked_at_where_it_lies(name: str) -> None:
    array = np.arange(1_000, dtype=np.uint64)
    body = zipped({"first": b"of an odd length.", name: to_npy(array)}, is_packed=False)

    found = view_of_npy(unzipped(body)[name])

    assert np.shares_memory(found, np.frombuffer(body, dtype=np.uint8))
    assert found.flags.aligned
    assert found.tolist() == array.tolist()


def test_file_that_would_lie_behind_the_end_is_told() -> None:
    body = bytearray(zipped({HASHES[0]: b"12345678"}))
    place = body.index(b"PK\x01\x02") + 42  # where the list of the files tells where this one begins
    body[place : place + 4] = (len(body) - 1).to_bytes(4, "little")

    with pytest.raises(ValueError, match="no whole zip file"):
        unzipped(bytes(body))
