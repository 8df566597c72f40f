from __future__ import annotations

from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import BadRequest, ModelUnknown
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.moves import ask
from tests.given.nights import MODEL, content, outside, promote
from tests.given.records import canary

HOUR = 3600.0
LAST = "2026-11-21T04:00:00.000Z"


def two_moves() -> FakeStage:
    """03:00 version 1 is promoted, 04:00 version 2."""
    night = outside()
    promote(night.edges, run="run-1")
    night.clock.sleep(HOUR)
    promote(night.edges, run="run-2")
    return FakeStage(night)


def without_author(stage: FakeStage, number: int) -> None:
    key = layout.ledger_entry(MODEL, number)
    unknown = dict.fromkeys(("moved_at", "who", "why"))
    entry = {**documents.find(stage.outside.store, key), **unknown, "repaired": True}
    stage.outside.store.put(key, documents.encode(entry))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_moves_are_listed_newest_first() -> None:
    lines = two_moves().run("history").output.splitlines()

    assert lines[0].strip() == "moves of the alias of kdd99-http"
    assert cells(lines[2]) == ["2", "2026-11-21 04:00:00", "promoted, anchor", "1 -> 2", "run-2", "every rule passed"]
    assert cells(lines[3])[3] == "- -> 1"


def test_promotion_that_left_the_anchor_where_it_was_does_not_speak_of_it() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    promote(night.edges, run="run-2", fingerprint="data-2", is_anchor=False)

    assert cells(FakeStage(night).run("history").output.splitlines()[2])[2:4] == ["promoted", "1 -> 2"]


def test_moves_on_a_narrow_screen_break_no_name() -> None:
    night = canary(run="kdd99-http-nightly-20261121T0300Z")
    ask(night.edges, "rollback", model_version=1)
    stage = FakeStage(night)

    output = stage.run("history", width=80).output

    newest = [line.split() for line in output.splitlines()[2:4]]
    assert newest[0][:7] == ["4", "2026-11-21", "03:00:00", "2", "->", "1", "ada"]
    assert newest[1] == ["rolled_back", "customers", "complain"]
    assert "10% to 3" in output
    assert "kdd99-http-nightly-20261121T0300Z" in output
    assert all(len(line) <= 80 for line in output.splitlines())


@pytest.mark.parametrize(("width", "lines"), [(119, 2), (120, 1)])
def test_move_takes_one_line_on_a_screen_that_has_room_for_it(width: int, lines: int) -> None:
    output = two_moves().run("history", width=width).output.splitlines()

    assert len(output) == 2 + 2 * lines
    assert ("when (UTC)" in cells(output[1])) == (lines == 1)


def test_share_of_a_canary_is_listed() -> None:
    line = FakeStage(canary()).run("history", "--limit", "1").output.splitlines()[2]

    assert cells(line)[2:5] == ["shifted", "2 -> 2", "10% to 3"]


def test_move_whose_author_died_is_listed_as_that() -> None:
    stage = two_moves()
    without_author(stage, 2)

    line = stage.run("history").output.splitlines()[2]

    assert cells(line)[1] == "before 2026-11-21 04:00:00"
    assert cells(line)[-1] == "its author died: written in from the alias's stamp"


def test_moves_are_listed_for_programs() -> None:
    found = cast(Any, two_moves().json("history", "--limit", "1", "--json"))

    assert [(each["entry"], each["from_model_version"], each["model_version"]) for each in found] == [(2, 1, 2)]


@pytest.mark.parametrize(("at", "version"), [("2026-11-21 03:30", "1"), ("2026-11-21T05:00+01:00", "2")])
def test_what_served_is_shown_with_its_entry(at: str, version: str) -> None:
    output = two_moves().run("what-served", "--at", at).output

    assert output.startswith("kdd99-http at 2026-11-21T0")
    assert cells(output.splitlines()[2])[:4] == [version, version, "100%", version]
    assert "perhaps" not in output


def test_why_it_served_has_the_width_of_the_screen() -> None:
    lines = two_moves().run("what-served", "--at", "2026-11-21 04:00").output.splitlines()

    assert len(lines) == 4
    assert lines[3].strip() == "every rule passed"


def test_nothing_served_before_the_first_move() -> None:
    assert two_moves().run("what-served", "--at", "2026-11-20").output == (
        "kdd99-http at 2026-11-20T00:00:00.000Z: nothing was live\n"
    )


def test_doubt_is_shown_with_the_time_in_which_the_move_was_made() -> None:
    stage = two_moves()
    without_author(stage, 2)

    output = stage.run("what-served", "--at", "2026-11-21 03:30").output

    between = "it was after 2026-11-21T03:00:00.000Z and before 2026-11-21T04:00:00.000Z"
    assert f"perhaps already: the time of this move is not known, {between}" in " ".join(output.split())
    without_author(stage, 1)
    early = stage.run("what-served", "--at", "2026-11-21 02:30").output
    assert "nothing was live for certain" in early
    assert "after an unknown time" in early


def test_move_whose_entry_is_still_missing_is_shown_from_the_alias() -> None:
    stage = two_moves()
    stage.outside.store.delete(layout.ledger_entry(MODEL, 2))

    output = stage.run("what-served", "--at", "2026-11-21 03:30").output

    assert "it was after 2026-11-21T03:00:00.000Z and before now" in " ".join(output.split())
    assert "not written yet" in output


def test_what_served_is_told_to_programs() -> None:
    stage = two_moves()
    without_author(stage, 2)

    found = cast(Any, stage.json("what-served", "--at", "2026-11-21 03:30", "--json"))

    assert (found["model"], found["at"]) == (MODEL, "2026-11-21T03:30:00.000Z")
    assert found["served"] == [{"model_version": 1, "function_version": "1", "share": 1}]
    assert found["entry"]["entry"] == 1
    assert found["perhaps"]["served"] == [{"model_version": 2, "function_version": "2", "share": 1}]
    assert (found["perhaps"]["not_before"], found["perhaps"]["not_after"]) == ("2026-11-21T03:00:00.000Z", LAST)
    certain = cast(Any, stage.json("what-served", "--at", "2026-11-20", "--json"))
    assert (certain["served"], certain["entry"], certain["perhaps"]) == ([], None, None)


@pytest.mark.parametrize("at", ["yesterday", "2026-11-22"])
def test_time_that_is_none_or_yet_to_come_is_refused(at: str) -> None:
    assert isinstance(two_moves().run("what-served", "--at", at).exception, BadRequest)


def test_time_has_to_be_named() -> None:
    assert two_moves().run("what-served").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [("history", "other"), ("verify", "other"), ("what-served", "--at", "2026-11-21", "--model", "other")],
)
def test_unknown_model_is_refused(arguments: tuple[str, ...]) -> None:
    assert isinstance(two_moves().run(*arguments).exception, ModelUnknown)


def test_record_in_order_is_verified() -> None:
    result = two_moves().run("verify")

    assert (result.output, result.exit_code) == ("kdd99-http: 2 entries, 2 versions: all in order\n", 0)


def test_every_problem_has_its_line_and_the_command_fails() -> None:
    stage = two_moves()
    stage.outside.store.delete(layout.ledger_entry(MODEL, 1))
    stage.outside.store.delete(layout.ledger_entry(MODEL, 2))

    result = stage.run("verify", MODEL)

    lines = result.output.splitlines()
    assert [line[:12] for line in lines] == ["! entry 1 of", "! entry 2 of", "kdd99-http: "]
    assert lines[-1].endswith("0 entries, 2 versions: 2 problems")
    assert result.exit_code == 1


def test_all_models_are_verified_where_none_is_named() -> None:
    stage = FakeStage(FakeOutside("a", "b"))

    assert [line.partition(":")[0] for line in stage.run("verify").output.splitlines()] == ["a", "b"]
    assert stage.json("verify", "--json") == [
        {"model": name, "entries": 0, "versions": 0, "problems": [], "erased": []} for name in ("a", "b")
    ]


@pytest.mark.parametrize("named", [(), (MODEL,)])
def test_model_whose_serving_function_was_deleted_is_told_with_what_makes_it_again(named: tuple[str, ...]) -> None:
    night = FakeOutside("other")
    for key, body in content(two_moves().outside).items():
        night.store.put(key, body)

    result = FakeStage(night).run("verify", *named)

    assert result.exit_code == 1
    assert f"{MODEL} has no serving function by deploy/models.json, and by its ledger it was live" in result.output


def test_model_that_was_never_deployed_is_no_problem() -> None:
    assert FakeStage(FakeOutside("other")).run("verify").exit_code == 0
