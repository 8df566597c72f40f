"""A run tells that two columns of a new file look swapped, and decides by it nothing."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.contracts.training import PreprocessTask
from chalicelib.registry import run_documents
from chalicelib.registry.report import Report
from lambdas import evaluate, preprocess
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, up_to_evaluation, whole_night

SECOND = "kdd99-http-nightly-20261122T0300Z"
HEADER, SWAPPED = "duration,src_bytes,dst_bytes,label", "duration,dst_bytes,src_bytes,label"


def second_night(header: str) -> FakeOutside:
    night = night_with_data(lines=rows(normal=1200, attacks=150))
    whole_night(night.edges)
    night.store.delete(layout.lease(MODEL))
    lines = "\n".join([header, *rows(normal=400, attacks=50, seed=2), ""])
    night.store.put(layout.dataset(MODEL, "night-2.csv"), lines.encode())
    going(night, SECOND)
    return night


def reported(night: FakeOutside) -> Report:
    evaluate.run(up_to_evaluation(night.edges, run=SECOND, force=True), night.edges, SETTINGS)
    found = Report.find(night.store, layout.run_document(SECOND, "report"))
    assert found is not None
    return found


def test_columns_that_look_swapped_are_told_by_preprocess_and_in_the_report() -> None:
    night = second_night(SWAPPED)
    ready = preprocess.run(PreprocessTask(run=SECOND, model=MODEL, force=True), night.edges, SETTINGS)
    arrived = run_documents.profile(night.edges, run=SECOND).arrived

    assert "; columns src_bytes and dst_bytes of night-2.csv look swapped: the values" in ready.reason
    assert arrived is not None
    assert arrived.swapped == {"night-2.csv": [["src_bytes", "dst_bytes"]]}
    assert reported(night).swapped == arrived.swapped


def test_columns_as_they_were_are_told_nothing_of() -> None:
    night = second_night(HEADER)

    assert "swapped" not in up_to_reason(night)
    assert reported(night).swapped == {}


def up_to_reason(night: FakeOutside) -> str:
    return preprocess.run(PreprocessTask(run=SECOND, model=MODEL, force=True), night.edges, SETTINGS).reason


def test_no_run_fails_because_nobody_can_tell_what_the_columns_were_like() -> None:
    night = second_night(SWAPPED)
    night.store.put(layout.run_document(RUN, "profile"), b"{")

    assert run_documents.profile_of_version(night.edges, model=MODEL, model_version=1) is None
    assert run_documents.profile_of_version(night.edges, model=MODEL, model_version=None) is None
