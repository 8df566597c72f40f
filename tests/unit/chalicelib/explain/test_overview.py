from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.errors import ModelUnknown
from chalicelib.explain import overview
from chalicelib.quality.night import Night
from chalicelib.quality.series import Series
from tests.fakes.edges import FakeOutside
from tests.given import news
from tests.given.approvals import UNTIL, waits
from tests.given.moves import after_nights, ask
from tests.given.nights import MODEL, outside, register

RUN = "kdd99-http-nightly-20261121T0300Z"


@pytest.fixture
def night() -> FakeOutside:
    """Version 3 of RUN waits."""
    night = after_nights(2)
    register(night.edges, run=RUN, fingerprint="data-3")
    waits(night.edges, RUN, model_version=3, fingerprint="data-3", champion=2)
    return night


def test_what_waits_is_told_with_its_commands(night: FakeOutside) -> None:
    waiting = overview.describe(night.edges, model=MODEL)["waits"]

    assert (waiting["model_version"], waiting["until"], waiting["closed"]) == (3, UNTIL, None)
    assert waiting["approve"] == f'nightswap approve {RUN} --stage bucket --reason "..."'
    assert waiting["reject"] == f'nightswap reject {RUN} --stage bucket --reason "..."'
    (model,) = overview.all_live(night.edges)["models"]
    assert model["waits"] == {"run": RUN, "model_version": 3, "until": UNTIL}


def test_what_cannot_be_approved_just_now_says_why(night: FakeOutside) -> None:
    ask(night.edges, "pin")

    assert "nightswap unpin" in overview.describe(night.edges, model=MODEL)["waits"]["closed"]


def test_what_is_decided_waits_no_more(night: FakeOutside) -> None:
    ask(night.edges, "reject", model_version=3)

    assert overview.describe(night.edges, model=MODEL)["waits"] is None
    assert not any(each["waits"] for each in overview.versions(night.edges, model=MODEL))


def test_versions_are_marked_as_waiting_and_as_the_anchor(night: FakeOutside) -> None:
    found = overview.versions(night.edges, model=MODEL)

    assert [(each["model_version"], each["waits"], each["anchor"]) for each in found] == [
        (3, True, False),
        (2, False, True),
        (1, False, False),
    ]
    assert overview.newest_versions(night.edges, model=MODEL)["versions"] == found
    assert overview.describe(night.edges, model=MODEL)["anchor"] == 2


def test_live_quality_of_the_last_night_is_told_without_files_and_matrix(night: FakeOutside) -> None:
    assert overview.describe(night.edges, model=MODEL)["live_quality"] is None
    Series(night.edges, MODEL).keep(Night.made_of(news.new_rows()))
    last = Night.made_of(news.new_rows(run="b-run", at="2026-11-22T03:00:00.000Z"))
    Series(night.edges, MODEL).keep(last)

    told = overview.describe(night.edges, model=MODEL)["live_quality"]

    assert (told["run"], told["rows"], told["model_version"]) == ("b-run", last.rows, last.model_version)
    assert [(each["name"], each["fell"]) for each in told["ratios"]] == [
        (each.name, each.fell) for each in last.ratios
    ]
    assert "matrix" not in told


def test_damaged_note_of_what_waits_is_a_problem_that_hides_nothing(night: FakeOutside) -> None:
    night.store.put(layout.waiting(MODEL), b"{")

    found = overview.describe(night.edges, model=MODEL)

    assert (found["live"]["model_version"], found["waits"]) == (2, None)
    assert "nightswap put-back models/kdd99-http/waiting.json" in found["problems"][0]


def test_model_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ModelUnknown):
        overview.versions(outside().edges, model="other")
