from __future__ import annotations

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.explain import explanation
from chalicelib.explain import facts as explain_facts
from chalicelib.promotion import promotion
from tests.fakes.edges import FakeOutside
from tests.given.moves import after_nights
from tests.given.nights import MODEL, going, promote, register, shift

RUN = "kdd99-http-nightly-20261121T0300Z"


def test_facts_of_a_run_are_what_its_explanation_takes_and_are_json(night: FakeOutside) -> None:
    going(night, RUN)

    facts = explain_facts.gather(night.edges, run=explain_facts.latest(night.edges, model=MODEL))

    assert documents.decode(documents.encode(facts.to_document())) == facts.to_document()
    assert explanation.explain(facts)[0] == f"Run {RUN} is still going (0 %); so far:"


def test_damaged_document_is_told_among_the_facts(night: FakeOutside) -> None:
    going(night, RUN)
    night.store.put(layout.run_document(RUN, "report"), b"{")

    facts = explain_facts.gather(night.edges, run=RUN)

    assert facts.report is None
    assert [layout.run_document(RUN, "report") in each for each in facts.damaged] == [True]


def test_shifts_of_a_run_are_told_in_their_order_with_who_ended_them() -> None:
    night = after_nights(1)
    going(night, RUN)
    health = {"problems": [], "remarks": [], "at": "2026-11-26T03:00:00.000Z"}
    night.store.put(layout.run_document(RUN, "health_1"), documents.encode(health))
    candidate = register(night.edges, run=RUN, fingerprint="canary")
    for number, share in enumerate((0.1, 0.25, 0.5), start=1):
        step = promotion.shift_step(number, judging=1)
        promotion.move_alias(night.edges, shift(night.edges, candidate, run=RUN, share=share, step=step))
    promote(night.edges, run="another", fingerprint="data-2")

    shifts = explain_facts.gather(night.edges, run=RUN).shifts

    assert [(each["share"], each["taken"] and each["taken"]["who"]) for each in shifts] == [
        (0.1, None),
        (0.25, None),
        (0.5, "another"),
    ]
