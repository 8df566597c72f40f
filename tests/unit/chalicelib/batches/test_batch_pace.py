from __future__ import annotations

import json

from chalicelib import layout, limits
from chalicelib.batches import batch_reports
from chalicelib.batches.batch_documents import BatchEstimate
from tests.fakes.edges import FakeOutside
from tests.given import batches

RECORDS = 2 * limits.BATCH_INSTANCES
SECONDS_A_CALL = limits.BATCH_SCORING_SECONDS / 2


class Slow:
    """A serving function that takes so long for each call of instances."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.calls = 0
        self.outside = batches.stage(self.answer)

    def answer(self, package: bytes, payload: bytes) -> bytes:
        if "instances" in json.loads(payload):
            self.calls += 1
            self.outside.clock.sleep(self.seconds)
        return batches.serve(package, payload)


def asked(outside: FakeOutside, records: int) -> str:
    return batches.ask(outside.edges, batches.put(outside.edges, batches.many(records)))


def test_larger_file_is_told_how_long_it_takes_before_anything_is_scored() -> None:
    slow = Slow(SECONDS_A_CALL)
    batch = asked(slow.outside, RECORDS)

    batches.predicted(slow.outside.edges, batch, chunk_records=RECORDS)

    told = batch_reports.describe(slow.outside.edges, batch)
    assert (told["status"], told["records"], told["seconds_about"]) == ("done", RECORDS, limits.BATCH_SCORING_SECONDS)
    assert slow.calls == 2 + 2, "two for the estimate"


def test_file_of_one_call_is_scored_without_an_estimate() -> None:
    slow = Slow(SECONDS_A_CALL)
    batch = asked(slow.outside, limits.BATCH_INSTANCES)

    batches.predicted(slow.outside.edges, batch, chunk_records=RECORDS)

    assert (slow.calls, batch_reports.describe(slow.outside.edges, batch)["seconds_about"]) == (1, None)


def test_file_that_takes_longer_than_a_function_is_refused_beforehand_with_what_takes_it() -> None:
    slow = Slow(1.1 * SECONDS_A_CALL)
    batch = asked(slow.outside, RECORDS)

    assert batches.predicted(slow.outside.edges, batch).error == "BodyTooLarge"

    told = batch_reports.describe(slow.outside.edges, batch)
    assert (told["status"], told["records"], batches.predictions(slow.outside.edges, batch)) == ("failed", 0, [])
    assert (
        "would take about 770 s on version 1 of kdd99-http, longer than one function scores: split it"
        in told["reason"]
    )
    assert "2 parts would do; fewer, if its recipe gives the serving function more memory" in told["reason"]


def test_batch_that_goes_on_elsewhere_takes_the_estimate_that_there_is() -> None:
    slow = Slow(SECONDS_A_CALL)
    batch = asked(slow.outside, RECORDS)
    slow.outside.store.put(layout.batch(batch, "estimate"), BatchEstimate(seconds=5.0).encode())

    batches.predicted(slow.outside.edges, batch, chunk_records=RECORDS)

    assert slow.calls == 2
    assert batch_reports.describe(slow.outside.edges, batch)["seconds_about"] == 5.0
    assert [each["record"] for each in batches.predictions(slow.outside.edges, batch)] == [*range(1, RECORDS + 1)]
