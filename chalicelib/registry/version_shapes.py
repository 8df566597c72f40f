"""What the documents of a numbered version hold."""

from __future__ import annotations

from typing import Any

from chalicelib.documents.shapes import Record, anything, list_of, number, table_of, text
from chalicelib.registry.report import ERASED

_SAMPLE = Record(
    {
        "instances": list_of(table_of(anything)),
        "expected": list_of(Record({"label": text, "probabilities": table_of(number)})),
    },
    perhaps={"erased": ERASED},
)


def replay(value: Any) -> str | None:
    """An answer for every instance, each with the probability of its label."""
    if found := _SAMPLE(value):
        return found
    if len(value["instances"]) != len(value["expected"]):
        return f".expected has {len(value['expected'])} answers to {len(value['instances'])} instances"
    lacking = (at for at, each in enumerate(value["expected"]) if each["label"] not in each["probabilities"])
    return next((f".expected[{at}] gives its label no probability" for at in lacking), None)
