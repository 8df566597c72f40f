"""A job of a batch transform is started once, followed, and stopped where nobody waits for it any more."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.edges.hosting.transform_jobs import (
    JOB_FAILED,
    JOB_STOPPED,
    LIMIT_REACHED,
    MODEL_GONE,
    NOT_PERMITTED,
    NOT_STARTED,
    NOT_WHOLE,
)
from chalicelib.errors import (
    CommandFailed,
    ExecutionsUnavailable,
    TransformFailed,
)
from tests.fakes.stage import FakeStage
from tests.fakes.transforms import Trouble
from tests.given import batches, nights, transforms
from tests.given.transforms import TRANSFORM, transformed
from workflows.transforming.transform_following import Following
from workflows.transforming.transform_requests import Wish


@pytest.fixture
def stage() -> FakeStage:
    return FakeStage(transforms.outside())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return transforms.some_bad_file(tmp_path)


def failure(stage: FakeStage, file: Path) -> TransformFailed:
    with pytest.raises(TransformFailed) as raised:
        transformed(stage, file)
    return raised.value


def test_job_that_fails_is_told_with_its_reason_and_a_repetition_scores_what_is_left(
    stage: FakeStage, file: Path
) -> None:
    stage.outside.transforms.troubles = [Trouble(chunks=2, reason="AlgorithmError: out of memory")]

    failed = failure(stage, file)
    done = transforms.written(stage.outside)

    assert failed.details == {"problem": JOB_FAILED}
    assert "SageMaker says 'AlgorithmError: out of memory'" in failed.message
    assert "It left 2 chunks without an output, 000004-" in failed.message
    assert not file.with_name("rows.csv.predictions.jsonl").exists()
    assert transformed(stage, file)["records"] == 94
    first, second = stage.outside.transforms.orders
    assert (first.name[-2:], second.name[-2:]) == ("-1", "-2")
    assert chunks_of(stage, 2) == [each for each in chunks_of(stage, 1) if not any(each in key for key in done)]


def chunks_of(stage: FakeStage, attempt: int) -> list[str]:
    """The chunks that a job was given."""
    name, _ = transforms.request(stage.outside)
    [manifest] = batches.lines(stage.edges, layout.transform(name, f"{attempt}.json", of="jobs"))
    _, *chunks = cast(list[str], manifest)
    return [each[:7] for each in chunks]


@pytest.mark.parametrize(
    ("reason", "problem", "told"),
    [
        ("ClientError: Access Denied when writing", NOT_PERMITTED, "nightswap deploy"),
        ("CapacityError: Unable to provision requested ML compute capacity", JOB_FAILED, "found no instance"),
        ("AlgorithmError: did not pass the ping health check", JOB_FAILED, "answered no /ping"),
        ("x" * 5_000, JOB_FAILED, "more)'. Its log is in"),
    ],
)
def test_reason_of_a_failed_job_is_told_in_words(
    stage: FakeStage, file: Path, reason: str, problem: str, told: str
) -> None:
    stage.outside.transforms.troubles = [Trouble(chunks=0, reason=reason)]

    failed = failure(stage, file)

    assert failed.details["problem"] == problem
    assert told in failed.message
    assert len(failed.message) < 1_000


@pytest.mark.parametrize(
    ("reason", "problem", "told"),
    [
        ('SageMaker.AmazonSageMakerException: Could not find model "arn".', MODEL_GONE, "nightswap endpoints"),
        ("SageMaker.ResourceLimitExceededException: the service limit is 0", NOT_STARTED, "Service Quotas"),
        ("SageMaker.AmazonSageMakerException: not authorized to perform", NOT_PERMITTED, "run nightswap deploy"),
    ],
)
def test_job_that_sagemaker_refuses_is_told_and_the_next_try_has_another_name(
    stage: FakeStage, file: Path, reason: str, problem: str, told: str
) -> None:
    stage.outside.transforms.troubles = [Trouble(refused=reason)]

    failed = failure(stage, file)

    assert failed.details == {"problem": problem}
    assert told in failed.message
    assert transformed(stage, file)["records"] == 94
    assert [each.name[-2:] for each in stage.outside.transforms.orders] == ["-1", "-2"]


def test_job_that_the_caller_may_not_start_is_told_and_there_is_none_to_stop(
    stage: FakeStage, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.outside.transforms.troubles = [Trouble(forbidden=NOT_PERMITTED)]

    assert failure(stage, file).details == {"problem": NOT_PERMITTED}
    assert "stop" not in capsys.readouterr().err.partition("it is stopped after")[2]


def test_throttled_start_is_worth_another_try(stage: FakeStage, file: Path) -> None:
    stage.outside.transforms.unavailable = 1

    with pytest.raises(ExecutionsUnavailable):
        transformed(stage, file)
    assert transformed(stage, file)["records"] == 94


def test_job_that_takes_too_long_is_told_and_what_it_did_is_kept(stage: FakeStage, file: Path) -> None:
    stage.outside.transforms.troubles = [Trouble(chunks=2)]

    failed = failure(stage, file)

    assert failed.details == {"problem": LIMIT_REACHED}
    assert "it took as long as it may. --instances makes it faster" in failed.message
    assert transformed(stage, file)["records"] == 94
    assert len(transforms.written(stage.outside)) == 4


def test_chunk_with_too_few_answers_is_named_and_a_repetition_scores_it_again(stage: FakeStage, file: Path) -> None:
    stage.outside.transforms.troubles = [Trouble(loses=3)]

    failed = failure(stage, file)

    assert failed.details == {"problem": NOT_WHOLE}
    assert "chunk 5 (records 81 to 94) has 11 answers, expected 14" in failed.message
    assert transformed(stage, file)["records"] == 94
    assert chunks_of(stage, 2) == ["000005-"]


@pytest.mark.parametrize("line", [b"null", b'{"name": 1}', b"{"])
def test_line_that_is_no_answer_does_not_count(stage: FakeStage, file: Path, line: bytes) -> None:
    stage.outside.transforms.score = lambda body: line + b"\n" + transforms.score(body).split(b"\n", 1)[1]

    assert "has 19 answers, expected 20" in failure(stage, file).message


def test_chunk_that_a_whole_job_left_out_is_named(stage: FakeStage, file: Path) -> None:
    stage.outside.transforms.troubles = [Trouble(chunks=1, reason="-")]
    failure(stage, file)

    def score(body: bytes) -> bytes:
        stage.outside.store.delete(transforms.written(stage.outside)[0])
        return transforms.score(body)

    stage.outside.transforms.score = score

    failed = failure(stage, file)

    assert failed.details == {"problem": NOT_WHOLE}
    assert "-2 left 3 chunks without an output, 000001-" in failed.message


@pytest.mark.parametrize("told_by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_command_stops_its_job_and_a_repetition_goes_on(
    stage: FakeStage, file: Path, told_by: signal.Signals
) -> None:
    looks = []

    def interrupted(body: bytes) -> bytes:
        looks.append(body)
        if len(looks) == 3:
            os.kill(os.getpid(), told_by)
        return transforms.score(body)

    stage.outside.transforms.score = interrupted
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        transformed(stage, file)

    assert signal.getsignal(signal.SIGTERM) is before
    assert stage.outside.history.effects[-1].operation == "stop_transform"
    assert transformed(stage, file)["records"] == 94
    assert len(looks) == 5  # each of the four once, and the one again that was cut short


def test_killed_command_leaves_its_job_to_the_next_one(stage: FakeStage, file: Path) -> None:
    class Killed(BaseException):
        """Nothing runs after it, so nobody stops the job."""

    def die(_seconds: float) -> None:
        stage.outside.transforms.unavailable = 3
        raise Killed

    living = stage.outside.edges
    stage.outside.edges = replace_sleep(stage, die)
    with pytest.raises(Killed):
        transformed(stage, file)
    stage.outside.edges, stage.outside.transforms.unavailable = living, 0

    assert transformed(stage, file)["records"] == 94
    assert len(stage.outside.transforms.orders) == 1


def replace_sleep(stage: FakeStage, sleep: Any) -> Any:
    return replace(stage.outside.edges, sleep=sleep)


def test_service_that_does_not_answer_any_more_ends_the_waiting_when_the_job_has_to_be_over(
    stage: FakeStage, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = stage.edges.clock()

    def score(body: bytes) -> bytes:
        stage.outside.transforms.unavailable = 1_000
        return transforms.score(body)

    stage.outside.transforms.score = score

    with pytest.raises(ExecutionsUnavailable):
        transformed(stage, file, transform=replace(TRANSFORM, minutes=2))

    assert 120 <= (stage.edges.clock() - began).total_seconds() < 180
    told = capsys.readouterr().err
    assert "could not be stopped (ExecutionsUnavailable), and costs until it ends" in told
    assert "aws sagemaker stop-transform-job --transform-job-name nightswap-test-transform-" in told


def test_two_commands_at_once_follow_one_job(stage: FakeStage, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    twin = other / "rows.csv"
    twin.write_bytes(file.read_bytes())
    meanwhile: list[Any] = []
    living = stage.outside.edges.sleep

    def sleep(seconds: float) -> None:
        living(seconds)
        if not meanwhile:
            meanwhile.append(None)
            meanwhile.append(transformed(stage, twin))

    stage.outside.edges = replace_sleep(stage, sleep)

    told = transformed(stage, file)

    assert told == meanwhile[1]
    assert len(stage.outside.transforms.orders) == 1
    assert transforms.lines(file, "predictions") == transforms.lines(twin, "predictions")


def test_name_that_is_taken_in_the_same_moment_is_followed(stage: FakeStage, file: Path) -> None:
    jobs = stage.outside.transforms
    start, others = jobs.start, []

    class Overtaken(type(jobs)):  # type: ignore[misc]
        """Somebody else starts the job just before."""

        def start(self, order: Any) -> None:
            others.append(order.name)
            start(order)
            start(order)

    jobs.__class__ = Overtaken

    assert transformed(stage, file)["records"] == 94
    assert [each.name for each in jobs.orders] == others


def test_job_that_somebody_else_stops_is_told(stage: FakeStage, file: Path) -> None:
    jobs = stage.outside.transforms

    def score(body: bytes) -> bytes:
        jobs.stop(jobs.orders[0].name)
        return transforms.score(body)

    jobs.score = score

    failed = failure(stage, file)

    assert failed.details == {"problem": JOB_STOPPED}


def test_job_that_is_stopping_is_waited_for_and_the_next_one_follows(stage: FakeStage, file: Path) -> None:
    def interrupted(body: bytes) -> bytes:
        stage.outside.transforms.score = transforms.score
        raise KeyboardInterrupt

    stage.outside.transforms.score = interrupted
    with pytest.raises(KeyboardInterrupt):
        transformed(stage, file)

    assert stage.outside.transforms.going("nightswap-test-transform-") != []
    assert transformed(stage, file)["records"] == 94
    assert len(stage.outside.transforms.orders) == 2


def test_service_that_does_not_answer_for_a_while_does_not_end_the_waiting(stage: FakeStage, file: Path) -> None:
    calls: list[int] = []

    def score(body: bytes) -> bytes:
        calls.append(1)
        stage.outside.transforms.unavailable = 1
        return transforms.score(body)

    stage.outside.transforms.score = score

    assert transformed(stage, file)["records"] == 94


def test_file_that_changes_meanwhile_is_told(stage: FakeStage, file: Path) -> None:
    def score(body: bytes) -> bytes:
        file.write_bytes(batches.many(70))
        return transforms.score(body)

    stage.outside.transforms.score = score

    with pytest.raises(CommandFailed, match=r"rows\.csv changed while it was scored"):
        transformed(stage, file)
    assert not file.with_name("rows.csv.predictions.jsonl").exists()


def test_same_file_on_another_version_is_another_batch(stage: FakeStage, file: Path) -> None:
    transformed(stage, file)
    nights.promote(stage.edges, run="run-2", fingerprint="data-2", schema=batches.SCHEMA)
    transforms.has_endpoint(stage.outside, model_version=2)

    told = transformed(stage, file)

    assert told["model_version"] == 2
    assert len(stage.outside.transforms.orders) == 2


def test_progress_tells_status_chunks_and_seconds(stage: FakeStage, file: Path) -> None:
    transformed(stage, file)
    for key in transforms.written(stage.outside)[1:]:
        stage.outside.store.delete(key)
    name, request = transforms.request(stage.outside)
    chunks = [each.key.rpartition("/")[2] for each in stage.edges.store.list(layout.transform(name, of="in"))]
    told: list[tuple[str, int, int]] = []
    Following(
        edges=stage.edges,
        jobs=stage.transforms,
        stage="test",
        batch=name,
        request=request,
        wish=Wish(instance_type="ml.m5.large", instances=1, minutes=60),
        tell=lambda _: None,
        progress=lambda *what: told.append(what),
    ).carry_out(chunks)

    assert told == [
        ("InProgress after 0 s, chunks", 2, 4),
        ("InProgress after 2 s, chunks", 3, 4),
        ("InProgress after 5 s, chunks", 4, 4),
        ("InProgress after 10 s, chunks", 4, 4),
    ]
