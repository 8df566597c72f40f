"""The states of a run in the order in which it came by them, which may be twice."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import ModelUnknown
from chalicelib.names import document_name
from chalicelib.runs import runs
from tests.fakes.edges import FakeOutside
from tests.given.nights import going, outside

RUN = "kdd99-http-nightly-20261121T0300Z"


def at(second: int) -> str:
    return f"2026-11-21T03:00:{second:02}.000Z"


def came_by(night: FakeOutside, state: str, *, second: int, document: str | None = None) -> None:
    found = {"state": state, "status": "done", "started_at": at(second), "finished_at": at(second + 1)}
    key = layout.run_document(RUN, document or document_name(state))
    night.store.put(key, documents.encode(found))


def states(night: FakeOutside) -> list[str]:
    return [each["state"] for each in runs.describe(night.edges, run=RUN)["states"]]


def test_state_after_a_failure_comes_last_and_the_first_one_keeps_its_own_times(night: FakeOutside) -> None:
    going(night, RUN)
    for second, state in enumerate(("RestoreAlias", "Preprocess", "RestoreAfterFailure")):
        came_by(night, state, second=second)

    found = runs.describe(night.edges, run=RUN)

    assert [(each["state"], each["started_at"]) for each in found["states"]] == [
        ("RestoreAlias", at(0)),
        ("Preprocess", at(1)),
        ("RestoreAfterFailure", at(2)),
    ]


def test_state_after_a_failure_is_no_step_of_the_way(night: FakeOutside) -> None:
    going(night, RUN)
    came_by(night, "RestoreAlias", second=0)
    before = runs.describe(night.edges, run=RUN)["step"]

    came_by(night, "RestoreAfterFailure", second=1)

    assert runs.describe(night.edges, run=RUN)["step"] == before == 1


def test_run_that_judged_again_tells_the_second_judging_where_it_was(night: FakeOutside) -> None:
    going(night, RUN)
    for second, state in ((0, "RestoreAlias"), (1, "Train"), (5, "Evaluate"), (3, "VersionModel"), (6, "Replay")):
        came_by(night, state, second=second)

    assert states(night) == ["RestoreAlias", "Train", "VersionModel", "Evaluate", "Replay"]


def test_runs_of_a_model_that_does_not_exist_are_unknown() -> None:
    with pytest.raises(ModelUnknown):
        runs.recent(outside().edges, limit=1, model="nope")


def test_document_of_an_earlier_release_that_was_written_twice_comes_where_it_ended(night: FakeOutside) -> None:
    going(night, RUN)
    came_by(night, "Preprocess", second=1)
    came_by(night, "RestoreAlias", second=4)

    assert states(night) == ["Preprocess", "RestoreAlias"]
