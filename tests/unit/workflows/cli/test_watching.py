from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from workflows.cli import watching

DONE = {"state": "Preprocess", "status": "done", "duration_ms": 1234, "result": {"reason": "1,500 rows"}}


def a_run(*states: dict[str, Any], status: str = "running", percent: int = 14) -> dict[str, Any]:
    return {"status": status, "states": list(states), "percent": percent, "outcome": "Promoted"}


def scripted(*seen: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """Tells of the run one picture after another."""
    pictures = iter(seen)
    return lambda: next(pictures)


def test_run_is_watched_until_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    end = a_run(DONE, status="ended", percent=100)

    watched = watching.watch(scripted(a_run(), a_run(DONE), end))

    assert watched == end
    assert capsys.readouterr().out.splitlines() == ["  ✓ Preprocess      1,234 ms  1,500 rows"]


def test_each_step_of_a_state_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    running = {"state": "Preprocess", "status": "running"}

    watching.watch(scripted(a_run(running), a_run(running), a_run(DONE, status="ended")))

    told = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert told == [["▸", "Preprocess"], ["✓", "Preprocess"]]


def test_state_that_comes_again_is_told_again(capsys: pytest.CaptureFixture[str]) -> None:
    def share(minute: int, **more: Any) -> dict[str, Any]:
        return {"state": "ShiftTraffic", "started_at": f"2026-11-21T03:0{minute}:00.000Z", **more}

    first, second = share(1, status="running"), share(2, status="running")
    ends = share(1, status="done", result={"reason": "10 %"}), share(2, status="done", result={"reason": "50 %"})
    seen = [a_run(each) for each in (first, ends[0], ends[0], second, second)]

    watching.watch(scripted(*seen, a_run(ends[1], status="ended")))

    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told == ["▸ ShiftTraffic", "✓ ShiftTraffic 10 %", "▸ ShiftTraffic", "✓ ShiftTraffic 50 %"]


def test_state_that_failed_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    failed = {"state": "Train", "status": "failed", "duration_ms": 5, "error": "E", "reason": "value '[/b]'"}

    watching.watch(scripted(a_run(failed, status="ended")))

    assert capsys.readouterr().out.split() == ["✗", "Train", "5", "ms", "value", "'[/b]'"]


def test_state_that_came_to_nothing_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    bare = {"state": "Train", "status": "done", "result": None}

    watching.watch(scripted(a_run(bare, status="ended")))

    assert capsys.readouterr().out.split() == ["✓", "Train"]


def test_screen_that_can_be_redrawn_shows_one_picture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Console(width=80, force_terminal=True, color_system=None)
    monkeypatch.setenv("TERM", "xterm")
    end = a_run(DONE, status="ended", percent=100)

    watched = watching.watch(scripted(a_run(), end), on=terminal)

    assert watched == end
    assert "✓ Preprocess      1,234 ms  1,500 rows" in capsys.readouterr().out


def expected(**took_ms: int) -> watching.Expected:
    return watching.Expected(lambda: datetime(2026, 11, 21, 3, 1, 12, tzinfo=UTC), took_ms)


TRAINING = {"state": "Train", "status": "running", "started_at": "2026-11-21T03:01:00.000Z"}


def test_state_that_begins_tells_how_long_it_took_the_last_time(capsys: pytest.CaptureFixture[str]) -> None:
    watching.watch(scripted(a_run(TRAINING), a_run(TRAINING, status="ended")), expected=expected(Train=125_400))

    assert capsys.readouterr().out.splitlines() == ["  ▸ Train         last time 2 min 05 s"]


@pytest.mark.parametrize(
    ("took", "shown"), [({"Train": 34_000}, "12 s, last time 34 s"), ({"Evaluate": 1}, "12 s"), ({}, "12 s")]
)
def test_state_that_is_drawn_again_tells_how_long_it_has_been_too(took: dict[str, int], shown: str) -> None:
    screen = Console(width=80)

    with screen.capture() as captured:
        screen.print(watching._picture(a_run(TRAINING), expected(**took)))

    (line,) = (line for line in captured.get().splitlines() if "Train " in line)
    assert line.rstrip() == f"  ▸ Train         {shown}"


def test_clock_that_is_behind_the_task_s_shows_no_time_below_zero() -> None:
    early = {**TRAINING, "started_at": "2026-11-21T03:02:00.000Z"}

    assert expected().of(early, is_redrawn=True) == "0.0 s"


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    screen = Console(width=width)
    failed = {"state": "Train", "status": "failed", "duration_ms": 5, "reason": "column 'a' of line 7 " * 20}

    with screen.capture() as captured:
        watching.watch(scripted(a_run(failed, status="ended")), on=screen)
        screen.print(watching._picture(a_run(failed), expected()))

    lines = captured.get().splitlines()
    assert all(len(line) <= width for line in lines)
    assert {line[:28].strip() for line in lines if "column 'a'" in line} == {"✗ Train               5 ms", ""}


def test_looks_grow_rare_while_nothing_happens_and_quick_again_with_each_step() -> None:
    pauses: list[float] = []
    training = [a_run(DONE, {"state": "Train", "status": "running"})] * 12
    seen = [*[a_run()] * 3, *training, a_run(DONE, status="ended")]

    ended = watching.wait(scripted(*seen), sleep=pauses.append)

    assert ended == seen[-1]
    waiting, at_work = pauses[:3], pauses[3:]
    assert waiting[0] == at_work[0] == watching.FIRST_PAUSE_SECONDS
    assert at_work == sorted(at_work)
    assert at_work[-1] == watching.LONGEST_PAUSE_SECONDS


def test_picture_shows_all_states_with_those_to_come_and_those_that_were_not_needed() -> None:
    screen = Console(width=80, record=True, quiet=False, force_terminal=False)

    with screen.capture() as captured:
        screen.print(
            watching._picture(a_run(DONE, {"state": "Train", "status": "running"}), watching.NOTHING_EXPECTED)
        )

    shown = [line.split()[:2] for line in captured.get().splitlines()]
    assert shown[:8] == [
        ["–", "RestoreAlias"],  # noqa: RUF001 - a dash
        ["✓", "Preprocess"],
        ["▸", "Train"],
        ["·", "Evaluate"],
        ["·", "VersionModel"],
        ["·", "Replay"],
        ["·", "ShiftTraffic"],
        ["·", "SwapAlias"],
    ]
