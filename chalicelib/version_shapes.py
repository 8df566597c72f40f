"""What the documents of a numbered version hold, and of an evaluation, which one of them is."""

from __future__ import annotations

from typing import Any

from chalicelib.shapes import (
    Record,
    anything,
    count,
    digits,
    flag,
    list_of,
    maybe,
    moment,
    number,
    number_from_1,
    one_of,
    sha256,
    table_of,
    text,
)

CLAIM = Record({"holder": text}, perhaps={"claimed_at": moment})
RATIOS = table_of(table_of(maybe(number)))
MANIFEST = Record(
    {
        **dict.fromkeys(("model", "run", "code_sha256", "fingerprint", "format", "reason"), text),
        "model_version": number_from_1,
        "function_version": digits,
        "artifact_sha256": sha256,
        "configuration": Record({"Role": text}),
        "data": list_of(Record({"name": text})),
        "ratios": RATIOS,
        "created_at": moment,
    },
    perhaps={"example": table_of(anything), "parts": table_of(sha256)},
)
ERASED = list_of(Record({"files": list_of(text), "who": text, "at": moment, "rows": count}))
"""What a document lost to erasures, which say so in it."""
_RULE = Record(
    {
        **dict.fromkeys(("name", "reason"), text),
        "passed": flag,
        "direction": one_of(">=", "<="),
        **dict.fromkeys(("value", "bound"), maybe(number)),
    }
)
_SCORED = Record({"scored": flag, "rows": count})
_UNSCORED = Record({"scored": flag, "problem": maybe(text)})


def _champion(value: Any) -> str | None:
    scored = isinstance(value, dict) and value.get("scored") is True
    return _SCORED(value) if scored else _UNSCORED(value)


_PAIRED = Record(
    {
        **dict.fromkeys(("only_challenger_right", "only_champion_right", "both_right", "both_wrong"), count),
        **dict.fromkeys(("p_value", "significance"), number),
        "method": text,
    }
)
_ANSWER = Record({"label": text, "probability": number})
_DIFFERENCE = Record(
    {
        **dict.fromkeys(("row", "rows_alike"), count),
        "true": text,
        **dict.fromkeys(("challenger", "champion"), _ANSWER),
        "features": table_of(anything),
    }
)
_REPORT = Record(
    {"passed": flag, "reason": text, "rules": list_of(_RULE)},
    perhaps={
        "run": text,
        "judging": number_from_1,
        "fingerprint": text,
        "champion_model_version": maybe(number_from_1),
        "classes": list_of(text),
        "matrix": list_of(list_of(number)),
        "rows": number,
        "ratios": RATIOS,
        "differences": list_of(_DIFFERENCE),
        "erased": ERASED,
        "champion": maybe(_champion),
        "champion_fell": list_of(Record({"ratio": text, "class": text, "then": number, "now": number})),
        "paired": maybe(_PAIRED),
    },
)


def report(value: Any) -> str | None:
    """Of the report of an evaluation, the run's own as well: the matrix has a row and a column for every class."""
    return _REPORT(value) or not_square(value)


def not_square(value: Any) -> str | None:
    classes, matrix = value.get("classes"), value.get("matrix")
    if classes is None or matrix is None:
        return None
    sides = {len(each) for each in (matrix, *matrix)}
    return None if sides <= {len(classes)} else f".matrix does not have {len(classes)} rows and columns"


_COLUMN = Record({"name": text, "kind": text}, perhaps=dict.fromkeys(("levels", "allowed"), maybe(list_of(anything))))
ARTIFACT = Record({"format": text, "schema": Record({"columns": list_of(_COLUMN)})})
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
