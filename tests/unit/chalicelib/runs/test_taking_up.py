from __future__ import annotations

import pytest

from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.contracts.decisions import NOTHING_NEW, SUPERSEDED, TAKE_UP
from chalicelib.contracts.training import Preprocessed, PreprocessTask
from chalicelib.registry.report import Imported
from chalicelib.runs import retraining, taking_up
from chalicelib.runs.retraining import Wish
from tests.fakes.edges import FakeOutside
from tests.given.approvals import waits
from tests.given.interference import with_store
from tests.given.moves import after_nights, ask
from tests.given.nights import MODEL, register, revision
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
APPROVING = "kdd99-http-approve-00112233445566778899"
NIGHT = "kdd99-http-nightly-20261125T0300Z"
DAY_SECONDS = 86_400


def waiting_night(**changes: object) -> FakeOutside:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2", **changes)
    wish = Wish(model=MODEL, force=False, reason="good", approves=RUN, who="ada")
    retraining.start(night.edges, run=APPROVING, wish=wish)
    return night


def begin(night: FakeOutside, run: str = APPROVING, *, force: bool = False) -> Preprocessed | None:
    return taking_up.begin(night.edges, PreprocessTask(run=run, model=MODEL, force=force))


def decided(night: FakeOutside) -> Decision:
    return present(present(Approvals(night.edges, MODEL).find()).decided)


def test_approved_version_is_taken_up_with_what_is_live_now() -> None:
    night = waiting_night()

    assert begin(night) == taking_up.preprocessed(
        TAKE_UP,
        f"version 2 of run {RUN} was approved by ada: good",
        fingerprint="data-2",
        who="ada",
        why="good",
        is_approved=True,
        model_version=2,
        function_version="2",
        champion_revision_id=revision(night.edges),
    )
    assert (decided(night).verdict, decided(night).by, decided(night).who) == ("approved", APPROVING, "ada")


def test_first_model_is_taken_up_where_nothing_is_live() -> None:
    night = FakeOutside(MODEL)
    waits(night.edges, RUN, champion=None)
    wish = Wish(model=MODEL, force=False, reason="good", approves=RUN, who="ada")
    retraining.start(night.edges, run=APPROVING, wish=wish)

    taken = present(begin(night))

    assert (taken.decision, taken.champion_revision_id) == (TAKE_UP, None)


def test_repeated_task_takes_it_up_again_after_its_time_too() -> None:
    night = waiting_night()
    first = begin(night)
    night.clock.sleep(9 * DAY_SECONDS)

    assert begin(night) == first


def test_repeated_task_gives_way_where_something_else_is_live_by_then() -> None:
    night = waiting_night()
    begin(night)
    ask(night.edges, "promote", model_version=2)

    ended = present(begin(night))

    assert (ended.decision, ended.reason) == (
        SUPERSEDED,
        "version 2 was approved by ada, and stays as it is: version 2 is live already",
    )


def test_what_cannot_be_approved_any_more_supersedes_the_run() -> None:
    night = waiting_night()
    ask(night.edges, "pin")

    ended = present(begin(night))

    assert ended.decision == SUPERSEDED
    assert "and nothing goes live: version 1 is pinned" in ended.reason
    assert Approvals(night.edges, MODEL).open() is not None


def test_run_whose_version_is_rejected_at_the_same_moment_gives_way() -> None:
    night = waiting_night()

    def reject() -> None:
        ask(night.edges, "reject", model_version=2)

    edges = with_store(night.edges, "put_if_match", before=reject)
    ended = present(taking_up.begin(edges, PreprocessTask(run=APPROVING, model=MODEL, force=False)))

    assert (ended.decision, decided(night).verdict) == (SUPERSEDED, "rejected")
    assert "others decided about it meanwhile" in ended.reason


def test_ordinary_run_takes_nothing_up_before_its_time() -> None:
    assert begin(waiting_night(otherwise="approve"), NIGHT) is None


def test_first_run_after_its_time_takes_a_version_up_that_goes_live_by_default() -> None:
    night = waiting_night(otherwise="approve")
    night.clock.sleep(3 * DAY_SECONDS)

    taken = present(begin(night, NIGHT))

    assert (taken.decision, taken.who) == (TAKE_UP, "the deadline")
    assert taken.why == "nobody rejected it until 2026-11-24T03:00:00.000Z"
    assert begin(night, NIGHT) == taken


def test_forced_run_trains_although_a_version_is_due() -> None:
    night = waiting_night(otherwise="approve")
    night.clock.sleep(3 * DAY_SECONDS)

    assert begin(night, NIGHT, force=True) is None


def test_run_that_brings_a_model_takes_that_although_a_version_is_due() -> None:
    night = waiting_night(otherwise="approve")
    night.clock.sleep(3 * DAY_SECONDS)
    brought = Imported(file="m.json", key="imports/m/0", sha256="0" * 64, bytes=1, classes=["a", "b"])
    wish = Wish(model=MODEL, force=False, reason="imported", imports=brought)
    retraining.start(night.edges, run=NIGHT, wish=wish)

    assert begin(night, NIGHT) is None


def test_version_that_is_due_goes_on_waiting_while_another_is_pinned() -> None:
    night = waiting_night(otherwise="approve")
    night.clock.sleep(3 * DAY_SECONDS)
    ask(night.edges, "pin")

    assert begin(night, NIGHT) is None


def test_version_that_is_due_is_left_to_whoever_decides_at_the_same_moment() -> None:
    night = waiting_night(otherwise="approve")
    night.clock.sleep(3 * DAY_SECONDS)

    def reject() -> None:
        ask(night.edges, "reject", model_version=2)

    edges = with_store(night.edges, "put_if_match", before=reject)

    assert taking_up.begin(edges, PreprocessTask(run=NIGHT, model=MODEL, force=False)) is None


def test_run_trains_where_nothing_waits() -> None:
    assert begin(after_nights(1), NIGHT) is None


@pytest.mark.parametrize("decision", [NOTHING_NEW, SUPERSEDED])
def test_result_without_rows_says_so(decision: str) -> None:
    ended = taking_up.preprocessed(decision, "so")

    assert (ended.train_uri, ended.model_version, ended.is_approved) == (None, None, False)
