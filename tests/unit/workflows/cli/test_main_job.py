from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import RETRAIN_FAILED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.errors import CommandFailed, RunUnknown
from chalicelib.runs import outcomes
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.stage import FakeStage
from tests.given.moves import canary
from tests.given.nights import MODEL, content, going, promote, report_of
from workflows.api_client import ApiAnswer, ApiClient
from workflows.cli.main_job import MainJob
from workflows.cli.stage import Stage
from workflows.cli.tokens import is_valid
from workflows.sample_data.source import REAL_FILE, SAMPLE_FILES

RUN = "kdd99-http-nightly-20261121T0300Z"


@dataclass
class Told:
    """A main job on a stage in memory, and what it told the user."""

    folder: Path
    stage: FakeStage = field(default_factory=FakeStage)
    lines: list[str] = field(default_factory=list)

    @property
    def job(self) -> MainJob:
        return MainJob(
            stage=cast(Stage, self.stage),
            url="http://127.0.0.1:1",
            folder=self.folder,
            model=MODEL,
            say=self.lines.append,
        )

    def provide(self, given: Path | None) -> list[str]:
        """The names of the data set's files, after the data was provided."""
        self.job.provide_data(given, progress=lambda *_: None)
        return [key.rpartition("/")[2] for key in content(self.stage.outside) if key.startswith(layout.DATASETS)]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


@dataclass(frozen=True)
class ScriptedClient(ApiClient):
    """Answers every call with the same."""

    answer: ApiAnswer

    def _call(self, method: str, path: str, body: bytes | None) -> ApiAnswer:
        return self.answer


def answering(status: int, body: Any) -> ScriptedClient:
    return ScriptedClient(url="http://127.0.0.1:1", token="secret", answer=ApiAnswer(status, body))


def failed(told: Told, error: str) -> None:
    going(told.stage.outside, RUN)
    ended = RunOutcome(run=RUN, model=MODEL, outcome=RETRAIN_FAILED, reason="killed", error=error)
    outcomes.record(told.stage.edges, ended)


def a_file(folder: Path, name: str, text: str = "a,b\n1,2\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    return file


def test_first_start_has_nothing_to_recover(told: Told) -> None:
    told.job.recover()

    assert told.lines == []


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("States.ServiceRestart", f"run {RUN} failed: the local AWS was stopped while it was going"),
        ("SingleClass", f"run {RUN} failed: SingleClass: killed"),
    ],
)
def test_end_of_an_interrupted_run_is_told(told: Told, error: str, line: str) -> None:
    failed(told, error)

    told.job.recover()

    assert told.lines == [line]


def test_run_whose_execution_was_lost_is_told_as_failed(told: Told) -> None:
    going(told.stage.outside, RUN)
    told.stage.outside.executions.forget(RUN)
    told.stage.outside.clock.sleep(3600)

    told.job.recover()

    assert told.lines[0].startswith(f"run {RUN} failed: ExecutionUnknown: ")


def test_model_that_the_local_aws_lost_is_put_back(told: Told) -> None:
    outside = told.stage.outside
    promote(outside.edges, run="run-1")
    outside.functions = InMemoryFunctions(MODEL, clock=outside.clock)
    outside.edges = replace(outside.edges, functions=outside.functions)

    told.job.recover()
    told.job.recover()

    assert told.lines == ["restored kdd99-http version 1 from the registry: Lambda had lost it"]
    assert told.job.live()["live"]["model_version"] == 1


def test_model_whose_package_is_gone_too_is_told_and_stops_nothing(told: Told) -> None:
    outside = told.stage.outside
    promote(outside.edges, run="run-1")
    outside.functions = InMemoryFunctions(MODEL, clock=outside.clock)
    outside.edges = replace(outside.edges, functions=outside.functions)
    outside.edges.store.delete(layout.version(MODEL, 1, "package.zip"))

    told.job.recover()

    assert len(told.lines) == 1
    assert told.lines[0].startswith("kdd99-http cannot be restored from the registry: ")


def test_share_that_a_dead_run_left_to_its_candidate_is_told_with_what_takes_it_back(told: Told) -> None:
    promote(told.stage.edges, run="run-1")
    canary(told.stage.edges, run="dead")

    told.job.recover()

    assert told.lines == [
        "version 2 of kdd99-http has 10% of the traffic, and run dead is over, which shifted it: the next run takes"
        " it back, e.g. nightswap retrain --model kdd99-http"
    ]


def test_token_stays_the_same_from_start_to_start(told: Told) -> None:
    first, second = told.job.client(), told.job.client()

    assert first == second
    assert is_valid(told.stage.edges, first.token)


def test_token_is_for_its_owners_eyes_only(told: Told, tmp_path: Path) -> None:
    told.job.client()

    assert (tmp_path / "token").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", ["", "forgotten"])
def test_token_that_the_stage_does_not_know_is_made_anew(told: Told, tmp_path: Path, kept: str) -> None:
    (tmp_path / "token").write_text(kept)

    client = told.job.client()

    assert client.token not in {"", "forgotten"}
    assert (tmp_path / "token").read_text() == client.token


def test_given_file_becomes_the_data(told: Told, tmp_path: Path) -> None:
    names = told.provide(a_file(tmp_path, "mine.csv"))

    assert names == ["mine.csv"]
    assert told.lines == ["data: mine.csv, as given"]


def test_given_file_of_the_same_name_replaces_what_is_there(told: Told, tmp_path: Path) -> None:
    told.provide(a_file(tmp_path, "mine.csv"))

    told.provide(a_file(tmp_path, "mine.csv", "a,b\n3,4\n"))

    assert content(told.stage.outside) == {layout.dataset(MODEL, "mine.csv"): b"a,b\n3,4\n"}


@pytest.mark.parametrize("sample", SAMPLE_FILES)
def test_sample_gives_way_to_the_given_file(told: Told, tmp_path: Path, sample: str) -> None:
    told.provide(a_file(tmp_path, sample))
    told.lines.clear()

    names = told.provide(a_file(tmp_path, "mine.csv"))

    assert names == ["mine.csv"]
    assert told.lines == ["data: mine.csv, as given", f"data: took the sample {sample} out again"]


def test_given_file_that_bears_a_samples_name_stays(told: Told, tmp_path: Path) -> None:
    assert told.provide(a_file(tmp_path, REAL_FILE)) == [REAL_FILE]
    assert told.provide(a_file(tmp_path, REAL_FILE)) == [REAL_FILE]


def test_data_that_is_there_stays(told: Told, tmp_path: Path) -> None:
    told.provide(a_file(tmp_path, "mine.csv"))
    told.lines.clear()

    names = told.provide(None)

    assert names == ["mine.csv"]
    assert told.lines == ["data: mine.csv, as in the bucket"]


def test_sample_in_the_cache_is_used_where_there_is_nothing(told: Told, tmp_path: Path) -> None:
    a_file(tmp_path / "cache", REAL_FILE)

    names = told.provide(None)

    assert names == [REAL_FILE]
    assert told.lines[-1].startswith(f"data: {REAL_FILE}: KDD Cup 1999")


@pytest.mark.parametrize("status", [200, 202])
def test_retrain_is_started_through_the_api(tmp_path: Path, status: int) -> None:
    assert Told(tmp_path).job.start_retrain(answering(status, {"run": RUN})) == RUN


def test_retrain_that_is_refused_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"POST /retrain answered 503: .*StackMissing"):
        Told(tmp_path).job.start_retrain(answering(503, {"Code": "StackMissing"}))


def test_run_is_followed_through_the_api(tmp_path: Path) -> None:
    assert Told(tmp_path).job.run(answering(200, {"run": RUN}), RUN) == {"run": RUN}


def test_run_that_cannot_be_followed_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=f"GET /runs/{RUN} answered 404"):
        Told(tmp_path).job.run(answering(404, {"Code": "RunUnknown"}), RUN)


def test_report_of_a_run_is_read_from_the_bucket(told: Told) -> None:
    told.stage.outside.store.put(layout.run_document(RUN, "report"), documents.encode(report_of(RUN)))

    assert told.job.report(RUN).document == report_of(RUN)
    with pytest.raises(RunUnknown):
        told.job.report("another")


def test_what_is_live_is_described(told: Told) -> None:
    promote(told.stage.edges, run="run-1")

    assert told.job.live()["live"]["function_version"] == "1"
