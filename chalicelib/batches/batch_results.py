"""Reads the results of a batch that is done: every record is in the predictions or in the errors, once."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete

PREDICTIONS, ERRORS = "predictions", "errors"
NUMBER = re.compile(rb'^\{"record": ([0-9]+), .*\}\n', re.MULTILINE)
"""A line with its record's number."""


def read(edges: Edges, name: str, *, records: int, refused: int) -> Mapping[str, bytes]:
    """Predictions and errors as JSON lines, in the order of the records; of so many as the batch says that it scored.

    Raises RegistryIncomplete where a line is gone, cut off, or there twice.
    """
    found = {each: _lines(edges, layout.batch_chunk(name, of=each)) for each in (PREDICTIONS, ERRORS)}
    numbers = {each: [int(number) for number in NUMBER.findall(lines)] for each, lines in found.items()}
    every = sorted([*numbers[PREDICTIONS], *numbers[ERRORS]])
    no_other = all(
        lines.count(b"\n") == len(numbers[each]) and lines[-1:] in (b"", b"\n") for each, lines in found.items()
    )
    if not no_other or every != list(range(1, records + 1)) or len(numbers[ERRORS]) != refused:
        key = layout.batch(name, "ended")
        raise RegistryIncomplete(
            f"the results below {key.rpartition('/')[0]}/ are damaged: {len(numbers[PREDICTIONS]):,} predictions and"
            f" {len(numbers[ERRORS]):,} errors can be read, and by {key} there were {records - refused:,} and"
            f" {refused:,}. To have it scored again, copy the file to another name: that is another batch",
            key=key,
        )
    return found


def _lines(edges: Edges, prefix: str) -> bytes:
    parts = [edges.store.find(each.key) for each in edges.store.list(prefix)]
    return b"".join(part.body for part in parts if part)
