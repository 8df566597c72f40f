from __future__ import annotations

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.explain import explanation
from chalicelib.explain import facts as explain_facts
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going

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
