"""Writes an answer in the form that its client wants.

application/json        the body of POST /predict, with the warnings
application/jsonlines   a prediction in each line; where Accept says refused=inline, a refusal in the place of one;
                        with warnings=inline the first prediction has the warnings of all
text/csv                label, then the probability of each class; a header where Accept says header=present
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .media_types import CSV, HEADER, JSON, JSON_LINES, PRESENT, WARNINGS, MediaType

Body = Mapping[str, Any]


def write(body: Body, *, of: MediaType) -> bytes:
    """The answer to a request that was scored."""
    return WRITERS[of.name](body, of)


def as_json(body: Body) -> bytes:
    return json.dumps(body).encode()


def _as_json_lines(body: Body, of: MediaType) -> bytes:
    lines: list[Body] = list(body["predictions"])
    warnings = body.get("warnings") if WARNINGS in of.parameters else None
    if warnings:  # so there is a prediction: what is refused has none
        first = next(at for at, each in enumerate(lines) if "Code" not in each)
        told = [{name: each.get(name, 1) for name in ("Code", "Message", "Field", "Count")} for each in warnings]
        lines[first] = {**lines[first], WARNINGS: told}
    return b"".join(json.dumps(each).encode() + b"\n" for each in lines)


def _as_csv(body: Body, of: MediaType) -> bytes:
    predictions: Sequence[Mapping[str, Any]] = body["predictions"]
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    if of.parameters.get(HEADER) == PRESENT:
        rows.writerow(["label", *predictions[0]["probabilities"]])
    rows.writerows([each["label"], *each["probabilities"].values()] for each in predictions)
    return text.getvalue().encode()


WRITERS: Mapping[str, Callable[[Body, MediaType], bytes]] = {
    JSON: lambda body, _of: as_json(body),
    JSON_LINES: _as_json_lines,
    CSV: _as_csv,
}
