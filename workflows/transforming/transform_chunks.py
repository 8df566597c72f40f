"""Cuts the records of a file into chunks, each of which one request to the server takes, and uploads the instances.

The name of a chunk tells its place in the file and the SHA-256 of its instances. So what SageMaker wrote for a name
is of just these instances, whichever release cut them and whoever asked; a repetition finds it, and mixes nothing up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from chalicelib import layout
from chalicelib.batches.batch_chunks import BatchRecord
from chalicelib.cutting import amount
from chalicelib.edges import Edges
from chalicelib.errors import ObjectUnreadable
from chalicelib.limits import BATCH_RECORDS, TRANSFORM_CHUNK_BYTES
from chalicelib.values import Value


class Chunk(Value):
    number: int
    """From 1."""
    records: Sequence[BatchRecord]
    """At least one. Those that cannot be read have no instance."""

    @property
    def instances(self) -> list[bytes]:
        return [each.instance for each in self.records if each.instance is not None]

    @property
    def body(self) -> bytes:
        """JSON lines, one for each instance."""
        return b"".join(each + b"\n" for each in self.instances)

    @property
    def name(self) -> str:
        return f"{self.number:06d}-{hashlib.sha256(self.body).hexdigest()[:16]}.jsonl"


def cut(records: Iterable[BatchRecord], *, chunk_records: int = BATCH_RECORDS) -> Iterator[Chunk]:
    """All of them, in their order."""
    number, held, size_bytes = 1, list[BatchRecord](), 0
    for each in records:
        more = len(each.instance) + 1 if each.instance is not None else 0
        if held and (len(held) == chunk_records or size_bytes + more > TRANSFORM_CHUNK_BYTES):
            yield Chunk(number, held)
            number, held, size_bytes = number + 1, [], 0
        held.append(each)
        size_bytes += more
    if held:
        yield Chunk(number, held)


def upload(
    edges: Edges, chunks: Iterable[Chunk], *, batch: str, named: str, progress: Callable[[str, int, int], None]
) -> dict[str, int]:
    """The chunks that have an instance, by name, with how many; what is there already is not sent again.

    Raises ObjectUnreadable for a file without a record, and where it cannot be read.
    """
    there = {each.key for each in edges.store.list(layout.transform(batch, of="in"))}
    found: dict[str, int] = {}
    count = 0
    for chunk in chunks:
        count += len(chunk.records)
        if body := chunk.body:
            key = layout.transform(batch, chunk.name, of="in")
            if key not in there:
                edges.store.put(key, body)
            found[chunk.name] = len(chunk.instances)
        progress(f"reading the file: {amount(count, 'record')}", 0, 0)
    if not count:
        raise ObjectUnreadable(f"{named} holds no record")
    return found
