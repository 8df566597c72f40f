from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import limits
from chalicelib.batches import batch_answers
from chalicelib.batches.batch_documents import BatchRequest
from chalicelib.errors import ServingFailed
from chalicelib.one_by_one import Answers
from lambdas.serve import handler
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import Handler
from tests.given import batches, nights
from tests.given.lambda_reports import OUT_OF_TIME, failing
from tests.given.nights import MODEL

REQUEST = BatchRequest(
    model=MODEL,
    model_version=1,
    function_version="1",
    key="batches/in/a.csv",
    etag='"e"',
    size_bytes=1,
    who="ada",
    attempt="one",
    requested_at="2026-11-21T03:00:00.000Z",
)
VALUES = st.sampled_from([0, 3, 10**400, -1, "x", None])
INSTANCES = st.lists(st.fixed_dictionaries({"duration": VALUES, "flag": st.sampled_from(["SF", "S0", "", 1])}))


def answered(instances: list[Any], serve: Handler = batches.serve) -> Answers:
    outside = FakeOutside(MODEL, handler=serve)
    nights.promote(outside.edges, run="run-1", schema=batches.SCHEMA)
    encoded = [(at, json.dumps(each).encode()) for at, each in enumerate(instances, start=1)]
    return batch_answers.ask(outside.functions, REQUEST, encoded)


@given(INSTANCES)
@settings(max_examples=50)
def test_each_instance_is_answered_as_if_it_were_asked_alone(instances: list[Mapping[str, Any]]) -> None:
    found = answered(instances)

    for number, instance in enumerate(instances, start=1):
        alone: Any = batches.SERVICE.answer({"instances": [instance]})
        if alone["status"] == 200:
            assert found.predictions[number] == alone["body"]["predictions"][0]
        else:
            message = alone["body"]["Message"].removeprefix("instance 0: ")
            wanted = {**alone["body"], "Message": message}
            assert found.refusals[number] == {name: wanted[name] for name in wanted if name != "Instance"}
    assert {*found.predictions} & {*found.refusals} == set()


def test_a_call_holds_as_many_instances_as_a_version_takes() -> None:
    assert limits.BATCH_INSTANCES == handler.INSTANCES_MAX

    sizes = [len(each) for each in batch_answers.calls([(at, b"{}") for at in range(2_001)])]

    assert sizes == [1_000, 1_000, 1]


def test_a_call_is_no_larger_than_a_body_of_post_predict() -> None:
    instances = [(at, b"x" * 400_000) for at in range(5)]

    assert [len(each) for each in batch_answers.calls(instances)] == [2, 2, 1]


def test_version_that_takes_fewer_at_a_time_is_asked_for_fewer() -> None:
    def serve(package: bytes, payload: bytes) -> bytes:
        if len(json.loads(payload)["instances"]) > 3:
            return json.dumps({"status": 413, "body": {"Code": "TooManyInstances", "Message": "send 3"}}).encode()
        return batches.serve(package, payload)

    found = answered([{"duration": at if at != 4 else "x", "flag": "SF"} for at in range(10)], serve)

    assert ([*sorted(found.predictions)], [*found.refusals]) == ([1, 2, 3, 4, 6, 7, 8, 9, 10], [5])


@pytest.mark.parametrize("place", [None, 5, -1, "0"])
def test_call_that_is_refused_as_a_whole_is_a_fault(place: Any) -> None:
    said = {"status": 400, "body": {"Code": "EventMalformed", "Message": "no", "Instance": place}}

    with pytest.raises(ServingFailed, match="version 1 of kdd99-http refuses a call"):
        answered([{}], lambda *_: json.dumps(said).encode())


def test_version_that_runs_out_of_time_is_told_with_the_way_out() -> None:
    with pytest.raises(ServingFailed) as caught:
        answered([{}], failing(OUT_OF_TIME))

    assert caught.value.message == (
        "version 1 of the serving function of kdd99-http ran out of time after 10 s: give the recipe more by"
        " serving=Serving(timeout_seconds=..., memory_mb=...), then deploy and retrain"
    )
