"""Files in quarantine are listed with the reason, and released by name, all of a command or none."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.quality import left_out
from tests.fakes.stage import FakeStage
from tests.given.news import BAD_FILE, BAD_ROWS
from tests.given.nights import MODEL
from tests.unit.workflows.data_set.files import GOOD, refused
from workflows.checking import same_content
from workflows.checking.file import Content
from workflows.data_set.listing import listing
from workflows.data_set.objects import put, remove_object

TAG = same_content.etag(GOOD)


def stage(*names: str) -> FakeStage:
    """With these files, all in quarantine, and one of which some rows are left out."""
    on = FakeStage()
    for each in (*names, "night-2.csv"):
        put(on.edges, Content(each, GOOD), model=MODEL)
    entries = [*(BAD_FILE.but(name=each, etag=TAG) for each in names), BAD_ROWS.but(etag=TAG)]
    left_out.change(on.edges, lambda _: entries, model=MODEL)
    return on


def held(on: FakeStage) -> list[str]:
    return [each.name for each in left_out.of_model(on.edges, model=MODEL) if each.is_whole]


def test_a_file_in_quarantine_is_listed_with_the_reason() -> None:
    shown = stage("bad.csv").run("data", "list").output

    assert "quarantined" in shown
    assert "left out since 2026-11-21T03:00:00.000Z: LabelUnknown: column label no" in " ".join(shown.split())


def test_rows_that_are_left_out_are_listed_and_the_file_keeps_its_state() -> None:
    (entry,) = [each for each in listing(stage().edges, model=MODEL).entries if each.name == "night-2.csv"]

    assert (entry.state, entry.rows_left_out, entry.why_left_out) == ("new", 3, "column age empty (3)")


def test_a_file_that_was_replaced_since_is_not_shown_as_quarantined() -> None:
    on = stage("bad.csv")
    on.edges.store.put(layout.dataset(MODEL, "bad.csv"), GOOD + b"\n")

    (entry,) = [each for each in listing(on.edges, model=MODEL).entries if each.name == "bad.csv"]

    assert (entry.state, entry.why_left_out) == ("new", None)


def test_a_damaged_list_of_what_is_held_is_told_beside_the_files() -> None:
    on = stage("bad.csv")
    on.edges.store.put(layout.quarantined_data(MODEL), b"{}")

    found = listing(on.edges, model=MODEL)

    assert [each.state for each in found.entries] == ["new", "new"]
    assert "quarantined.json" in found.damaged[0]


def test_release_lets_the_next_run_read_the_file() -> None:
    on = stage("a.csv", "b.csv", "c.csv")

    result = on.run("data", "release", "a.csv", "c.csv", "a.csv")

    assert result.exit_code == 0
    assert result.output.count("released") == 2
    assert "released a.csv: the next run reads it" in result.output
    assert held(on) == ["b.csv"]


def test_a_name_that_is_not_in_quarantine_releases_none() -> None:
    on = stage("a.csv", "b.csv")

    assert refused(on, "release", "a.csv", "night-2.csv") == (
        "night-2.csv: not in quarantine, where these files of kdd99-http are: a.csv, b.csv. Nothing was released"
    )
    assert held(on) == ["a.csv", "b.csv"]


def test_a_file_that_was_removed_from_the_data_set_cannot_be_released() -> None:
    on = stage("a.csv", "b.csv")
    remove_object(on.edges, "a.csv", model=MODEL)

    assert refused(on, "release", "a.csv") == (
        "a.csv: not in quarantine, where these files of kdd99-http are: b.csv. Nothing was released"
    )
    assert held(on) == ["a.csv", "b.csv"]
