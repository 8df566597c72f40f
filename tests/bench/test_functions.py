"""A contender answers as the one model does, or is not timed; a limited worker gets no more than its share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cold import told
from benchmarks.functions import of_the_app
from benchmarks.functions.contenders import (
    BARE,
    JOBLIB,
    ONNX,
    SCORECARD,
    Contender,
    Models,
    contenders,
    elsewhere,
    of_app,
    spinner,
)
from benchmarks.functions.folders import Folders
from benchmarks.functions.objects import KEY, serving
from benchmarks.functions.quota import GROUPS, limited, share
from benchmarks.functions.starting import WrongAnswer, cold_ms, started, warm
from benchmarks.warm import measured
from workflows.packaging import bytecode
from workflows.packaging.bytecode import Interpreter
from workflows.packaging.wheels import PYTHON


@pytest.fixture(scope="session")
def compiler() -> Interpreter:
    found = bytecode.interpreter(PYTHON)
    assert found, f"Python {PYTHON}, which Lambda runs, has to be here"
    return found


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, compiler: Interpreter) -> Folders:
    return Folders(tmp_path_factory.mktemp("functions"), compiler)


@pytest.fixture(scope="session")
def ways(folders: Folders) -> Iterator[dict[str, Contender]]:
    """All of them, by name."""
    models = Models.fitted()
    with serving({KEY: models.onnx, "model.joblib": models.joblib}) as s3:
        found = {each.name: each for each in contenders(folders, models)}
        more = elsewhere(folders, models, like=found[JOBLIB], graph=found[ONNX], s3=s3)
        yield found | {each.name: each for each in more}


def test_every_contender_answers_what_the_model_says(
    ways: dict[str, Contender], compiler: Interpreter, tmp_path: Path
) -> None:
    for each in ways.values():
        assert cold_ms(each, python=compiler.path, log=tmp_path / "log") > 0


def test_what_a_cold_prediction_meets_of_the_app_is_started_in_each_way_that_it_asks_aws(
    folders: Folders, compiler: Interpreter, tmp_path: Path
) -> None:
    with of_the_app.endpoints(tmp_path) as endpoints:
        found = of_app(folders, endpoints=endpoints)

        assert len(found) == 6
        for each in found:
            assert cold_ms(each, python=compiler.path, log=tmp_path / "log") > 0


def test_contender_with_another_answer_is_refused(
    ways: dict[str, Contender], compiler: Interpreter, tmp_path: Path
) -> None:
    lying = replace(ways[BARE], is_right=ways[SCORECARD].is_right)

    with pytest.raises(WrongAnswer, match="empty handler"):
        cold_ms(lying, python=compiler.path, log=tmp_path / "log")


def test_a_warm_function_is_asked_over_one_connection(
    ways: dict[str, Contender], compiler: Interpreter, tmp_path: Path
) -> None:
    with warm(ways[SCORECARD], python=compiler.path, log=tmp_path / "log") as asked:
        assert len(asked.times_ms(5)) == 5


def test_warm_rows_are_medians_of_rounds(ways: dict[str, Contender], compiler: Interpreter, tmp_path: Path) -> None:
    some = [ways[BARE], ways[SCORECARD]]

    bare, scorecard = measured(some, python=compiler.path, log=tmp_path / "log", rounds=3, calls=4)

    assert (bare.ratio_to_baseline, bare.n, scorecard.n) == (1, 3, 3)


@pytest.mark.parametrize("kernel", [True, False], ids=["by what this machine offers", "by signals"])
def test_limited_worker_gets_no_more_than_its_share(
    kernel: bool, folders: Folders, compiler: Interpreter, tmp_path: Path
) -> None:
    busy, groups = spinner(folders), GROUPS if kernel else tmp_path / "none"

    with (
        limited(compiler.path, to=share(256), folder=tmp_path, groups=groups) as (python, way),
        started(busy, python=python, log=tmp_path / "log") as function,
    ):
        got = function.invoke(busy.event)["share"]

    assert kernel or way == "by stopping and continuing it each 20 ms"
    assert 0 < got < 2 * share(256)


def test_a_memory_has_its_share_of_a_core() -> None:
    assert [round(share(each), 3) for each in (256, 512, 1_024, 1_769)] == [0.145, 0.289, 0.579, 1.0]


def test_share_that_was_reached_is_told() -> None:
    assert told(512, 0.28, "by a quota") == "512 MB: 0.289 of a core is wanted and 0.280 reached, by a quota"
    assert told(512, 0.2, "by a quota").endswith("other work on this machine takes the rest")


def test_share_that_is_exceeded_ends_the_run() -> None:
    with pytest.raises(SystemExit, match="the quota does not hold here"):
        told(512, 0.4, "by a quota")
