"""Scores as many rows as a request may hold, by calls of the service, which takes fewer at a time.

A row that is refused refuses the request; where the client asks for that, it is told apart, among the other answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.api import responses
from chalicelib.errors import BadRequest, BodyTooLarge, Busy
from chalicelib.limits import INFERENCE_ROWS
from chalicelib.one_by_one import Answers, Said, Unanswered, separate

from .package import Service

AT_A_TIME = 1_000
"""The most instances that a service takes; one of many classes takes fewer."""


GoesOn = Callable[[], bool]
"""Whether anybody still waits for the answer."""


def score(
    service: Service, event: Mapping[str, Any], *, goes_on: GoesOn = lambda: True
) -> tuple[int, dict[str, Any]]:
    """Status and body as of POST /predict, whose positions count in the whole request.

    Raises BodyTooLarge, and Busy where it does not go on.
    """
    instances = event["instances"]
    if not isinstance(instances, list):
        return _asked(service, event)
    _check_rows(len(instances))
    if len(instances) == 1:
        return _asked(service, event)
    return _scored(service, event, at=0, at_a_time=AT_A_TIME, goes_on=goes_on)


def score_each(
    service: Service, event: Mapping[str, Any], *, goes_on: GoesOn = lambda: True
) -> tuple[int, dict[str, Any]]:
    """The same, but a row that is refused has the words of its refusal in the place of its prediction; the warnings
    count the others, and do not place them.

    What is no list of instances, or asks for what there is not, is refused as a whole.
    """
    instances = event["instances"]
    if not isinstance(instances, list) or not instances:
        return _asked(service, event)
    _check_rows(len(instances))

    def ask(part: Sequence[Any]) -> tuple[int, Said]:
        if not goes_on():
            raise Busy("the server stops: the rows are scored no further")
        return _asked(service, {**event, "instances": [*part]})

    unread = {at: responses.of_error(each)[1] for at, each in enumerate(instances) if isinstance(each, BadRequest)}
    read = [(at, each) for at, each in enumerate(instances) if at not in unread]
    found = Answers({}, dict(unread), [])
    try:
        for start in range(0, len(read), AT_A_TIME):
            separate(read[start : start + AT_A_TIME], ask, found)
    except Unanswered as exc:
        return exc.status, dict(exc.body)
    by_place = {**found.predictions, **found.refusals}
    return 200, {
        "predictions": [by_place[at] for at in range(len(instances))],
        "warnings": _warnings({"warnings": found.warnings}),
    }


def _check_rows(count: int) -> None:
    if count > INFERENCE_ROWS:
        raise BodyTooLarge(
            f"the body has {count:,} rows", field="instances", accepted=f"at most {INFERENCE_ROWS:,} rows"
        )


def _scored(
    service: Service, event: Mapping[str, Any], *, at: int, at_a_time: int, goes_on: GoesOn
) -> tuple[int, dict[str, Any]]:
    instances = event["instances"]
    whole: dict[str, Any] = {}
    for start in range(0, max(len(instances), 1), at_a_time):
        if not goes_on():
            raise Busy("the server stops: the rows are scored no further")
        part = {**event, "instances": instances[start : start + at_a_time]}
        status, body = _asked(service, part)
        if body.get("Code") == "TooManyInstances" and at_a_time > 1:
            fewer = (len(part["instances"]) + 1) // 2
            status, body = _scored(service, part, at=at + start, at_a_time=fewer, goes_on=goes_on)
        elif start or at:
            body = _moved(body, by=at + start)
        if status != 200:
            return status, body
        whole = _together(whole, body) if whole else body
    return 200, whole


def _asked(service: Service, event: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = service.answer(dict(event))
    return answer["status"], answer["body"]


def _moved(body: dict[str, Any], *, by: int) -> dict[str, Any]:
    """The positions in the part become positions in the request."""
    if (place := body.get("Instance")) is not None:
        words = body["Message"].removeprefix(f"instance {place}: ")
        return {**body, "Instance": place + by, "Message": f"instance {place + by}: {words}"}
    if "warnings" not in body:
        return body
    moved = [
        {**each, "Instances": [place + by for place in each["Instances"]]} if "Instances" in each else each
        for each in body["warnings"]
    ]
    return {**body, "warnings": moved}


def _together(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    predictions = first["predictions"]
    predictions += then["predictions"]
    warnings = _warnings(first, then)
    return {**first, "predictions": predictions, **({"warnings": warnings} if warnings else {})}


def _warnings(*bodies: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One for each code and words; the positions are those of the first part that has it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in (warning for body in bodies for warning in body.get("warnings", ())):
        key = (each["Code"], each["Message"])
        known = found.get(key)
        found[key] = each if known is None else {**known, "Count": known.get("Count", 1) + each.get("Count", 1)}
    return list(found.values())
