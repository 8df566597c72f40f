"""Asks one version of a model for the records of a chunk, and finds the records that it refuses.

The version refuses a call for the first bad instance in it. So the call is repeated without that one: behind it, and
at last for those before it together. The version alone decides what is refused, in the words of POST /predict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.batches.batch_documents import BatchRequest
from chalicelib.edges import failed_calls
from chalicelib.edges.serving_functions import ServingFunctions
from chalicelib.errors import ModelUnknown, ServingFailed, VersionUnfit
from chalicelib.limits import BATCH_INSTANCES, PREDICT_BODY_BYTES
from chalicelib.values import Value

Instance = tuple[int, bytes]
"""The number of a record in the file, from 1, and its JSON."""
Said = Mapping[str, Any]


class Answers(Value):
    """By the number of the record."""

    predictions: dict[int, Said]
    refusals: dict[int, Said]
    warnings: list[Said]
    """Of all calls that were answered with predictions."""


def ask(functions: ServingFunctions, request: BatchRequest, instances: Sequence[Instance]) -> Answers:
    """Raises VersionUnfit where the version is gone, ServingFailed where it failed, and Lambda's TransientErrors."""
    found = Answers({}, {}, [])
    for call in calls(instances):
        _ask(functions, request, call, found)
    return found


def calls(instances: Sequence[Instance]) -> Iterator[list[Instance]]:
    """So many instances in each as a version takes at a time, by their number and their bytes."""
    call: list[Instance] = []
    size_bytes = 0
    for each in instances:
        if call and (len(call) == BATCH_INSTANCES or size_bytes + len(each[1]) > PREDICT_BODY_BYTES):
            yield call
            call, size_bytes = [], 0
        call.append(each)
        size_bytes += len(each[1]) + 1
    if call:
        yield call


def _ask(functions: ServingFunctions, request: BatchRequest, call: list[Instance], found: Answers) -> None:
    before: list[Instance] = []
    """Those that were read before a refused one: the version would score them."""
    while call:
        status, body = _answer(functions, request, call)
        if status == 200:
            numbers = [number for number, _ in call]
            found.predictions.update(zip(numbers, body["predictions"], strict=True))
            found.warnings.extend(body.get("warnings", ()))
            break
        if body.get("Code") == "TooManyInstances" and len(call) > 1:
            half = len(call) // 2
            _ask(functions, request, call[:half], found)
            _ask(functions, request, call[half:], found)
            break
        place = body.get("Instance")
        if type(place) is not int or not 0 <= place < len(call):
            raise ServingFailed(f"version {request.model_version} of {request.model} refuses a call: see its log")
        found.refusals[call[place][0]] = _without_its_place(body, place)
        before += call[:place]
        call = call[place + 1 :]
    if before:
        _ask(functions, request, before, found)


def _answer(functions: ServingFunctions, request: BatchRequest, call: Sequence[Instance]) -> tuple[int, Said]:
    payload = b'{"instances":[' + b",".join(encoded for _, encoded in call) + b"]}"
    try:
        answer = functions.invoke(request.model, payload, qualifier=request.function_version)
    except ModelUnknown as exc:
        raise VersionUnfit(
            f"version {request.model_version} of {request.model} is gone: it was pruned, or Lambda lost it; ask for"
            " the batch again, on the version that is live now"
        ) from exc
    if answer.function_error:
        failure = failed_calls.read(answer.payload)
        raise ServingFailed(
            f"version {request.model_version} of the serving function of {request.model} {failure.happened}:"
            f" {failure.way_out}"
        )
    said = json.loads(answer.payload)
    return said["status"], said["body"]


def _without_its_place(body: Said, place: int) -> Said:
    """The refusal without the position in the call, which tells nothing of the file."""
    said = {name: value for name, value in body.items() if name != "Instance"}
    return {**said, "Message": str(body.get("Message")).removeprefix(f"instance {place}: ")}
