from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib.errors import ModelUnknown, NoLiveModel
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry import registry
from chalicelib.registry.pin import Pin
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.stage import FakeStage
from tests.given.moves import canary
from tests.given.nights import MODEL, promote, register
from tests.given.tuned import trial, tuning


def live_stage() -> FakeStage:
    stage = FakeStage(FakeOutside(MODEL))
    promote(stage.edges, run="run-1")
    return stage


def test_versions_are_listed_with_the_live_one_marked() -> None:
    stage = live_stage()
    register(stage.edges, run="run-2")

    lines = stage.run("versions").output.splitlines()

    assert lines[0].strip() == "versions of kdd99-http"
    assert "run-2" in lines[2] and "live" not in lines[2]
    assert lines[4].split() == ["live,", "anchor", "1", "1", "run-1"]
    assert lines[5] == "    night-1.csv"


def test_version_is_listed_with_all_that_became_of_it() -> None:
    stage = live_stage()
    Pin(stage.edges, MODEL).claim(1, who="ops", why="audit")

    assert "live, anchor, pinned" in stage.run("versions").output


def test_version_that_has_a_share_of_the_traffic_is_listed_with_it() -> None:
    stage = live_stage()
    canary(stage.edges)

    lines = stage.run("versions").output.splitlines()

    assert lines[2].split()[:4] == ["10", "%", "2", "2"]
    assert lines[4].startswith("live, 90 %")


def test_versions_fit_eighty_columns_however_long_the_run_is_named_and_however_many_files_there_are() -> None:
    stage = FakeStage(FakeOutside(MODEL))
    run = f"{'m' * 24}-20261126T202944Z-5818b7"
    promote(stage.edges, run=run, data=[{"name": f"night-{number}.csv"} for number in range(30)])

    lines = stage.run("versions", width=80).output.splitlines()

    assert all(len(line) <= 80 for line in lines)
    assert "".join(lines).replace(" ", "").count("night-19.csv,...(10more)") == 1
    assert run in "".join(lines).replace(" ", "")


def test_metrics_that_the_gate_judged_each_version_by_stand_below() -> None:
    stage = live_stage()
    rules = [
        {"name": name, "value": value, "direction": ">=", "bound": 0.5, "passed": True, "reason": "so it is"}
        for name, value in (("recall of attack", 0.9886877), ("support of attack", 1_442))
    ]
    register(stage.edges, run="run-2", rules=rules)

    lines = stage.run("versions", width=80).output.splitlines()

    start = next(at for at, line in enumerate(lines) if line.startswith("metrics"))
    assert lines[start].strip() == "metrics that the gate judged them by"
    assert lines[start + 1].split() == ["version", "recall", "of", "attack", "support", "of", "attack"]
    assert [line.split() for line in lines[start + 2 :]] == [["2", "0.988688", "1,442"], ["1", "-", "-"]]
    assert all(len(line) <= 80 for line in lines[start:])


def test_metric_that_is_compared_with_other_versions_stands_there_once() -> None:
    stage = live_stage()
    compared = ("recall of attack", "recall of attack, against the champion", "recall of attack, against the anchor")
    rules = [
        {"name": name, "value": 0.75, "direction": ">=", "bound": None, "passed": True, "reason": "so it is"}
        for name in compared
    ]
    register(stage.edges, run="run-2", rules=rules)

    shown = stage.run("versions", width=120).output

    assert shown.split("judged them by")[1].split() == ["version", "recall", "of", "attack", "2", "0.75", "1", "-"]


RULE = {"value": 0.9886877, "direction": ">=", "bound": 0.5, "passed": True, "reason": "so it is"}


@pytest.mark.parametrize("width", [80, 120])
def test_metrics_of_many_classes_stand_in_as_many_tables_as_the_screen_needs(width: int) -> None:
    stage = live_stage()
    names = ["accuracy", *(f"recall of {'digit-' * (1 + number % 3)}{number}" for number in range(10))]
    for run in ("run-2", "run-3"):
        register(stage.edges, run=run, rules=[{**RULE, "name": name} for name in names])

    shown = stage.run("versions", width=width).output.partition("judged them by")[2]

    lines = [line.split() for line in shown.splitlines()]
    headings = [line for line in lines if line[:1] == ["version"] or "version" in line]
    assert all(len(line.rstrip()) <= width for line in shown.splitlines())
    assert len(headings) == (3 if width == 80 else 2)
    assert [cell for line in lines for cell in line if cell.startswith("digit")] == [
        name.split()[-1] for name in names[1:]
    ]
    assert sum(cell == "0.988688" for line in lines for cell in line) == 22
    assert [line[0] for line in lines if line and line[0] in "123"] == ["3", "2", "1"] * len(headings)


def test_name_of_a_class_that_is_wider_than_the_screen_is_broken() -> None:
    stage = live_stage()
    register(stage.edges, run="run-2", rules=[{**RULE, "name": f"recall of {'x' * 100}"}])

    shown = stage.run("versions", width=80).output.partition("judged them by")[2]

    assert all(len(line.rstrip()) <= 80 for line in shown.splitlines())
    assert shown.count("x") == 100


def test_operating_point_of_a_version_stands_among_its_metrics() -> None:
    stage = live_stage()
    point = {"positive": "attack", "probability": 0.70978712, "words": "the highest threshold", "chosen": None}
    register(stage.edges, run="run-2", training={"threshold": point})

    shown = stage.run("versions", width=80).output.partition("judged them by")[2]

    assert shown.split() == ["version", "threshold", "of", "attack", "2", "0.709787", "1", "-"]
    found = stage.json("versions", "--json")
    assert isinstance(found, list)
    assert [each["threshold"] for each in found] == [{"positive": "attack", "probability": 0.70978712}, None]


@pytest.mark.parametrize("command", ["history", "prune", "restore", "verify", "versions"])
def test_model_is_named_by_an_argument_or_by_the_option(command: str) -> None:
    stage = live_stage()

    by_argument, by_option = (stage.run(command, *named).output for named in ([MODEL], ["--model", MODEL]))

    assert by_argument == by_option
    assert stage.run(command, MODEL, "--model", MODEL).output == by_option
    two = stage.run(command, MODEL, "--model", "loans")
    assert (two.exit_code, "MODEL is 'kdd99-http' and --model is 'loans': give one of them" in two.output) == (
        2,
        True,
    )


def test_versions_of_a_release_that_kept_no_rules_have_no_table_of_metrics() -> None:
    assert "metrics" not in live_stage().run("versions").output


def test_versions_are_listed_for_programs() -> None:
    found = live_stage().json("versions", "--json")

    assert isinstance(found, list)
    assert [(each["model_version"], each["live"]) for each in found] == [(1, True)]


def lose_lambda(stage: FakeStage) -> None:
    lost = InMemoryFunctions(MODEL, clock=stage.outside.clock)
    stage.outside.edges = replace(stage.outside.edges, functions=lost)


def test_lost_model_is_put_back() -> None:
    stage = live_stage()
    lose_lambda(stage)

    result = stage.run("restore")

    assert result.output == "kdd99-http version 1 is live again, as function version 1\n"
    entry = Ledger(stage.edges, MODEL).last()
    assert entry and re.fullmatch(r"restore-[0-9a-f]{12}", entry.run)


def test_model_that_is_live_is_left_as_it_is() -> None:
    assert live_stage().run("restore").output == "kdd99-http version 1 was live already, as function version 1\n"


def test_restoring_is_told_to_programs() -> None:
    stage = live_stage()
    lose_lambda(stage)

    assert stage.json("restore", "--json") == {
        "model": MODEL,
        "model_version": 1,
        "function_version": "1",
        "moved": True,
    }


@pytest.mark.parametrize(("model", "error"), [(MODEL, NoLiveModel), ("other", ModelUnknown)])
def test_what_was_never_live_cannot_be_restored(model: str, error: type[Exception]) -> None:
    assert isinstance(FakeStage().run("restore", model).exception, error)


def test_claim_of_a_dead_run_is_not_listed(stage: FakeStage) -> None:
    registry.claim(stage.edges, model=MODEL, run="dead")

    assert stage.json("versions", "--json") == []
    assert stage.run("versions").exit_code == 0


def test_version_that_was_tuned_is_listed_with_what_was_chosen() -> None:
    stage = FakeStage(FakeOutside(MODEL))
    register(stage.edges, run="run-1", training={"tuning": tuning(trial(0.5), trial(0.9), best=2)})

    lines = stage.run("versions").output.splitlines()

    assert lines[3] == "    tuned: max_depth=3, the best of 2 trials (0.9 (sd 0.02))"
