"""The artifact format `trees`: decision trees and sums of them, as arrays that are read where they lie.

Only inner nodes are stored, in arrays of all trees together. From inner node n a row goes on to

    left[n] if laid[slot[n]] <= threshold[n] else right[n]

and a negative number is a leaf, at ~number of `value`. All that differs between kinds of trees lies outside of this
loop. One part is how a row is laid out in slots:

    a number      as it is, or put through steps of `functions`; rounded to 32 bits where the trees were fitted on
                  them. A missing one is NaN, which goes right; where it goes left, it is -infinity
    a category    what the model makes of it, from a table with a row for each level, and last for an unknown one;
                  for a split by a set of categories 0 (left) or 1 (right), against the threshold 0.5

The other is how the leaves that a row reaches make an answer:

    mean       the mean of the leaves' shares of the classes
    logistic   score = base + sum of the leaves' values: P(second class) = 1 / (1 + exp(-scale * score))
    softmax    a score for each class, by trees that take turns: P = exp(score) / sum(exp(scores))
    votes      each tree votes with its weight for the class of the leaf, and against the others
    logistic32, softmax32    as these two, in the 32-bit floats of XGBoost, whose label is that of the probabilities

Sums are made in the order of the trees, so that they have the estimator's own bits.

The artifact is one file, little-endian: MAGIC, the header's length in 8 bytes, the header (JSON), zeros up to a
multiple of 8 bytes, and then the sections, each at such a multiple. The header names each section's type, beginning
and length. The reader checks that sections lie within the file. Whether a node leads somewhere, the exporting side
checks: here the checksum of the package stands for it. To change the format:

    1. raise FORMAT_VERSION; the export writes the lowest that says all of the model
    2. let `read` take every older number too: the live model, which Evaluate scores, may be years old
    3. keep an artifact of each number in the tests, with the answers that it gave

Since version 2 there may be arrays of columns, since version 3 sums of 32-bit floats, since version 4 several models
whose answers make one: `seldom.blends`.
"""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence

from .links import logistic32, sigmoid, softmax, softmax32
from .schema import ModelInvalid, Row, Schema
from .values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from .seldom.blends import Blend

FORMAT, WITHOUT_ARRAYS, WITHOUT_32_BITS, WITHOUT_MEMBERS, FORMAT_VERSION = "trees", 1, 2, 3, 4
KNOWN = tuple((FORMAT, version) for version in range(1, FORMAT_VERSION + 1))
MAGIC = b"nightswap trees\n"
ALIGNED = 8
LENGTH_BYTES = 8
TYPES = {"B": 1, "h": 2, "H": 2, "i": 4, "f": 4, "d": 8}
"""Of the items of a section, as `struct` names them, and their bytes."""
ROWS_COLD = 100
"""After so many rows the nodes are made faster to walk, by a part with each row: `seldom.paired`."""
INF = math.inf

Numbers = Sequence["Any"]
Shares = tuple[tuple[int, float], ...]


class Trees:
    """A model of trees. The arrays are views of the file."""

    SHARE_UNIT = 65_535
    """What the share 1 is written as, where a node's expected shares are."""

    def __init__(self, header: Mapping[str, Any], section: Callable[[str], Numbers]) -> None:
        self.classes: tuple[str, ...] = tuple(header["classes"])
        self.positive: str | None = header["positive"]
        self.schema = Schema.from_document(header["schema"])
        self.link: str = header["link"]
        if self.link not in LINKS:
            raise ValueError(f"link is {self.link!r}: expected one of {', '.join(LINKS)}")
        self.rounds_to_32_bits: bool = header["rounds_to_32_bits"]
        self.base: list[float] = header["base"]
        self.scale: float = header["scale"]
        self.zero_is_second: bool = header["zero_is_second"]
        self.slot, self.threshold = section("slot"), section("threshold")
        self.left, self.right, self.roots = section("left"), section("right"), section("roots")
        self.arrays = [self.slot, self.threshold, self.left, self.right]
        self.nodes, self.rows = header["nodes"], 0
        """How many the whole file has, and how many were scored."""
        self.pair: Callable[[], None] | None = None
        self.paired: Callable[[Sequence[float]], list[Any]] | None = None
        """Does what `leaf_values` does, once `pair` has made tuples of the nodes."""
        self.value, self.expected = section("value"), section("expected")
        self.places: list[int] = [place for place, _, _ in header["numbers"]]
        self.put_through = _put_through(header["numbers"])
        self.missing_left = [slot for slot, (_, goes_left, _) in enumerate(header["numbers"]) if goes_left]
        levels = [
            column.get("levels", ())
            for column in header["schema"]["columns"]
            for _ in range(column.get("size", 1))  # an array is several
        ]
        self.tables = [_Table(*each, levels=levels[each[0]], section=section) for each in header["tables"]]
        self.columns = [*self.places, *(table.place for table in self.tables for _ in range(table.width))]
        """Of each slot the position of its column in the schema."""
        self.weights = section("weights") if self.link == "votes" else ()
        self.shares = _Shares(section) if self.link in ("mean", "votes") else None

    def laid(self, row: Row) -> list[float] | None:
        """The row in slots; None where a number is too large for any."""
        laid: list[Any] = [row[place] for place in self.places]
        for slot, function in self.put_through:
            if laid[slot] == laid[slot]:  # a missing number stays one
                number = function(laid[slot])
                laid[slot] = number if number == number else INF
        if self.rounds_to_32_bits:
            laid = array("f", laid).tolist()
        if INF in laid or -INF in laid:
            return None
        for slot in self.missing_left:
            laid[slot] = laid[slot] if laid[slot] == laid[slot] else -INF
        for table in self.tables:
            laid.extend(table.of(row))
        return laid

    def leaf_values(self, laid: Sequence[float]) -> list[Any]:
        """Of the leaf that each tree leads to, its value, or its shares."""
        if self.paired is not None:
            return self.paired(laid)
        (slot, threshold, left, right), value = self.arrays, self.value
        found = []
        for node in self.roots:
            while node >= 0:
                node = left[node] if laid[slot[node]] <= threshold[node] else right[node]
            found.append(value[~node])
        return found if self.shares is None else [self.shares[kind] for kind in found]

    def score(self, row: Row) -> tuple[str, list[float]]:
        """Label and probabilities of one row; NaN where a value is too large. Never raises."""
        values = self.reached(row)
        if values is None:
            return self.classes[0], [math.nan] * len(self.classes)
        return LINKS[self.link](self, values)

    def reached(self, row: Row) -> list[Any] | None:
        """The values of the leaves that a row leads to; None where a number is too large."""
        self.rows += 1
        if self.rows >= ROWS_COLD:
            if self.pair is None:
                from .seldom.paired import pairing  # here, because no cold start needs it

                self.pair = pairing(self)
            self.pair()
        laid = self.laid(row)
        return None if laid is None else self.leaf_values(laid)

    def score_all(self, rows: Sequence[Row]) -> Iterator[tuple[str, list[float]]]:
        return map(self.score, rows)

    def undefined(self, _row: Row, /) -> tuple[int, Sequence[Sequence[Any]]] | None:
        """None: the steps before trees are defined for every number."""
        return None

    def scores(self, values: Sequence[float]) -> list[float]:
        """What the leaves add up to, one score for two classes or one for each."""
        totals = []
        for output, total in enumerate(self.base):
            for value in values[output :: len(self.base)]:
                total += value
            totals.append(total)
        return totals

    def sums(self, values: Sequence[Shares]) -> list[float]:
        """Of the leaves' shares of each class."""
        totals = [0.0] * len(self.classes)
        for pairs in values:
            for place, share in pairs:
                totals[place] += share
        return totals

    def votes(self, values: Sequence[Shares]) -> list[float]:
        """Of two classes the one score that decides; of more, one for each."""
        totals = [total / self.scale for total in self.sums(values)]
        return [totals[1] - totals[0]] if len(totals) == 2 else totals

    def added(self, row: Row) -> dict[str, list[float]]:
        """As `added_by_trees` of `seldom.why.along_paths` says."""
        from .seldom.why.along_paths import added_by_trees  # here, because most requests need none

        return added_by_trees(self, row)


class _Table:
    """What the model makes of a category: `width` numbers for each level, and last for an unknown one."""

    def __init__(
        self, place: int, width: int, name: str, *, levels: Sequence[str], section: Callable[[str], Numbers]
    ) -> None:
        self.place, self.width, self.numbers = place, width, section(name)
        self.rows = {level: row * width for row, level in enumerate(levels)}
        self.unknown = len(levels) * width

    def of(self, row: Row) -> Numbers:
        begin = self.rows.get(row[self.place], self.unknown)  # type: ignore[arg-type]
        return self.numbers[begin : begin + self.width]


class _Shares(dict[int, Shares]):
    """Of each distinct kind of leaf its classes and shares; made when a row first comes to one."""

    def __init__(self, section: Callable[[str], Numbers]) -> None:
        self.begins, self.places, self.shares = section("begins"), section("places"), section("shares")

    def __missing__(self, kind: int) -> Shares:
        begin, end = self.begins[kind], self.begins[kind + 1]
        made = self[kind] = tuple(zip(self.places[begin:end], self.shares[begin:end], strict=True))
        return made


def _mean(model: Trees, values: Sequence[Any]) -> tuple[str, list[float]]:
    shares = [total / len(values) for total in model.sums(values)]
    return model.classes[shares.index(max(shares))], shares


def _logistic(model: Trees, values: Sequence[Any]) -> tuple[str, list[float]]:
    (score,) = model.scores(values)
    second = sigmoid(model.scale * score)
    return model.classes[score >= 0 if model.zero_is_second else score > 0], [1.0 - second, second]


def _softmax(model: Trees, values: Sequence[Any]) -> tuple[str, list[float]]:
    scores = model.scores(values)
    return model.classes[scores.index(max(scores))], softmax(scores)


def _votes(model: Trees, values: Sequence[Any]) -> tuple[str, list[float]]:
    scores = model.votes(values)
    if len(scores) == 1:
        return model.classes[scores[0] > 0], softmax([-scores[0] / 2, scores[0] / 2])
    return model.classes[scores.index(max(scores))], softmax([score / (len(scores) - 1) for score in scores])


LINKS: Mapping[str, Callable[[Trees, Sequence[Any]], tuple[str, list[float]]]] = {
    "mean": _mean,
    "logistic": _logistic,
    "softmax": _softmax,
    "votes": _votes,
    "logistic32": lambda model, values: logistic32(model.classes, model.base, values),
    "softmax32": lambda model, values: softmax32(model.classes, model.base, values),
}
LINKS_OF_32_BITS = ("logistic32", "softmax32")


def _put_through(numbers: Sequence[Any]) -> list[tuple[int, Callable[[float], float]]]:
    """Of the slots whose numbers are put through steps, the functions."""
    if not any(steps for _, _, steps in numbers):
        return []
    from .number_functions import through  # here, because most trees have no steps

    return [(slot, through(steps)) for slot, (_, _, steps) in enumerate(numbers) if steps]


def read(artifact: bytes) -> Trees | Blend:
    """Raises ModelInvalid."""
    if sys.byteorder != "little":
        raise ModelInvalid("trees are little-endian, and this machine is not")
    try:
        return _read(artifact)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as exc:
        raise ModelInvalid(f"the trees are malformed: {type(exc).__name__}") from exc


def _read(artifact: bytes) -> Trees | Blend:
    begin = len(MAGIC) + LENGTH_BYTES
    if artifact[: len(MAGIC)] != MAGIC:
        raise ModelInvalid("the artifact does not begin as trees do")
    end = begin + int.from_bytes(artifact[len(MAGIC) : begin], "little")
    header = json.loads(artifact[begin:end])
    kind = (header["format"], header["format_version"])
    if kind not in KNOWN:
        raise ModelInvalid(f"format and version are {kind}: this reader knows {' and '.join(map(str, KNOWN))}")
    body = memoryview(artifact)[end + -end % ALIGNED :]
    header["nodes"] = sum(each[2] for name, each in header["sections"].items() if name.endswith("slot"))

    def section(name: str) -> Numbers:
        code, offset, items = header["sections"][name]
        size = items * TYPES[code]
        if not 0 <= offset <= offset + size <= len(body):
            raise ValueError(f"section {name} does not lie within the file")
        return body[offset : offset + size].cast(code)

    if "members" in header:
        from .seldom.blends import Blend  # here, because most artifacts are one model

        return Blend(header, section)
    return Trees(header, section)
