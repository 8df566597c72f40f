from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib import layout, limits, names
from chalicelib.batches import batch_limits, batch_reports, batch_requests
from chalicelib.batches.batch_documents import Tally
from chalicelib.errors import BadRequest, BatchUnknown, BodyTooLarge, ModelUnknown, NoLiveModel, VersionUnfit
from tests.fakes.edges import FakeOutside
from tests.fakes.pipeline import InMemoryPipeline
from tests.given import batches
from tests.given.interference import Killed, interfered, raising, with_functions
from tests.given.nights import MODEL


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bucket": "another-bucket"}, "bucket"),
        ({"key": layout.dataset(MODEL, "rows.csv")}, "key"),
        ({"key": layout.batch("b", "request")}, "key"),
        ({"key": f"{layout.BATCH_FILES}rows.parquet"}, "key"),
        ({"key": f"{layout.BATCH_FILES}{500 * 'x'}.csv"}, "key"),
        ({"key": f"{layout.BATCH_FILES}nothing.csv"}, "key"),
    ],
)
def test_other_buckets_and_keys_are_refused_with_words(changes: dict[str, str], field: str) -> None:
    edges = batches.stage().edges
    edges.store.put(layout.dataset(MODEL, "rows.csv"), batches.many(1))

    with pytest.raises(BadRequest) as refused:
        batches.ask(edges, changes.pop("key", batches.put(edges, batches.many(1))), pipeline=None, **changes)

    assert refused.value.details["field"] == field
    assert refused.value.details["accepted"]


def test_model_has_to_be_known_and_live() -> None:
    edges = FakeOutside(MODEL).edges
    key = batches.put(edges, batches.many(1))

    with pytest.raises(ModelUnknown):
        batches.ask(edges, key, model="other")
    with pytest.raises(NoLiveModel, match="POST /retrain"):
        batches.ask(edges, key)


def test_version_that_the_registry_does_not_know_scores_no_batch() -> None:
    outside = FakeOutside(MODEL, handler=batches.serve)
    published = outside.functions.publish(MODEL, b"by hand")
    outside.functions.create_alias(MODEL, function_version=published.function_version, description="")

    with pytest.raises(VersionUnfit, match="nightswap verify"):
        batches.ask(outside.edges, batches.put(outside.edges, batches.many(1)))


@pytest.mark.parametrize(
    ("check", "most", "words"),
    [
        (batch_limits.check_bytes, limits.BATCH_BYTES, r"a\.csv has 100,000,001 bytes, more than one function holds"),
        (batch_limits.check_lines, limits.BATCH_LINES, r"a\.csv has 2,000,001 lines, .* scores in its time"),
    ],
)
def test_file_that_takes_more_than_one_function_has_is_refused_beforehand(
    check: Callable[..., None], most: int, words: str
) -> None:
    with pytest.raises(BodyTooLarge, match=f"{words}: split it by its records"):
        check(most + 1, named="a.csv")

    check(most, named="a.csv")


def test_same_file_on_the_same_version_is_the_same_batch_and_is_started_once() -> None:
    edges = batches.stage().edges
    pipeline, key = InMemoryPipeline(edges), batches.put(edges, batches.many(3))

    asked = [batches.ask(edges, key, pipeline=pipeline, attempt=attempt) for attempt in ("one", "two")]
    changed = batches.ask(edges, batches.put(edges, batches.many(4)), pipeline=pipeline)

    assert asked[0] == asked[1] != changed
    assert names.BATCH_NAME.fullmatch(changed)
    assert pipeline.started == [(names.PREDICT_BATCH, {"batch": each}) for each in (asked[0], changed)]


@pytest.mark.parametrize("seconds", [batch_reports.UNBEGUN_SECONDS, batch_reports.QUIET_SECONDS])
def test_batch_that_shows_no_sign_of_life_is_started_again_by_who_asks(seconds: int) -> None:
    outside = batches.stage()
    pipeline, key = InMemoryPipeline(outside.edges), batches.put(outside.edges, batches.many(3))
    batch = batches.ask(outside.edges, key, pipeline=pipeline)
    if seconds == batch_reports.QUIET_SECONDS:
        outside.store.put(layout.batch_chunk(batch, 0), Tally.none_yet(lines=3).encode())

    outside.clock.sleep(seconds)
    before = batch_reports.describe(outside.edges, batch)["status"]
    batches.ask(outside.edges, key, pipeline=pipeline, attempt="two")
    outside.clock.sleep(1)
    after = batch_reports.describe(outside.edges, batch)["status"]
    batches.ask(outside.edges, key, pipeline=pipeline, attempt="three")

    assert (before, after) == ("running", "stopped")
    assert len(pipeline.started) == 2


def test_who_dies_before_the_start_leaves_a_batch_that_the_next_one_starts() -> None:
    outside = batches.stage()
    pipeline, key = InMemoryPipeline(outside.edges), batches.put(outside.edges, batches.many(3))
    with pytest.raises(Killed):
        batches.ask(outside.edges, key, pipeline=interfered(pipeline, "start", before=raising(Killed())))

    outside.clock.sleep(batch_reports.UNBEGUN_SECONDS + 1)
    batch = batches.ask(outside.edges, key, pipeline=pipeline, attempt="two")

    assert pipeline.started == [(names.PREDICT_BATCH, {"batch": batch})]


def test_who_asks_waits_for_the_end_of_a_short_batch() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(3)))
    batches.predicted(outside.edges, batch)

    assert batch_requests.wait(outside.edges, batch)["status"] == "done"


def test_who_asks_is_told_in_time_that_a_long_batch_goes_on() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(3)))
    began = outside.clock()

    told = batch_requests.wait(outside.edges, batch)

    assert (told["status"], told["percent"], told["ended_at"]) == ("running", 0, None)
    assert timedelta(seconds=20) <= outside.clock() - began < timedelta(seconds=22)


def test_who_asks_for_a_batch_that_failed_is_refused_with_its_reason() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, b""))
    batches.predicted(outside.edges, batch)

    with pytest.raises(BadRequest, match="has no column duration"):
        batch_requests.wait(outside.edges, batch)


@pytest.mark.parametrize("name", ["", "a-run", f"{MODEL}-{20 * 'a'}", "../ledger"])
def test_batch_that_there_is_not_is_unknown(name: str) -> None:
    with pytest.raises(BatchUnknown, match="kept for 7 days"):
        batch_reports.describe(batches.stage().edges, name)


def test_batch_tells_how_far_it_came() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(50)))
    with pytest.raises(Killed):
        batches.predicted(with_functions(outside.edges, "invoke", nth=3, before=raising(Killed())), batch)

    told = batch_reports.describe(outside.edges, batch)

    assert (told["status"], told["records"], told["percent"]) == ("running", 40, 80)
