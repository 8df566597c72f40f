from __future__ import annotations

import json
import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from chalicelib.errors import BadRequest, CommandFailed
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, promote
from workflows.api_client import ApiAnswer, ApiClient
from workflows.cli import local
from workflows.cli.main import group
from workflows.cli.main_job import MainJob
from workflows.cli.screen import console
from workflows.cli.stage import Stage
from workflows.local.process import LocalAws
from workflows.local.state.state_folder import StateFolder


class Predicting(ApiClient):
    """Answers a prediction with what it was asked."""

    def _call(self, method: str, path: str, body: bytes | None) -> ApiAnswer:
        return ApiAnswer(200, {"asked": f"{method} {path}"})


CLIENT = Predicting(url="http://127.0.0.1:8000", token="secret")


def a_job(stage: FakeStage) -> MainJob:
    return MainJob(stage=cast(Stage, stage), url=CLIENT.url, folder=Path(), model=MODEL, say=print)


def test_live_version_is_shown_with_a_prediction(stage: FakeStage, capsys: pytest.CaptureFixture[str]) -> None:
    promote(stage.edges, run="run-1")

    asked = local._show_live(a_job(stage), CLIENT)

    shown = capsys.readouterr().out
    assert asked == {"model": MODEL, "duration": 0}
    assert "live: kdd99-http version 1, function version 1" in shown
    assert f"GET /predict?model={MODEL}&duration=0 answered 200:" in shown
    assert f'"asked": "GET /predict?model={MODEL}&duration=0"' in shown


def test_model_that_is_not_live_is_shown_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    asked = local._show_live(a_job(FakeStage()), CLIENT)

    assert asked is None
    assert capsys.readouterr().out == "live: nothing yet of kdd99-http\n"


def test_curl_lines_can_be_pasted_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    console.width = 20

    local._show_curls(CLIENT, {"model": MODEL, "duration": 0, "flag": "S F&"}, folder=Path())

    lines = [shlex.split(line) for line in capsys.readouterr().out.splitlines() if line.startswith("curl")]
    assert all(line[:3] == ["curl", "-H", "Authorization: Bearer secret"] for line in lines)
    assert lines[0][-1] == f"http://127.0.0.1:8000/predict?model={MODEL}&duration=0&flag=S+F%26"
    assert lines[3][3:] == [
        "http://127.0.0.1:8000/retrain",
        *("-H", "Content-Type: application/json", "-d", f'{{"model": "{MODEL}"}}'),
    ]
    assert len(lines) == 4


def test_array_of_many_numbers_is_asked_by_a_short_line_with_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = [0.25, None] * 392
    folder = tmp_path / "it's here"

    local._show_curls(CLIENT, {"model": MODEL, "pixels": pixels}, folder=folder)

    line = next(shlex.split(each) for each in capsys.readouterr().out.splitlines() if each.startswith("curl"))
    file = folder / "requests" / f"{MODEL}.json"
    assert line[3:] == [
        *("-H", "Content-Type: application/json", "--data", f"@{file}"),
        "http://127.0.0.1:8000/predict",
    ]
    assert json.loads(file.read_text()) == {"model": MODEL, "instances": [{"pixels": pixels}]}


def test_live_version_is_asked_about_an_array_of_many_numbers_without_all_of_them_on_the_screen(
    stage: FakeStage, capsys: pytest.CaptureFixture[str]
) -> None:
    promote(stage.edges, run="run-1", example={"pixels": [0] * 784})

    local._show_live(a_job(stage), CLIENT)

    shown = capsys.readouterr().out
    assert "POST /predict answered 200:" in shown
    assert '"asked": "POST /predict"' in shown and "0, 0" not in shown


def test_data_that_is_not_there_is_named_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"nowhere\.csv is not there"):
        group.main(["local", "up", "--data", str(tmp_path / "nowhere.csv")], standalone_mode=False)


STORED = [
    ".chalice/deployed/local.json",
    *(f".nightswap/{each}" for each in ("aws/a", "s3/b", "damaged/c", "requests/d", "token")),
]
OTHERS = [".chalice/deployed/prod.json", ".nightswap/data/night.csv", ".nightswap/logs/local-aws.log"]


def with_files(root: Path) -> None:
    for each in (*STORED, *OTHERS):
        (root / each).parent.mkdir(parents=True, exist_ok=True)
        (root / each).touch()


def test_starting_empty_forgets_what_the_local_aws_stored_and_nothing_else(tmp_path: Path) -> None:
    with_files(tmp_path)

    for _ in range(2):  # the second time there is nothing to forget
        local.forget(tmp_path)

    assert not any((tmp_path / each).exists() for each in STORED)
    assert all((tmp_path / each).exists() for each in OTHERS)


def test_nothing_is_forgotten_while_a_local_aws_holds_it(tmp_path: Path) -> None:
    with_files(tmp_path)
    StateFolder(tmp_path / ".nightswap").own()  # until this process ends

    local.forget(tmp_path)

    assert all((tmp_path / each).exists() for each in (*STORED, *OTHERS))


def a_local_aws(folder: StateFolder) -> LocalAws:
    return LocalAws(
        pid=1, endpoint="http://127.0.0.1:1", short_url="http://127.0.0.1:8000", wanted_short_port=8000, folder=folder
    )


def test_local_aws_that_was_taken_down_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    local._serve(a_local_aws(StateFolder(tmp_path)))

    assert "the local AWS was taken down; the state stays" in capsys.readouterr().out.replace("\n", " ")


def test_local_aws_that_died_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = StateFolder(tmp_path)
    folder.record({"pid": 1, "endpoint": "http://127.0.0.1:1", "short_url": "http://127.0.0.1:8000", "wanted": 8000})

    with pytest.raises(SystemExit) as ended:
        local._serve(a_local_aws(folder))

    assert ended.value.code == 1
    assert "the local AWS ended by itself" in capsys.readouterr().out


def test_address_of_the_local_api_is_the_short_one() -> None:
    stage = FakeStage(name="local", short_url="http://127.0.0.1:8000")

    assert stage.run("url").output == "http://127.0.0.1:8000\n"


@pytest.mark.parametrize(
    ("recorded", "said"), [(False, "the local AWS was taken down"), (True, "the local AWS ended by itself")]
)
def test_error_of_a_local_aws_that_has_ended_is_told_as_its_end(
    recorded: bool, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = StateFolder(tmp_path)
    if recorded:
        folder.record({"pid": 1, "endpoint": "", "short_url": "", "wanted": 0})

    with pytest.raises(SystemExit) as exit_, local.told_when_it_ends(a_local_aws(folder)):
        raise CommandFailed("no answer")

    assert exit_.value.code == 1
    assert said in capsys.readouterr().out


def test_error_under_a_local_aws_that_lives_stays_what_it_is(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.own()  # until this process ends
    alive = replace(a_local_aws(folder), pid=os.getpid())

    with pytest.raises(CommandFailed, match="no answer"), local.told_when_it_ends(alive):
        raise CommandFailed("no answer")
