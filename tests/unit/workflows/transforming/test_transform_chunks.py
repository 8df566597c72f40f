from __future__ import annotations

from chalicelib import layout
from chalicelib.batches.batch_chunks import BatchRecord
from chalicelib.limits import TRANSFORM_CHUNK_BYTES
from tests.fakes.edges import FakeOutside
from workflows.transforming import transform_chunks
from workflows.transforming.transform_chunks import Chunk, cut


def record(number: int, instance: bytes | None = b"{}") -> BatchRecord:
    return BatchRecord(number, number, instance)


def numbers(chunks: list[Chunk]) -> list[list[int]]:
    return [[each.number for each in chunk.records] for chunk in chunks]


def test_chunks_have_all_records_in_their_order() -> None:
    chunks = list(cut(map(record, range(1, 6)), chunk_records=2))

    assert numbers(chunks) == [[1, 2], [3, 4], [5]]
    assert [each.number for each in chunks] == [1, 2, 3]


def test_no_chunk_has_more_bytes_than_a_request_may_have() -> None:
    large = b'"' + b"x" * 999_997 + b'"'
    chunks = list(cut(record(number, large) for number in range(1, 9)))

    assert numbers(chunks) == [[1, 2, 3, 4, 5, 6], [7, 8]]
    assert all(len(each.body) <= TRANSFORM_CHUNK_BYTES for each in chunks)


def test_record_that_cannot_be_read_has_its_place_and_no_instance() -> None:
    [chunk] = cut([record(1), record(2, None), record(3)])

    assert (len(chunk.records), chunk.body) == (3, b"{}\n{}\n")


def test_name_of_a_chunk_tells_its_place_and_its_instances() -> None:
    first, second = cut([record(1), record(2)], chunk_records=1)
    [other] = cut([record(1, b'{"a":1}')])

    assert first.name == "000001-ca3d163bab055381.jsonl"
    assert len({first.name, second.name, other.name}) == 3


def test_chunk_that_is_there_is_not_sent_again_and_one_without_an_instance_never() -> None:
    outside = FakeOutside()
    chunks = list(cut([record(1), record(2, None), record(3)], chunk_records=1))

    told: list[str] = []

    def progress(doing: str, _done: int, _total: int) -> None:
        told.append(doing)

    found = [
        transform_chunks.upload(outside.edges, chunks, batch="b", named="f", progress=progress) for _ in range(2)
    ]

    assert found == [{chunks[0].name: 1, chunks[2].name: 1}] * 2
    puts = [each for each in outside.history.effects if each.operation == "put"]
    assert len(puts) == len(outside.store.list(layout.transform("b", of="in"))) == 2
    assert told == [f"reading the file: {count}" for count in ("1 record", "2 records", "3 records")] * 2
