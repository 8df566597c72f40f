from __future__ import annotations

import json
import logging

import pytest

from chalicelib import layout, limits
from chalicelib.batches import batch_chunks, batch_reports
from chalicelib.contracts.batches import BatchPredicted
from chalicelib.errors import FunctionUnavailable, ServingFailed
from tests.fakes.edges import FakeOutside
from tests.given import batches, nights
from tests.given.batches import CHUNK
from tests.given.interference import Killed, raising, with_functions, with_store
from tests.given.nights import MODEL

RECORDS = 2 * CHUNK + 7
"""Three chunks, the last a short one."""


def test_every_record_is_scored_as_post_predict_scores_it() -> None:
    edges = batches.stage().edges

    told = batches.result(edges, batches.csv("a,4,0,SF,normal.", "b,9,30,S0,back."))

    instances = [
        {"duration": 4.0, "src_bytes": 0.0, "flag": "SF"},
        {"duration": 9.0, "src_bytes": 30.0, "flag": "S0"},
    ]
    answer = batches.SERVICE.answer({"instances": instances})["body"]
    expected = [{"record": at, **each} for at, each in enumerate(answer["predictions"], start=1)]  # type: ignore
    assert batches.predictions(edges, told["batch"]) == expected
    assert (told["status"], told["records"], told["refused"], told["errors"]) == ("done", 2, 0, None)
    assert told["predictions"] == f"s3://test-bucket/{layout.batch_chunk(told['batch'], of='predictions')}"


def test_refused_record_is_told_in_a_file_of_its_own_in_the_words_of_post_predict() -> None:
    edges = batches.stage().edges

    told = batches.result(edges, batches.csv("a,4,0,SF,normal.", "b,x,0,SF,back.", "c,1,0,SF,normal.", "d,-1,0,SF,"))

    assert [each["record"] for each in batches.predictions(edges, told["batch"])] == [1, 3]
    words = "duration is 'x', not a number: expected a number >= 0"
    assert batches.errors(edges, told["batch"])[0] == {
        "record": 2,
        "line": 3,
        "Code": "FeatureNotANumber",
        "Message": words,
        "Field": "duration",
        "Accepted": "a number >= 0",
    }
    assert [(each["record"], each["Code"]) for each in batches.errors(edges, told["batch"])][1:] == [
        (4, "FeatureOutOfRange")
    ]
    assert (told["records"], told["refused"]) == (4, 2)


def test_labels_of_the_file_make_accuracy_and_confusion_matrix() -> None:
    edges = batches.stage().edges

    told = batches.result(
        edges, batches.csv("a,9,0,SF,back.", "b,0,0,SF,back.", "c,0,0,SF,normal.", "d,0,0,SF,strange.", "e,0,0,SF,")
    )

    assert told["matrix"] == {"attack": {"attack": 1, "normal": 1}, "normal": {"normal": 1}}
    assert (told["labelled"], told["accuracy"]) == (3, pytest.approx(2 / 3))
    assert told["labels"] == {"attack": 1, "normal": 4}


def test_file_without_labels_has_no_accuracy() -> None:
    told = batches.result(batches.stage().edges, b"duration,src_bytes,flag\n1,2,SF\n")

    assert (told["labelled"], told["accuracy"], told["matrix"]) == (0, None, {})


def test_what_the_model_took_in_the_place_of_a_value_is_counted() -> None:
    told = batches.result(batches.stage().edges, batches.csv("a,1,NA,SF,", "b,1,,XX,", "c,1,1,SF,"))

    assert [(each["Code"], each["Field"], each["Count"]) for each in told["warnings"]] == [
        ("CategoryUnknown", "flag", 1),
        ("FeatureMissing", "src_bytes", 2),
    ]


def crashed_once(content: bytes, nth: int) -> tuple[FakeOutside, str] | None:
    """The stage after the function died behind its nth write and was called again; None where it wrote less."""
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, content))
    try:
        batches.predicted(with_store(outside.edges, "put", nth=nth, after=raising(Killed())), batch)
    except Killed:
        batches.predicted(outside.edges, batch)
        return outside, batch
    return None


def test_batch_that_is_killed_behind_any_write_goes_on_and_writes_the_same_bytes() -> None:
    content = batches.many(RECORDS, bad_every=13)
    whole = batches.stage()
    batch = batches.ask(whole.edges, batches.put(whole.edges, content))
    batches.predicted(whole.edges, batch)
    expected = batches.written(whole.edges, batch)

    stories = [story for nth in range(1, 20) if (story := crashed_once(content, nth))]

    assert len(stories) == len(expected) == 1 + 3 + 3 + 2
    for outside, same in stories:
        assert same == batch
        assert batches.written(outside.edges, batch) == expected
        assert batch_reports.describe(outside.edges, batch)["records"] == RECORDS
    numbers = [each["record"] for each in batches.predictions(whole.edges, batch)]
    assert numbers == [at for at in range(1, RECORDS + 1) if at % 13]


def test_chunk_that_is_whole_is_not_scored_again() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(RECORDS)))
    away = raising(FunctionUnavailable("no answer"))
    with pytest.raises(FunctionUnavailable):
        batches.predicted(with_functions(outside.edges, "invoke", nth=3, before=away), batch)
    written = batches.written(outside.edges, batch)

    batches.predicted(with_functions(outside.edges, "invoke", nth=2, before=away), batch)

    assert written.items() < batches.written(outside.edges, batch).items()
    tally = batch_chunks.latest(outside.edges, batch)
    assert tally is not None
    assert (tally.chunk, tally.records, sum(tally.labels.values())) == (3, RECORDS, RECORDS)


def test_batch_that_ended_is_not_carried_out_again() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(3)))
    first = batches.predicted(outside.edges, batch)
    outside.store.delete(f"{layout.BATCH_FILES}rows.csv")

    assert (
        batches.predicted(outside.edges, batch)
        == first
        == BatchPredicted(batch=batch, records=3, refused=0, error=None)
    )


def test_version_that_is_live_when_the_batch_is_asked_for_scores_it_to_its_end() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(3)))
    nights.promote(outside.edges, run="run-2", fingerprint="data-2", schema=batches.SCHEMA)

    batches.predicted(outside.edges, batch)

    assert batch_reports.describe(outside.edges, batch)["model_version"] == 1
    assert batches.ask(outside.edges, f"{layout.BATCH_FILES}rows.csv") != batch


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "has no column duration, flag. Its first line, the header, reads: none"),
        ("a.csv", b"id,label\n1,2\n", "has no column duration, flag. Its first line, the header, reads: id, label"),
        ("a.csv", b"duration,flag\n", "holds no record"),
        ("a.jsonl", b"\n \n", "holds no record"),
        ("a.csv", b"duration,duration,flag\n1,2,SF\n", "names the column duration more than once in its header"),
        ("a.csv", b'duration,flag\n1,"SF\n', "the record that begins on line 2 opens a quote that is never closed"),
        ("a.csv", b"duration,flag\n1,\xff\n", "is not UTF-8 from byte 16 on"),
    ],
)
def test_file_that_cannot_be_read_ends_the_batch_with_words(name: str, content: bytes, words: str) -> None:
    told = batches.result(batches.stage().edges, content, name)

    assert (told["status"], told["error"]) == ("failed", "ObjectUnreadable")
    assert layout.BATCH_FILES + name in told["reason"]
    assert words in told["reason"]


def test_gzip_file_that_is_cut_short_ends_the_batch() -> None:
    edges = batches.stage().edges
    key = batches.put(edges, batches.many(3), "a.csv.gz")
    edges.store.put(key, edges.store.find(key).body[:-9])  # type: ignore[union-attr]
    batch = batches.ask(edges, key)

    assert batches.predicted(edges, batch).error == "ObjectUnreadable"
    assert "corrupt gzip file" in batch_reports.describe(edges, batch)["reason"]


def test_file_that_changed_since_it_was_asked_for_is_not_scored() -> None:
    edges = batches.stage().edges
    batch = batches.ask(edges, batches.put(edges, batches.many(3)))
    batches.put(edges, batches.many(4))

    assert batches.predicted(edges, batch).error == "ObjectUnreadable"
    assert "has other content" in batch_reports.describe(edges, batch)["reason"]


def test_too_many_refused_records_end_the_batch() -> None:
    outside = batches.stage()
    key = batches.put(outside.edges, batches.csv(*(["a,b"] * (limits.BATCH_REFUSED + 1))))
    batch = batches.ask(outside.edges, key)

    batches.predicted(outside.edges, batch)

    told = batch_reports.describe(outside.edges, batch)
    assert (told["status"], told["records"]) == ("failed", limits.BATCH_REFUSED)
    assert "more than 10,000 records that are refused, record 10,001 among them" in told["reason"]
    assert "has 2 fields, the header has 5" in told["reason"]


def test_version_that_is_gone_ends_the_batch() -> None:
    outside = batches.stage()
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(3)))
    outside.functions.delete_alias(MODEL)
    outside.functions.delete_version(MODEL, "1")

    assert batches.predicted(outside.edges, batch).error == "VersionUnfit"


def test_version_that_fails_is_no_end() -> None:
    outside = nights.outside()
    nights.promote(outside.edges, run="run-1", behaviour="raises", schema=batches.SCHEMA)
    batch = batches.ask(outside.edges, batches.put(outside.edges, batches.many(3)))

    with pytest.raises(ServingFailed):
        batches.predicted(outside.edges, batch)

    assert batch_reports.describe(outside.edges, batch)["status"] == "running"


def test_version_that_does_not_tell_its_columns_takes_json_lines_alone() -> None:
    outside = FakeOutside(MODEL, handler=batches.serve)
    nights.promote(outside.edges, run="run-1", schema=batches.SCHEMA, file=None)

    of_csv = batches.result(outside.edges, batches.many(3))
    of_json = batches.result(outside.edges, b'{"duration": 1, "src_bytes": 2, "flag": "SF"}\n', "a.jsonl")

    assert (of_csv["status"], "send JSON lines" in of_csv["reason"]) == ("failed", True)
    assert (of_json["status"], of_json["records"]) == ("done", 1)


def test_log_tells_how_a_batch_ended(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="nightswap"):
        told = batches.result(batches.stage().edges, batches.many(3))

    line = json.loads(caplog.messages[-1])
    assert (line["event"], line["batch"], line["records"]) == ("batch_ended", told["batch"], 3)
