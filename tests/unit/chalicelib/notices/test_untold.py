"""Notices that could not be sent at first: they are kept, and the model's next run sends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, NOTHING_NEW, PROMOTED, ROLLED_BACK
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import NoticesUnavailable
from chalicelib.notices import delivery, notices
from chalicelib.notices.notice_text import STALE
from chalicelib.promotion import promotion
from chalicelib.registry.run_documents import Outcome
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.given import news
from tests.given.interference import Happening, Killed, interfered, nothing, raising, with_store
from tests.given.news import DAY_SECONDS, RUN
from tests.given.nights import MODEL, content, going, outside

AWAY = raising(NoticesUnavailable("the topic does not answer"))
ENDED = Outcome(
    run=RUN,
    model=MODEL,
    outcome=MODEL_REJECTED,
    reason="too weak",
    error=None,
    finished_at="2026-11-21T15:00:00.000Z",
)


def sending(night: FakeOutside, *, before: Happening = nothing, after: Happening = nothing) -> Edges:
    """The edges, with something happening around the first notice that is sent."""
    return replace(night.edges, notices=interfered(night.notices, "send", before=before, after=after))


def untold(night: FakeOutside) -> list[str]:
    return [listed.key.removeprefix(layout.untold(MODEL)) for listed in night.store.list(layout.untold(MODEL))]


def refused() -> FakeOutside:
    """A run was rejected, and nobody took the notice."""
    night = news.live_since_earlier()
    notices.ended(sending(night, before=AWAY), ENDED)
    return night


def catch_up(edges: Edges) -> None:
    delivery.catch_up(edges, model=MODEL)


@pytest.fixture
def night() -> FakeOutside:
    return refused()


def test_notice_that_nobody_took_is_kept_and_the_next_run_sends_it_first_of_all(night: FakeOutside) -> None:
    kept = untold(night)

    cleanup.before(night.edges, run=going(night, "next"), model=MODEL)

    assert kept == [f"{RUN}-ModelRejected.json"]
    assert untold(night) == []
    assert [(each.kind, each.detail["run"]) for each in night.notices.sent] == [(MODEL_REJECTED, RUN)]
    assert documents.find(night.store, layout.run_document(RUN, "told"))["kind"] == MODEL_REJECTED


def test_notice_says_later_what_it_would_have_said_at_once() -> None:
    night, calm = refused(), news.live_since_earlier()
    notices.ended(calm.edges, ENDED)
    night.clock.sleep(DAY_SECONDS)
    news.promote(night, run="another")

    catch_up(night.edges)

    assert night.notices.sent == calm.notices.sent


def rolled_back(edges: Edges) -> None:
    notices.moved(
        edges,
        model=MODEL,
        kind=promotion.ROLLED_BACK,
        about=1,
        from_version=1,
        to_version=1,
        who="ada",
        why="customers complain",
        name="rollback-1",
    )


def old(edges: Edges) -> None:
    notices.stale(edges, run=RUN, model=MODEL, outcome=NOTHING_NEW, stale_days=0)


@pytest.mark.parametrize(
    ("announce", "kind", "marker"),
    [
        (rolled_back, ROLLED_BACK, layout.move_told("rollback-1")),
        (old, STALE, layout.run_document(RUN, "told_stale")),
    ],
)
def test_every_kind_of_notice_is_kept_and_marked_when_it_is_sent(
    announce: Callable[[Edges], None], kind: str, marker: str
) -> None:
    night = news.live_since_earlier()
    announce(sending(night, before=AWAY))
    marked = night.store.find(marker)

    catch_up(night.edges)
    announce(night.edges)

    assert marked is None
    assert [each.kind for each in night.notices.sent] == [kind]


def test_two_notices_of_one_run_are_both_kept(night: FakeOutside) -> None:
    old(sending(night, before=AWAY))

    catch_up(night.edges)

    assert {each.kind for each in night.notices.sent} == {MODEL_REJECTED, STALE}


def test_notice_that_is_refused_again_stays_kept_and_fails_nothing(night: FakeOutside) -> None:
    before = content(night)

    cleanup.before(sending(night, before=AWAY), run=going(night, "next"), model=MODEL)

    assert before.items() <= content(night).items()
    assert night.notices.sent == []


def test_one_that_is_refused_does_not_keep_the_others_waiting(night: FakeOutside) -> None:
    old(sending(night, before=AWAY))

    catch_up(sending(night, before=AWAY))

    assert len(night.notices.sent) == len(untold(night)) == 1


def test_notice_whose_answer_is_lost_is_sent_once_more(night: FakeOutside) -> None:
    catch_up(sending(night, after=AWAY))
    kept = untold(night)

    catch_up(night.edges)

    first, second = night.notices.sent
    assert first == second
    assert (len(kept), untold(night)) == (1, [])


@pytest.mark.parametrize("operation", ["put", "delete"])
def test_worker_that_dies_after_it_sent_a_notice_loses_none(night: FakeOutside, operation: str) -> None:
    with pytest.raises(Killed):
        catch_up(with_store(night.edges, operation, before=raising(Killed())))

    catch_up(night.edges)

    assert {each.kind for each in night.notices.sent} == {MODEL_REJECTED}
    assert untold(night) == []


def test_notice_that_another_run_sends_meanwhile_is_left_to_it(night: FakeOutside) -> None:
    raced = with_store(night.edges, "find", before=lambda: catch_up(night.edges))

    catch_up(raced)

    assert len(night.notices.sent) == 1
    assert untold(night) == []


def test_notice_that_was_sent_since_it_was_kept_is_not_sent_again(night: FakeOutside) -> None:
    notices.ended(night.edges, ENDED)

    catch_up(night.edges)

    assert len(night.notices.sent) == 1
    assert untold(night) == []


def test_notice_of_another_model_is_for_that_models_next_run() -> None:
    night = outside(MODEL, "other")
    notices.ended(sending(night, before=AWAY), Outcome.of({**ENDED.document, "model": "other"}))

    catch_up(night.edges)
    assert night.notices.sent == []

    delivery.catch_up(night.edges, model="other")
    assert [each.model for each in night.notices.sent] == ["other"]


def test_what_could_be_sent_is_not_kept() -> None:
    night = news.promoted()

    assert [each.kind for each in night.notices.sent] == [PROMOTED]
    assert untold(night) == []
