"""A data set by its name: written whole, or not at all, with what to do by hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from chalicelib.errors import BadRequest, SampleUnavailable
from tests.contract.sample_data.archives import KEPT, archive_at, packed, sending, serving
from workflows.sample_data.bundled import BUNDLED
from workflows.sample_data.download import Patience
from workflows.sample_data.kdd99 import KDD99
from workflows.sample_data.known import KDD, NAMES, Known, known

ARCHIVE = packed(KEPT)
ROWS = b"duration,src_bytes,dst_bytes,label\n" + b"".join(row + b"\n" for row in KEPT)


def told(_doing: str, _done: int, _total: int | None, /) -> None:
    """Ignores the progress."""


def test_a_bundled_one_is_written_once(tmp_path: Path) -> None:
    file = known("iris").write(tmp_path, given=None, progress=told)

    assert file == tmp_path / "iris.csv"
    assert file.read_bytes() == BUNDLED["iris"].content
    with pytest.raises(BadRequest, match=r"iris.csv is there already: move it away"):
        known("iris").write(tmp_path, given=None, progress=told)


def test_the_real_one_is_downloaded(tmp_path: Path) -> None:
    with serving(sending(ARCHIVE)) as url:
        file = Known(KDD, archive_at(url, ARCHIVE)).write(tmp_path, given=None, progress=told)

    assert file.name == "kdd99-http.csv.gz"
    assert gzip.decompress(file.read_bytes()) == ROWS


def test_a_download_that_fails_says_what_to_do_by_hand_and_leaves_nothing(tmp_path: Path) -> None:
    with serving(sending(b"another")) as url:
        wanted = Known(KDD, archive_at(url, ARCHIVE))
        with pytest.raises(SampleUnavailable) as refused:
            wanted.write(tmp_path, given=None, progress=told, patience=Patience())

    assert "is another file: got SHA-256 " in refused.value.message
    assert refused.value.message.endswith(
        f". By hand: download {url} where that can be done, and say --archive FILE; its SHA-256 has to be"
        f" {wanted.archive.sha256}"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_was_downloaded_by_hand_is_as_good(tmp_path: Path) -> None:
    by_hand = tmp_path / "by-hand.gz"
    by_hand.write_bytes(ARCHIVE)

    file = Known(KDD, archive_at("http://127.0.0.1:1/", ARCHIVE)).write(tmp_path, given=by_hand, progress=told)

    assert gzip.decompress(file.read_bytes()) == ROWS


@pytest.mark.parametrize(
    ("body", "said"), [(b"another", "is another file: got SHA-256 "), (None, "cannot be read: No such file")]
)
def test_another_archive_or_none_is_refused(tmp_path: Path, body: bytes | None, said: str) -> None:
    by_hand = tmp_path / "by-hand.gz"
    if body is not None:
        by_hand.write_bytes(body)

    with pytest.raises(SampleUnavailable, match=f"by-hand.gz {said}"):
        known(KDD).write(tmp_path, given=by_hand, progress=told)
    assert not (tmp_path / "kdd99-http.csv.gz").exists()


def test_an_archive_that_is_no_gzip_file_is_named(tmp_path: Path) -> None:
    by_hand = tmp_path / "by-hand.gz"
    by_hand.write_bytes(ARCHIVE[:-9])

    with pytest.raises(SampleUnavailable, match=r"by-hand.gz is not a whole gzip file"):
        Known(KDD, archive_at("http://127.0.0.1:1/", ARCHIVE[:-9])).write(tmp_path, given=by_hand, progress=told)


def test_a_bundled_one_needs_no_archive(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="iris needs no archive: leave --archive out"):
        known("iris").write(tmp_path, given=tmp_path, progress=told)


def test_a_name_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadRequest, match=f"there is no sample 'mnist': known are {', '.join(NAMES)}"):
        known("mnist")


def test_each_says_where_it_comes_from_and_what_to_do_with_it() -> None:
    assert Known("iris").about == f"in scikit-learn; CSV of SHA-256 {BUNDLED['iris'].sha256}"
    assert Known("iris").way_on(Path("my iris.csv")) == "nightswap init 'my iris.csv' --label species"
    assert KDD99.sha256 in Known(KDD).about
    assert Known(KDD).way_on(Path("k.csv.gz")) == "nightswap data add k.csv.gz --model kdd99-http"
