"""Whether a quoted row is a row of a file."""

from __future__ import annotations

import gzip
import json

import pytest

from lambdas import recipes
from lambdas.model.reading.object_reader import read_object
from tests import http_connections
from workflows.checking.rows import FileRows, row

FILE = b'src_bytes, service ,label\r\n230,http,normal.\r\n\r\n1e3,"a,b",back.\r\nx,http,back.\r\n7\r\n'


@pytest.mark.parametrize("content", [FILE, gzip.compress(FILE, mtime=0), b"\xef\xbb\xbf" + FILE])
@pytest.mark.parametrize(
    ("features", "held"),
    [
        ({"src_bytes": 230.0, "service": "http"}, True),
        ({"service": "http", "src_bytes": 230}, True),
        ({"src_bytes": 1000.0, "service": "a,b"}, True),
        ({"src_bytes": 1000.0}, True),
        ({"src_bytes": 230.0, "service": "a,b"}, False),
        ({"src_bytes": 231.0, "service": "http"}, False),
        ({"src_bytes": 7.0, "service": "http"}, False),
        ({"src_bytes": None, "service": "http"}, True),
        ({"src_bytes": None, "service": "a,b"}, False),
    ],
)
def test_row_is_known_by_the_values_of_its_features(
    content: bytes, features: dict[str, float | str | None], held: bool
) -> None:
    assert FileRows(content).holds(row(features)) is held


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00", b"\xff\xfe", FILE + b'"', gzip.compress(FILE, mtime=0)[:-9], b"service,label\nhttp,normal.\n"],
)
def test_file_that_cannot_tell_holds_every_row(content: bytes) -> None:
    assert FileRows(content).holds(row({"src_bytes": 1.0}))


DATED = b"""opened,flag,label
2026-01-31,2026-01-31,a
2026-01-31T10:20+01:00 ,x,a
9999-12-31,x,a
NA,y,a
"""


@pytest.mark.parametrize(
    ("features", "held"),
    [
        ({"opened": "2026-01-31", "flag": "2026-01-31"}, True),
        ({"opened": "2026-01-31T09:20:00Z", "flag": "x"}, True),
        ({"opened": "2026-01-31T10:20:00Z", "flag": "x"}, False),
        ({"opened": "2026-01-31", "flag": "x"}, False),
        ({"opened": None, "flag": "y"}, True),
        ({"opened": None, "flag": "x"}, True),  # its text stands for a missing date
        ({"opened": None, "flag": "z"}, False),
    ],
)
def test_row_with_a_date_is_known_whatever_way_the_file_writes_it(
    features: dict[str, float | str | None], held: bool
) -> None:
    assert FileRows(DATED).holds(row(features)) is held


def body(*, seed: int) -> bytes:
    return "\n".join([http_connections.HEADER, *http_connections.rows(seed=seed)]).encode()


def test_every_row_that_a_run_reads_of_a_file_is_known_again_in_it() -> None:
    recipe = recipes.load("kdd99-http")
    content = body(seed=5)
    features = read_object("night-1.csv", content=content, recipe=recipe).features(recipe)
    columns = [column.tolist() for column in features.values()]
    instances = [dict(zip(features, values, strict=True)) for values in zip(*columns, strict=True)]
    file, other = FileRows(content), FileRows(body(seed=6))

    kept = json.loads(json.dumps(instances))

    assert all(file.holds(row(each)) for each in kept)
    assert not all(other.holds(row(each)) for each in kept)
