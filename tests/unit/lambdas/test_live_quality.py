"""The live version on new rows, from Preprocess to the report and the series."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.contracts.training import EvaluateTask
from chalicelib.documents import documents
from chalicelib.errors import ArtifactInvalid, VersionUnknown
from chalicelib.quality.night import Night
from chalicelib.quality.series import Series
from chalicelib.registry import registry, run_documents
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import Arrived
from chalicelib.runs import outcomes
from chalicelib.runs.dataset import Object
from lambdas import arrivals, evaluate, live_quality
from lambdas.model.artifact import Artifact
from lambdas.model.formats.all_formats import format_of
from lambdas.splits import Splits
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going
from tests.http_connections import noise, rows
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, add_data, night_with_data, up_to_evaluation, whole_night

SECOND, THIRD, FOURTH = (f"kdd99-http-nightly-202611{day}T0300Z" for day in (22, 23, 24))


def live_night() -> FakeOutside:
    """Version 1 is live, trained on the first night's file."""
    night = night_with_data()
    whole_night(night.edges)
    return night


def next_run(night: FakeOutside, run: str, *, file: str, lines: Sequence[str]) -> EvaluateTask:
    """Up to Evaluate, the run before given its lease back."""
    add_data(night, file, lines=lines)
    return again(night, run)


def again(night: FakeOutside, run: str) -> EvaluateTask:
    night.store.delete(layout.lease(MODEL))
    going(night, run)
    return up_to_evaluation(night.edges, run=run, force=True)


def report_of(night: FakeOutside, run: str) -> Report:
    found = Report.find(night.store, layout.run_document(run, "report"))
    assert found is not None
    return found


def measured(night: FakeOutside, run: str) -> Night:
    found = report_of(night, run).live_quality
    assert found is not None
    return found


def arrived(night: FakeOutside, run: str) -> Arrived | None:
    return run_documents.profile(night.edges, run=run).arrived


def some(seed: int, *, normal: int = 300, attacks: int = 100) -> list[str]:
    return rows(normal=normal, attacks=attacks, seed=seed)


def wrong(seed: int, *, unseen: int) -> list[str]:
    """So many attacks that look like normal connections."""
    return [*some(seed), *(line.replace("normal.", "back.") for line in rows(normal=unseen, attacks=0, seed=seed))]


def test_all_rows_of_a_new_file_are_scored_by_the_version_that_is_live() -> None:
    night = live_night()

    evaluate.run(next_run(night, SECOND, file="night-2.csv", lines=wrong(2, unseen=20)), night.edges, SETTINGS)

    found = measured(night, SECOND)
    assert (found.model_version, found.rows, found.matrix) == (1, 420, [[300, 0], [20, 100]])
    assert ([each.name for each in found.objects], found.files, found.run) == (["night-2.csv"], 1, SECOND)
    recall, precision, _ = found.ratios
    assert (recall.name, recall.value, recall.then) == ("recall of attack", 100 / 120, 1.0)
    assert recall.interval and (round(recall.interval.low, 4), round(recall.interval.high, 4)) == (0.7671, 0.8867)
    assert (precision.value, precision.errors, precision.fell) == (1.0, 0, False)
    assert Series(night.edges, MODEL).since("")[0] == found


def test_first_model_and_a_run_without_new_files_score_nothing() -> None:
    night = night_with_data()
    evaluate.run(up_to_evaluation(night.edges), night.edges, SETTINGS)
    first = report_of(night, RUN)
    night = live_night()

    evaluate.run(again(night, SECOND), night.edges, SETTINGS)

    for each in (first, report_of(night, SECOND)):
        assert (each.live_quality, each.live_quality_problem) == (None, None)
    assert Series(night.edges, MODEL).numbers() == []


def test_file_of_a_run_that_promoted_nothing_is_not_scored_again() -> None:
    night = live_night()
    evaluate.run(next_run(night, SECOND, file="night-2.csv", lines=some(2)), night.edges, SETTINGS)

    evaluate.run(next_run(night, THIRD, file="night-3.csv", lines=some(3)), night.edges, SETTINGS)

    assert [each.name for each in measured(night, THIRD).objects] == ["night-3.csv"]
    assert [each.run for each in Series(night.edges, MODEL).newest_first()] == [THIRD, SECOND]


def test_rejected_run_keeps_what_its_file_told_of_the_live_version() -> None:
    night = live_night()
    lines = [*some(2), *noise(count=3_000)]
    evaluated = evaluate.run(next_run(night, SECOND, file="night-2.csv", lines=lines), night.edges, SETTINGS)

    ended = RunOutcome(run=SECOND, model=MODEL, outcome=MODEL_REJECTED, reason=evaluated.reason, error=None)
    outcomes.record(night.edges, ended)

    kept = Report.find(night.store, layout.rejected(MODEL, SECOND, registry.REPORT))
    assert not evaluated.passed
    assert kept is not None and kept.live_quality is not None
    assert (kept.live_quality.rows, kept.live_quality.model_version) == (3_400, 1)
    assert "recall of attack" in kept.live_quality.news
    assert [each.kind for each in night.notices.sent] == ["ModelRejected", "QualityFell"]


def test_file_of_a_run_that_broke_before_it_was_scored_is_scored_in_the_next() -> None:
    night = live_night()
    next_run(night, SECOND, file="night-2.csv", lines=some(2))

    evaluate.run(next_run(night, THIRD, file="night-3.csv", lines=some(3)), night.edges, SETTINGS)

    assert (measured(night, THIRD).rows, measured(night, THIRD).files) == (800, 2)


def test_file_that_a_version_was_trained_on_is_not_scored_once_that_version_is_live() -> None:
    night = live_night()
    add_data(night, "night-2.csv", lines=some(2))
    going(night, SECOND)
    whole_night(night.edges, run=SECOND)

    evaluate.run(next_run(night, THIRD, file="night-3.csv", lines=some(3)), night.edges, SETTINGS)

    found = measured(night, THIRD)
    assert (found.model_version, [each.name for each in found.objects]) == (2, ["night-3.csv"])


@pytest.mark.parametrize("name", ["night-1.csv", "the-same-rows.csv", "compressed.csv.gz"])
def test_known_name_or_known_content_is_not_new(name: str) -> None:
    night = live_night()
    stored = night.store.find(layout.dataset(MODEL, "night-1.csv"))
    assert stored is not None
    same = stored.body.replace(b"back.", b"phf.", 1) if name == "night-1.csv" else stored.body
    night.store.put(layout.dataset(MODEL, name), gzip.compress(same) if name.endswith(".gz") else same)

    again(night, SECOND)

    assert arrived(night, SECOND) is None


def test_repeated_task_and_second_judging_tell_what_was_scored_first() -> None:
    night = live_night()
    task = next_run(night, SECOND, file="night-2.csv", lines=some(2))
    evaluate.run(task, night.edges, SETTINGS)
    first = measured(night, SECOND)
    night.store.delete(layout.lease(MODEL))
    going(night, THIRD)
    whole_night(night.edges, run=THIRD, force=True)

    evaluate.run(replace(task, judging=2), night.edges, SETTINGS)

    assert report_of(night, SECOND).champion_model_version == 2
    assert measured(night, SECOND) == first
    assert Series(night.edges, MODEL).numbers() == [1]


def test_version_that_went_live_meanwhile_is_not_scored_on_rows_that_it_may_know() -> None:
    night = live_night()
    task = next_run(night, SECOND, file="night-2.csv", lines=some(2))
    night.store.delete(layout.lease(MODEL))
    going(night, THIRD)
    whole_night(night.edges, run=THIRD, force=True)

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    report = report_of(night, SECOND)
    assert (evaluated.passed, report.live_quality) == (True, None)
    assert report.live_quality_problem == "version 1 was live when the run began"


def no_artifact(_: int) -> Artifact:
    raise ArtifactInvalid("the artifact takes hour, which the data does not have")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ValueError("could not convert string to float: 'a row'"), "ValueError"),
        (VersionUnknown("it is gone"), "it is gone"),
    ],
)
def test_no_run_fails_because_the_live_version_cannot_be_scored(problem: Exception, said: str) -> None:
    night = live_night()
    task = next_run(night, SECOND, file="night-2.csv", lines=some(2))

    def broken(_: int) -> Artifact:
        raise problem

    told = live_quality.told(night.edges, task, arrived(night, SECOND), live=1, artifact=broken, memory_mb=1_000)

    assert told == {"live_quality_problem": f"version 1 cannot be scored on the new rows: {said}"}


def test_live_version_that_does_not_fit_the_new_rows_is_told() -> None:
    night = live_night()
    task = next_run(night, SECOND, file="night-2.csv", lines=some(2))

    told = live_quality.told(night.edges, task, arrived(night, SECOND), live=1, artifact=no_artifact, memory_mb=1_000)

    assert told == {
        "live_quality_problem": "version 1 cannot be scored on the new rows: the artifact takes hour, which the data"
        " does not have"
    }


def test_rows_that_do_not_fit_into_memory_or_are_gone_are_told() -> None:
    night = live_night()
    task = next_run(night, SECOND, file="night-2.csv", lines=some(2))
    tell = partial(live_quality.told, night.edges, task, arrived(night, SECOND), live=1, artifact=loaded(night))

    small = tell(memory_mb=70)
    night.store.delete(layout.work(SECOND, "sides/arrived/0/labels.npy"))
    gone = tell(memory_mb=1_000)

    assert (
        "400 rows of 3 columns take about 140 MB in Evaluate, which has 70 MB; their table has 19,200 bytes"
        in small["live_quality_problem"]
    )
    assert "arrived/0/labels.npy is gone" in gone["live_quality_problem"]


def loaded(night: FakeOutside) -> Callable[[int], Artifact]:
    body = registry.part(night.edges, model=MODEL, model_version=1, name=SCORECARD_FILE)
    return lambda _: format_of("scorecard").code().load(body)


def test_fall_that_is_proved_is_news_once() -> None:
    night = live_night()
    runs = {SECOND: wrong(2, unseen=60), THIRD: wrong(3, unseen=60), FOURTH: some(4)}
    for number, (run, lines) in enumerate(runs.items(), start=2):
        evaluate.run(next_run(night, run, file=f"night-{number}.csv", lines=lines), night.edges, SETTINGS)

    told = [measured(night, run) for run in runs]

    assert [each.news for each in told] == [["recall of attack"], [], []]
    assert [each.ratios[0].fell for each in told] == [True, True, True]
    assert told[0].fallen[0].words == (
        "0.625 on 160 rows of the class in 1 night, 1 when it was judged: fell by more than 0.01, proved"
    )
    assert "rows of the class in 3 nights" in told[2].ratios[0].words


def test_version_whose_report_is_damaged_is_told_and_scored_by_the_next_run_that_can() -> None:
    night = live_night()
    task = next_run(night, SECOND, file="night-2.csv", lines=some(2))
    key = layout.version(MODEL, 1, registry.REPORT)
    whole = night.store.find(key)
    assert whole is not None
    night.store.put(key, b"{}")

    evaluate.run(task, night.edges, SETTINGS)
    night.store.put(key, whole.body)
    evaluate.run(again(night, THIRD), night.edges, SETTINGS)

    assert "report.json is damaged" in (report_of(night, SECOND).live_quality_problem or "")
    assert [each.name for each in measured(night, THIRD).objects] == ["night-2.csv"]


def test_damaged_night_of_the_series_keeps_no_run_from_its_work() -> None:
    night = live_night()
    night.store.put(layout.quality_night(MODEL, 7), b"{}")

    evaluate.run(next_run(night, SECOND, file="night-2.csv", lines=some(2)), night.edges, SETTINGS)

    assert Series(night.edges, MODEL).numbers() == [7, 8]
    assert measured(night, SECOND).rows == 400


def test_profile_of_an_earlier_release_hands_nothing_over() -> None:
    night = live_night()
    task = next_run(night, SECOND, file="night-2.csv", lines=some(2))
    key = layout.run_document(SECOND, "profile")
    known = documents.find(night.store, key)
    night.store.put(key, documents.encode({name: value for name, value in known.items() if name != "arrived"}))

    evaluate.run(task, night.edges, SETTINGS)

    report = report_of(night, SECOND)
    assert (report.passed, report.live_quality, report.live_quality_problem) == (True, None, None)


def test_live_version_that_nobody_can_tell_of_has_seen_everything() -> None:
    night = live_night()
    listed = [Object(key=layout.dataset(MODEL, "night-2.csv"), etag='"2"', size_bytes=1)]
    night.store.put(layout.version(MODEL, 1, registry.MANIFEST), b"{}")

    assert arrivals.unseen(night.edges, model=MODEL, objects=listed, known=Splits({})).names == set()


def test_large_file_is_handed_on_in_parts() -> None:
    night = live_night()
    many = some(2, normal=20_000, attacks=100)

    evaluate.run(next_run(night, SECOND, file="night-2.csv", lines=many), night.edges, SETTINGS)

    handed = arrived(night, SECOND)
    assert handed is not None
    assert (handed.parts, handed.rows) == (3, 20_100)
    assert measured(night, SECOND).matrix == [[20_000, 0], [0, 100]]
