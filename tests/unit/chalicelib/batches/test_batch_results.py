from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.batches import batch_results
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL

NAME = "m-0123456789abcdef0123"
FIRST, SECOND = (layout.batch_chunk(NAME, number, of="predictions") for number in (1, 2))
ERRORS = layout.batch_chunk(NAME, 1, of="errors")
LINES = {number: f'{{"record": {number}, "label": "a"}}\n'.encode() for number in range(1, 6)}


@pytest.fixture
def edges() -> Edges:
    edges = FakeOutside(MODEL).edges
    edges.store.put(FIRST, LINES[1] + LINES[3])
    edges.store.put(ERRORS, LINES[2])
    edges.store.put(SECOND, LINES[4] + LINES[5])
    return edges


def test_results_are_those_of_all_chunks_in_the_order_of_the_records(edges: Edges) -> None:
    found = batch_results.read(edges, NAME, records=5, refused=1)

    assert found == {"predictions": LINES[1] + LINES[3] + LINES[4] + LINES[5], "errors": LINES[2]}


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (SECOND, None),
        (SECOND, b""),
        (SECOND, LINES[4]),
        (SECOND, LINES[4] + LINES[5][:-9]),
        (SECOND, LINES[4] + LINES[5][:-1]),
        (SECOND, LINES[4] + LINES[5] + LINES[5]),
        (SECOND, LINES[4] + LINES[4]),
        (SECOND, LINES[4] + LINES[5] + b"more"),
        (SECOND, LINES[4] + LINES[5] + b"more\n"),
        (FIRST, LINES[1] + b"\n" + LINES[3]),
        (ERRORS, None),
        (ERRORS, LINES[3]),
    ],
)
def test_line_that_is_gone_cut_off_or_there_twice_is_told(edges: Edges, key: str, body: bytes | None) -> None:
    if body is None:
        edges.store.delete(key)
    else:
        edges.store.put(key, body)

    with pytest.raises(
        RegistryIncomplete, match=rf"^the results below batches/out/{NAME}/ are damaged: .*another batch"
    ):
        batch_results.read(edges, NAME, records=5, refused=1)


def test_prediction_among_the_errors_is_told(edges: Edges) -> None:
    edges.store.put(ERRORS, LINES[2] + LINES[3])
    edges.store.put(FIRST, LINES[1])

    with pytest.raises(
        RegistryIncomplete, match=r"3 predictions and 2 errors can be read, and .* there were 4 and 1"
    ):
        batch_results.read(edges, NAME, records=5, refused=1)
