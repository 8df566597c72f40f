"""Checks and scores several instances of one request, and stops where the function would run out of time.

A function that runs out of time answers nothing: Lambda ends it, which counts as a fault of the version. So the clock
is looked at, and what will not be finished is refused in good time, with how many instances would be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from ..refusal import Refused, shown
from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..handler import Service
    from ..schema import Noted
    from ..scorer import Scorer

NUMBER_BYTES = 30
"""A probability in JSON, with its punctuation."""
WHY_BYTES = 200
"""What an explanation writes around its columns."""
COLUMN_BYTES = 26
"""What it writes around a column's name and number."""
AT_A_TIME = 64
"""Instances that are read before they are scored: a graph scores some together."""
LOOKS = 16
"""The clock is looked at after each of the first instances, and then after so many."""
SEEN = 0.1
"""The share of the time after which the pace so far tells of the rest."""
KEPT = 0.05
"""The share that is kept for the answer itself, and for a moment in which other work has the processor."""
ROOM = 0.8
"""So much of what fits by the pace is told to fit."""


def prediction_bytes(scorer: Scorer, *, most: int) -> int:
    """The most bytes of a prediction in JSON that tells the `most` columns that moved it; 0 tells none."""
    spelled = [len(json.dumps(name)) for name in scorer.classes]
    size = sum(spelled) + max(spelled) + NUMBER_BYTES * (len(spelled) + 2)
    if not most:
        return size
    names = [len(json.dumps(column.name)) for column in scorer.schema.columns]
    told = sorted(names, reverse=True)[:most]
    return size + WHY_BYTES + max(spelled) + sum(told) + (COLUMN_BYTES + NUMBER_BYTES) * len(told)


def checked(instances: object, at_most: int) -> Sequence[object]:
    """The instances; raises Refused for what is no list of 1 to `at_most`."""
    accepted = f"a list of 1 to {at_most} objects"
    if not isinstance(instances, list):
        message = f"instances is {shown(instances)}, not a list"
        raise Refused("InstancesNotAList", message, field="instances", accepted=accepted)
    if not instances:
        raise Refused("InstancesEmpty", "instances is empty", field="instances", accepted=accepted)
    if len(instances) > at_most:
        message = f"instances holds {len(instances)}: send at most {at_most} at a time"
        raise Refused("TooManyInstances", message, field="instances", accepted=accepted, status=413)
    return instances


def predictions(
    service: Service, instances: Sequence[object], noted: dict[int | None, Noted], *, most: int
) -> Iterator[dict[str, object]]:
    """Of each instance; `noted` gets what was noted of it. Raises Refused, which names the instance."""
    schema = service.scorer.schema
    for begin in range(0, len(instances), AT_A_TIME):
        at = begin
        try:
            rows = []
            for at, instance in enumerate(instances[begin : begin + AT_A_TIME], begin):
                here: Noted = []
                rows.append(schema.read(instance, here))
                if here:
                    noted[at] = here
            at = begin - 1
            for row, scored in zip(rows, service.scorer.score_all(rows), strict=True):
                at += 1
                yield service.prediction(row, scored, most=most)
        except Refused as refused:
            refused.instance = at
            raise


def in_time(
    scored: Iterator[dict[str, object]], *, of: int, left_ms: Callable[[], float]
) -> Iterator[dict[str, object]]:
    """The same, as long as the pace so far says that all are scored in the time that was left at the beginning.

    Raises Refused where it does not; of the code that a batch answers by sending half as many.
    """
    limit = left_ms()
    for done, prediction in enumerate(scored, 1):
        yield prediction
        if done < of and (done <= LOOKS or done % LOOKS == 0):
            used = limit - left_ms()
            if used >= SEEN * limit and used * of > (1 - KEPT) * limit * done:
                raise _too_slow(
                    of=of, fit=int(ROOM * limit * done / used), needed_ms=used * of / done, limit_ms=limit
                )


def _too_slow(*, of: int, fit: int, needed_ms: float, limit_ms: float) -> Refused:
    fit = max(1, min(fit, of - 1))
    seconds = max(1, round(limit_ms / 1000))
    return Refused(
        "TooManyInstances",
        f"these {of} instances would take about {needed_ms / 1000:.0f} s, and the model's function has {seconds} s:"
        f" send at most {fit} at a time, score a file with nightswap batch FILE --model MODEL, or give the recipe"
        " more: serving=Serving(timeout_seconds=..., memory_mb=...)",
        field="instances",
        accepted=f"a list of 1 to {fit} objects",
        status=413,
    )
