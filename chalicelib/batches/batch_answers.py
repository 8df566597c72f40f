"""Asks one version of a model for the records of a chunk, and finds the records that it refuses.

The version refuses a call for the first bad instance in it; `chalicelib.one_by_one` repeats it without that one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from chalicelib.batches.batch_documents import BatchRequest
from chalicelib.edges import failed_calls
from chalicelib.edges.serving_functions import ServingFunctions
from chalicelib.errors import ModelUnknown, ServingFailed, VersionUnfit
from chalicelib.limits import BATCH_INSTANCES, PREDICT_BODY_BYTES
from chalicelib.one_by_one import Answers, Said, Unanswered, separate

Instance = tuple[int, bytes]
"""The number of a record in the file, from 1, and its JSON."""


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


def _ask(functions: ServingFunctions, request: BatchRequest, call: Sequence[Instance], found: Answers) -> None:
    try:
        separate(call, lambda instances: _answer(functions, request, instances), found)
    except Unanswered as exc:
        raise ServingFailed(
            f"version {request.model_version} of {request.model} refuses a call: see its log"
        ) from exc


def _answer(functions: ServingFunctions, request: BatchRequest, instances: Sequence[bytes]) -> tuple[int, Said]:
    payload = b'{"instances":[' + b",".join(instances) + b"]}"
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
