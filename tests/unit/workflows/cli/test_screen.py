from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.registry.report import Report
from workflows.cli import screen

REPORT = Report(passed=True, reason="", rules=(), classes=["attack", "normal"], matrix=[[437, 5], [0, 113058]])


def rule(**changes: Any) -> dict[str, Any]:
    first = {
        "name": "recall of attack",
        "value": 0.9886877828054299,
        "direction": ">=",
        "bound": 0.98,
        "passed": True,
        "reason": "0.988688 >= 0.98",
    }
    return {**first, **changes}


def lines(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """What was shown: the words of each line."""
    return [line.split() for line in capsys.readouterr().out.splitlines()]


@contextmanager
def wide(columns: int) -> Iterator[None]:
    before = screen.console.width
    screen.console.width = columns
    try:
        yield
    finally:
        screen.console.width = before


def test_json_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"text": "[bold]", "list": [1, None], "when": datetime(2026, 11, 21, tzinfo=UTC)}

    screen.show_json(document)

    assert json.loads(capsys.readouterr().out) == {**document, "when": "2026-11-21 00:00:00+00:00"}


@pytest.mark.parametrize(
    ("charset", "label", "shown"),
    [("utf-8", "zurück", '"zurück"'), ("ascii", "zurück", r'"zur\u00fcck"'), ("utf-8", "\ud800", r'"\ud800"')],
)
def test_json_has_the_letters_that_the_screen_has(charset: str, label: str, shown: str) -> None:
    command = click.Command("show", callback=lambda: screen.show_json({"label": label}))

    result = CliRunner(charset=charset).invoke(command)

    assert shown in result.output
    assert json.loads(result.output) == {"label": label}


def test_table_has_title_columns_and_rows(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table("files", ["name", "bytes"], [["a.csv", 10], ["b.csv", 2000]])

    assert lines(capsys) == [["files"], ["name", "bytes"], ["a.csv", "10"], ["b.csv", "2000"]]


def test_numbers_stand_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table("files", ["name", "bytes"], [["a.csv", 10], ["b.csv", 2000]])

    _, header, first, second = capsys.readouterr().out.splitlines()
    assert len(first.rstrip()) == len(second.rstrip()) == len(header.rstrip())


def test_table_without_rows_has_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table("files", ["name", "bytes"], [])

    assert lines(capsys) == [["files"], ["name", "bytes"]]


def test_cell_without_a_value_is_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table("runs", ["reason"], [[None]])

    assert lines(capsys)[-1] == ["-"]


def test_text_with_brackets_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table("runs", ["reason"], [["value '[/b]' of [red] rows"]])

    assert "value '[/b]' of [red] rows" in capsys.readouterr().out


def test_heading_with_brackets_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    screen.confusion_matrix(of_classes(["[/]", "[red]"], [[1, 2], [3, 4]]))

    assert lines(capsys)[1] == ["predicted", "[/]", "predicted", "[red]"]


def test_confusion_matrix_has_true_rows_and_predicted_columns(capsys: pytest.CaptureFixture[str]) -> None:
    screen.confusion_matrix(REPORT)

    assert lines(capsys)[1:] == [
        ["predicted", "attack", "predicted", "normal"],
        ["true", "attack", "437", "5"],
        ["true", "normal", "0", "113,058"],
    ]


def test_confusion_matrix_of_three_classes(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(
        passed=True, reason="", rules=(), classes=["a", "b", "c"], matrix=[[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    )

    screen.confusion_matrix(report)

    assert lines(capsys)[-1] == ["true", "c", "7", "8", "9"]


def of_classes(names: list[str], matrix: list[list[int]]) -> Report:
    return Report(passed=True, reason="", rules=(), classes=names, matrix=matrix)


def test_confusion_matrix_of_ten_classes_is_one_table_with_the_classes_as_headings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts = [[1_135 if true == predicted else 7 for predicted in range(10)] for true in range(10)]

    with wide(80):
        screen.confusion_matrix(of_classes([str(digit) for digit in range(10)], counts))

    shown = lines(capsys)
    assert " ".join(shown[0]) == "confusion matrix of the holdout: true classes down, predicted across"
    assert shown[1] == [str(digit) for digit in range(10)]
    assert shown[2] == ["true", "0", "1,135", *["7"] * 9]
    assert len(shown) == 12


@pytest.mark.parametrize("width", [80, 120])
def test_confusion_matrix_of_ten_classes_with_long_names_is_one_table(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"a class of clothes named {place}" for place in "abcdefghij"]
    counts = [[11_350 if true == predicted else 0 for predicted in range(10)] for true in range(10)]

    with wide(width):
        screen.confusion_matrix(of_classes(names, counts))

    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= width
    assert shown[1].split() == ["true", *map(str, range(1, 11))]
    assert sum("11350" in line for line in shown) == 10


@given(
    names=st.lists(st.text("ab [/]", min_size=1, max_size=40), min_size=1, max_size=40, unique=True),
    count=st.integers(0, 10**9),
    width=st.sampled_from([80, 120]),
)
def test_no_line_of_a_confusion_matrix_is_wider_than_the_screen_and_each_count_is_told(
    names: list[str], count: int, width: int
) -> None:
    with wide(width), screen.console.capture() as captured:
        screen.confusion_matrix(of_classes(names, [[count] * len(names)] * len(names)))

    shown = captured.get()
    assert max(map(len, shown.splitlines())) <= width
    told = [word for line in shown.splitlines()[1:] for word in line.replace(",", "").split()]
    assert told.count(str(count)) >= len(names) ** 2


def test_verdict_lists_every_rule_with_value_and_bound(capsys: pytest.CaptureFixture[str]) -> None:
    failing = rule(name="support of attack", value=99, bound=100, passed=False, reason="99 < 100")

    screen.verdict({"rules": [rule(), failing]})

    assert [" ".join(line) for line in lines(capsys)] == [
        "verdict",
        "rule value bound",
        "pass recall of attack 0.988688 >= 0.98",
        "FAIL support of attack 99 >= 100",
        "99 < 100",
    ]


def test_reason_of_several_rules_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    lost = [
        rule(
            name=f"{each} of attack, against the champion", value=None, bound=None, passed=False, reason="it is lost"
        )
        for each in ("recall", "precision")
    ]

    screen.verdict({"rules": lost})

    assert [" ".join(line) for line in lines(capsys)[2:]] == [
        "FAIL recall of attack, against the champion - -",
        "it is lost",
        "FAIL precision of attack, against the champion - -",
        "as above",
    ]


def test_interval_of_the_true_value_stands_below_the_rule(capsys: pytest.CaptureFixture[str]) -> None:
    true = {"low": 0.97636294, "high": 0.99553237, "sure": 0.95, "rows": 442, "distinct": 442}
    few = rule(interval={**true, "distinct": 120})

    screen.verdict({"rules": [rule(interval=true), few]})

    assert [" ".join(line) for line in lines(capsys)[2:]] == [
        "pass recall of attack 0.988688 >= 0.98",
        "each end 95 % sure: 0.976363 to 0.995532",
        "pass recall of attack 0.988688 >= 0.98",
        "each end 95 % sure: 0.976363 to 0.995532",
        "copies make 442 rows count as about 120",
    ]


def test_interval_of_a_rule_that_failed_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    true = {"low": 0.97636294, "high": 0.99553237, "sure": 0.95, "rows": 442, "distinct": 442}
    reason = "NOT ENOUGH ROWS: 0.988688 >= 0.98 (each end 95 % sure: 0.976363 to 0.995532)"

    screen.verdict({"rules": [rule(interval=true, enough_rows=False, passed=False, reason=reason)]})

    assert [" ".join(line) for line in lines(capsys)[2:]] == ["not proved recall of attack 0.988688 >= 0.98", reason]


def test_words_below_a_rule_have_the_width_of_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    true = {"low": 0.0, "high": 9.10211e-05, "sure": 0.95, "rows": 113_058, "distinct": 32_911}
    long = rule(name="largest difference from the estimator's probabilities", value=2.22045e-16, bound=1e-9)
    words = (
        "new 0.9887, live 0.9864, difference +0.0023 (-0.021 to +0.010), margin 0.01: not shown worse; 600 rows would"
        " notice a fall of 8 points"
    )

    with wide(80):
        screen.verdict({"rules": [long, rule(interval=true), rule(bound=None, reason=words)]})

    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= 80
    assert [" ".join(line.split()) for line in shown[4:]] == [
        "pass recall of attack 0.988688 >= 0.98",
        "each end 95 % sure: 0 to 9.10211e-05",
        "copies make 113,058 rows count as about 32,911",
        "pass recall of attack 0.988688 -",
        "new 0.9887, live 0.9864, difference +0.0023 (-0.021 to +0.010), margin",
        "0.01: not shown worse; 600 rows would notice a fall of 8 points",
    ]


def test_value_that_fails_is_not_shown_as_its_bound(capsys: pytest.CaptureFixture[str]) -> None:
    near = rule(value=0.97999999, passed=False, reason="0.97999999 < 0.98")

    screen.verdict({"rules": [near]})

    assert [" ".join(line) for line in lines(capsys)[2:]] == [
        "FAIL recall of attack 0.97999999 >= 0.98",
        "0.97999999 < 0.98",
    ]


def test_rule_that_compares_has_no_bound_and_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    screen.verdict({"rules": [rule(bound=None, reason="not shown worse")]})

    assert [" ".join(line) for line in lines(capsys)[2:]] == ["pass recall of attack 0.988688 -", "not shown worse"]


def test_rule_without_a_value_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    undefined = rule(value=None, bound=None, passed=False, reason="undefined: no row is of the class")

    screen.verdict({"rules": [undefined]})

    assert [" ".join(line) for line in lines(capsys)[2:]] == [
        "FAIL recall of attack - -",
        "undefined: no row is of the class",
    ]


def at(second: float) -> str:
    return f"2026-11-21T03:00:{second:06.3f}Z"


def test_time_and_memory_of_each_state(capsys: pytest.CaptureFixture[str]) -> None:
    states = [
        {
            "state": "Preprocess",
            "started_at": at(0.5),
            "duration_ms": 1234,
            "finished_at": at(1.734),
            "peak_memory_bytes": 209_400_000,
            "memory_mb": 1769,
        },
        {
            "state": "Train",
            "started_at": at(3.734),
            "duration_ms": 5,
            "finished_at": at(3.739),
            "peak_memory_bytes": None,
        },
        {"state": "Evaluate", "started_at": at(4.739)},
    ]

    screen.where_the_time_went({"states": states, "started_at": at(0), "finished_at": None, "outcome": None})

    assert lines(capsys)[1:] == [
        ["state", "starting", "working", "peak", "memory"],
        ["Preprocess", "500", "ms", "1,234", "ms", "200", "of", "1,769", "MB"],
        ["Train", "2,000", "ms", "5", "ms", "-"],
        ["Evaluate", "1,000", "ms", "-", "-"],
    ]


def test_peak_memory_of_a_state_that_does_not_tell_its_memory_stands_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    states = [{"state": "Train", "started_at": at(1), "peak_memory_bytes": 100 * 2**20}]

    screen.where_the_time_went({"states": states, "started_at": at(0), "finished_at": None, "outcome": None})

    assert lines(capsys)[-1] == ["Train", "1,000", "ms", "-", "100", "MB"]


def test_time_up_to_the_end_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    states = [{"state": "Train", "started_at": at(1), "duration_ms": 1000, "finished_at": at(2)}]
    run: dict[str, Any] = {"states": states, "started_at": at(0), "finished_at": at(2.25), "outcome": "Promoted"}

    screen.where_the_time_went(run)

    assert lines(capsys)[-1] == ["Promoted", "250", "ms", "-", "-"]


def test_run_that_broke_has_no_time_after_its_last_state_which_recorded_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    states = [{"state": "RestoreAfterFailure", "started_at": at(1), "duration_ms": 1000, "finished_at": at(2)}]
    run: dict[str, Any] = {"states": states, "started_at": at(0), "finished_at": at(1.8), "outcome": "RetrainFailed"}

    screen.where_the_time_went(run)

    assert lines(capsys)[-1] == ["RetrainFailed", "-", "-", "-"]


@pytest.mark.parametrize(
    ("started_at", "finished_at"), [(None, None), (at(0), at(9))], ids=["by hand", "ended before its first state"]
)
def test_time_of_a_run_without_states_is_told_too(
    started_at: str | None, finished_at: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    run: dict[str, Any] = {
        "states": [],
        "started_at": started_at,
        "finished_at": finished_at,
        "outcome": "Superseded",
    }

    screen.where_the_time_went(run)

    assert lines(capsys)[0] == ["where", "the", "time", "went"]


def test_progress_of_bytes_is_drawn_and_wiped_off(capsys: pytest.CaptureFixture[str]) -> None:
    with screen.byte_progress() as tell:
        tell("downloading", 0, None)
        tell("downloading", 500, 1000)
        tell("unpacking", 10, 10)

    assert "Traceback" not in capsys.readouterr().out


def test_line_is_said_whole_and_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    line = "run x failed: value '[/b]' is not a number, in a line longer than the screen"

    with wide(20):
        screen.say(line)

    assert capsys.readouterr().out == f"{line}\n"
