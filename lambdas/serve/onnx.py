"""The artifact format `onnx`: a graph that onnxruntime runs on one thread, behind a header that says what it takes.

It needs a library, onnxruntime, which a layer of the function has. It is loaded when a graph is opened: whoever lists
the formats, or exports to this one, has none. A row reaches the graph as 64-bit floats, in the order in which the
estimator was fitted: the numbers, those of dates put through steps of `functions`, then each category as its place
among the levels of training, or -1 for an unknown one.

The artifact is one file: MAGIC, the header's length in 8 bytes (little-endian), the header (JSON) and the graph. The
graph has one input INPUT, of rows and columns, and answers with labels and probabilities. To change the format:

    1. raise FORMAT_VERSION; the export writes the lowest that says all of the model
    2. let `read` take every older number too: the live model, which Evaluate scores, may be years old
    3. keep an artifact of each number in the tests, with the answers that it gave

What older readers pass over needs no new number: `typical`, by which a graph tells why, is left out of imported ones.

A graph is no program: it holds the operators of onnxruntime alone, and `read` runs a row through it before any
request does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from .schema import ModelInvalid, Row, Schema
from .values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from .native.onnxruntime import Session

FORMAT, FORMAT_VERSION = "onnx", 1
MAGIC = b"nightswap onnx\n\n"
LENGTH_BYTES = 8
INPUT, LABELS, PROBABILITIES = "rows", "labels", "probabilities"
UNKNOWN = -1.0
"""The code of a category that training did not know."""
ROWS_AT_A_TIME = 64
NUMBERS_AT_A_TIME = 4_000_000
"""That a run of some rows may make a graph hold beside its own: 32 MB, and as much once or twice more."""
DIFFERENCES = b"_apart"
"""How the name of an operator ends that takes rows from all rows of the training, number by number."""
BYTES_OF_NODES = 1_000_000
"""A graph begins with its operators; their tables of numbers follow."""


class Onnx:
    """A model as a graph."""

    def __init__(self, header: Mapping[str, Any], session: Session, refused: type[Exception], graph: bytes) -> None:
        self.numbers_max = len(graph)
        self.has_differences = graph.find(DIFFERENCES, 0, BYTES_OF_NODES) >= 0
        self.classes: tuple[str, ...] = tuple(header["classes"])
        self.schema = Schema.from_document(header["schema"])
        self.typical: Sequence[Any] = header.get("typical", ())
        """Of each column of the schema the value of a typical row of the training; none where that is not known."""
        if self.typical and len(self.typical) != len(self.schema.columns):
            raise ValueError(f"a typical row of {len(self.typical)} columns")
        self.session = session
        self.refused = refused
        self.numbers: list[tuple[int, Callable[[float], float] | None]] = [
            (place, _through(steps)) for place, steps in header["numbers"]
        ]
        """Of each number of the graph the place of its column in the schema, and what it is put through."""
        levels = [
            column.get("levels", ())
            for column in header["schema"]["columns"]
            for _ in range(column.get("size", 1))  # an array is several
        ]
        self.categories: list[tuple[int, Mapping[str, float]]] = [
            (place, {level: float(code) for code, level in enumerate(levels[place])})
            for place in header["categories"]
        ]
        """Of each category the place of its column, and the codes of its levels."""

    @property
    def width(self) -> int:
        """How many numbers a row has in the graph."""
        return len(self.numbers) + len(self.categories)

    def laid(self, row: Row) -> list[Any]:
        """As the graph takes it."""
        return [
            *(row[place] if function is None else function(row[place]) for place, function in self.numbers),  # type: ignore[arg-type]
            *(codes.get(row[place], UNKNOWN) for place, codes in self.categories),  # type: ignore[arg-type]
        ]

    def run(self, rows: Sequence[Sequence[Any]]) -> tuple[list[str], list[list[float]]]:
        """Labels, and probabilities row by row, of rows as the graph takes them. Raises `refused`."""
        labels, numbers = self.session.run(rows, named=INPUT, labels=LABELS, numbers=PROBABILITIES)
        width = len(self.classes)
        if len(labels) != len(rows) or len(numbers) != width * len(rows):
            raise self.refused(f"{len(labels)} labels and {len(numbers)} numbers of {len(rows)} rows")
        return labels, [numbers[begin : begin + width] for begin in range(0, len(numbers), width)]

    def score(self, row: Row) -> tuple[str, list[float]]:
        """Label and probabilities of one row; NaN where a value is too large. Never raises."""
        try:
            (label,), probabilities = self.run([self.laid(row)])
        except self.refused:
            return self.classes[0], [math.nan] * len(self.classes)
        return label, probabilities[0]

    def score_all(self, rows: Sequence[Row]) -> Iterator[tuple[str, list[float]]]:
        """The same of each: some rows in one run of the graph, which takes little longer than one."""
        for begin in range(0, len(rows), self.at_a_time):
            some = rows[begin : begin + self.at_a_time]
            try:
                labels, probabilities = self.run([self.laid(row) for row in some])
            except self.refused:
                yield from map(self.score, some)
            else:
                yield from zip(labels, probabilities, strict=True)

    @property
    def at_a_time(self) -> int:
        """How many rows a run takes. Of each, a graph of neighbours holds the distance to every row of the training,
        or all differences from its numbers; one of them takes a byte of the graph or more."""
        held = self.numbers_max if self.has_differences else self.numbers_max // self.width
        return max(1, min(ROWS_AT_A_TIME, NUMBERS_AT_A_TIME // max(held, 1)))

    def undefined(self, _row: Row, /) -> tuple[int, Sequence[Sequence[Any]]] | None:
        """None: a graph does not tell at which step a number was too large."""
        return None

    def added(self, row: Row) -> Mapping[str, Sequence[float]]:
        """As `added_by_turns` of `seldom.why.by_turns` says: a graph does not add up its columns itself."""
        from .seldom.why.by_turns import added_by_turns  # here, because most requests need none

        return added_by_turns(self, row, self.typical)


def read(artifact: bytes) -> Onnx:
    """Raises ModelInvalid; ModuleNotFoundError where the layer is missing."""
    from .native.onnxruntime import GraphRefused, Session

    try:
        header, graph = _parts(artifact)
        model = Onnx(header, Session(graph), GraphRefused, graph)
        model.run([[0.0] * model.width])
    except GraphRefused as exc:
        raise ModelInvalid(f"onnxruntime does not take the graph: {exc}") from exc
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as exc:
        raise ModelInvalid(f"the artifact is malformed: {type(exc).__name__}") from exc
    return model


def _parts(artifact: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Header and graph."""
    begin = len(MAGIC) + LENGTH_BYTES
    if artifact[: len(MAGIC)] != MAGIC:
        raise ModelInvalid("the artifact does not begin as a graph of this format does")
    end = begin + int.from_bytes(artifact[len(MAGIC) : begin], "little")
    header = json.loads(artifact[begin:end])
    kind = (header["format"], header["format_version"])
    if kind != (FORMAT, FORMAT_VERSION):
        raise ModelInvalid(f"format and version are {kind}: this reader knows {(FORMAT, FORMAT_VERSION)}")
    return header, artifact[end:]


def _through(steps: Sequence[Sequence[Any]]) -> Callable[[float], float] | None:
    if not steps:
        return None
    from .number_functions import through  # here, because most graphs have no dates

    return through(steps)
