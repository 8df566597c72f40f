"""nightswap data erase: what it takes, what it leaves, and what it says of that."""

from __future__ import annotations

import gzip

import pytest

from chalicelib import layout
from chalicelib.audit.verification import verify
from chalicelib.documents import documents
from chalicelib.errors import (
    BadRequest,
    VersionUnfit,
)
from chalicelib.interventions import fitness, restoration
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from tests.fakes.stage import FakeStage
from tests.given.moves import serving
from tests.given.nights import MODEL, content, forget_evidence, promote
from tests.given.records import problems, silent
from tests.unit.workflows.data_set.erasing import (
    DATA,
    EVEN,
    FIRST,
    ODD,
    OTHERS,
    RUNS,
    SECOND,
    add,
    csv,
    durations,
    erase,
    everything,
    lines,
    message,
    quoting,
)


def test_without_yes_nothing_is_changed_and_what_would_go_is_told(on: FakeStage) -> None:
    before = everything(on.outside)

    said = lines(on, FIRST)

    assert everything(on.outside) == before
    assert said[0] == f"goes: {DATA}, 1 version"
    assert said[1] == "goes: rows in 2 documents of 2 runs"
    assert any(line.startswith("1 30 of 60 stay 1 can be made live again") for line in said)
    assert any(line.startswith("2 30 of 60 stay 1 goes on serving, restore puts it back") for line in said)
    assert said[-1] == "nothing was changed; add --yes to erase it"


def test_rows_of_the_file_go_everywhere_and_those_of_others_stay(on: FakeStage) -> None:
    night = on.outside

    found = erase(on, FIRST, "--yes")

    assert [each.key for each in night.versions.list(DATA)] == []
    assert [each.key for each in night.versions.list("work/")] == []
    assert [each.key for each in night.versions.list("parts/")] == []
    assert [each.key for each in night.versions.list("row-answers/")] == [OTHERS]
    assert [durations(night, number) for number in (1, 2)] == [ODD, ODD]
    bodies = b"".join(everything(night))
    assert b'"duration": 4.0' not in bodies
    assert bodies.count(b'"duration": 5.0') == 4 + 2  # of two versions and two runs the reports, and the samples
    assert csv(ODD) in bodies
    assert found["erased"]["rows"] == 2 * (30 + 1) + 2
    assert found["left"] == []


def test_live_model_goes_on_serving_and_all_is_in_order(on: FakeStage) -> None:
    before = serving(on.outside)

    erase(on, FIRST, "--yes")

    assert serving(on.outside) == before
    assert problems(on.outside) == ()
    (told,) = verify(on.outside.edges, model=MODEL, report=silent).erased
    assert told.startswith(f"{FIRST} was erased by ")
    assert told.endswith("version 1 lost 31 rows of its record, version 2 lost 31 rows of its record")
    assert f"{FIRST} was erased by" in on.run("verify", MODEL).output


def test_version_with_rows_left_can_be_gone_back_to(on: FakeStage) -> None:
    erase(on, FIRST, "--yes")

    assert fitness.verify(on.outside.edges, model=MODEL, model_version=1) == "1"


def test_version_without_a_row_left_is_not_made_live_by_hand_and_says_why(on: FakeStage) -> None:
    said = lines(on, FIRST, SECOND, "--yes")

    assert any("1 0 of 60 stay 2 cannot be made live by hand" in line for line in said)
    with pytest.raises(VersionUnfit, match=rf"were erased with {FIRST}, {SECOND} by .*nightswap retrain"):
        fitness.verify(on.outside.edges, model=MODEL, model_version=1)
    assert restoration.restore(on.outside.edges, model=MODEL, attempt="a", who="ada").model_version == 2
    assert problems(on.outside) == ()


def test_version_that_was_made_of_other_files_is_left_alone(on: FakeStage) -> None:
    promote(on.outside.edges, run="third", fingerprint="data-3", data=[{"name": SECOND}])
    before = durations(on.outside, 3)

    found = erase(on, FIRST, "--yes")

    assert [each["model_version"] for each in found["model_versions"]] == [1, 2]
    assert durations(on.outside, 3) == before


def test_explain_says_that_rows_are_not_shown(on: FakeStage) -> None:
    on.outside.store.put(
        layout.run_document(RUNS[1], "request"), documents.encode({"model": MODEL, "reason": "nightly"})
    )
    erase(on, FIRST, "--yes")

    said = on.run("explain", RUNS[1]).output

    assert f"Of the rows on which they differ, 1 are not shown: erased with {FIRST} by" in said


def test_content_of_the_file_that_a_version_was_made_of_and_s3_no_longer_keeps_costs_it_all_its_rows(
    on: FakeStage,
) -> None:
    night = on.outside
    night.versions.delete([each for each in night.versions.list(DATA)])
    add(night, FIRST, csv([1000.0]))

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [[], []]
    assert problems(night) == ()


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"other,label\n1,normal\n", gzip.compress(csv(EVEN), mtime=0)[:-9], b'"']
)
def test_file_that_cannot_tell_its_rows_takes_all_of_them(on: FakeStage, body: bytes) -> None:
    night = on.outside
    for number in (1, 2):
        forget_evidence(night, number)
        key = layout.version(MODEL, number, registry.MANIFEST)
        manifest = documents.find(night.store, key)
        night.store.put(key, documents.encode({**manifest, "data": [{"name": FIRST}]}))
    night.versions.delete(night.versions.list(DATA))
    add(night, FIRST, body)

    erase(on, FIRST, "--yes")

    assert durations(night, 1) == []


@pytest.mark.parametrize("removed", [False, True])
def test_all_versions_of_a_file_go_wherever_it_lies(on: FakeStage, removed: bool) -> None:
    add(on.outside, FIRST, csv([7.0]))
    if removed:
        on.run("data", "remove", FIRST)

    said = lines(on, FIRST)
    erase(on, FIRST, "--yes")

    assert f"goes: {DATA}, 2 versions" in said
    assert (f"goes: {layout.removed(MODEL, FIRST)}, 1 version" in said) is removed
    for prefix in ("datasets/", "removed/"):
        assert [each.key for each in on.outside.versions.list(prefix) if FIRST in each.key] == []


def test_other_file_whose_name_begins_alike_stays(on: FakeStage) -> None:
    add(on.outside, f"{FIRST}.gz", csv([2.0]))

    erase(on, FIRST, "--yes")

    assert on.outside.store.find(layout.dataset(MODEL, f"{FIRST}.gz")) is not None


def test_file_with_the_same_rows_under_another_name_is_told(on: FakeStage) -> None:
    add(on.outside, "copy.csv", csv(EVEN))

    assert "stays: copy.csv, which holds the same rows under another name: erase it too" in lines(on, FIRST)


def test_file_that_was_never_there_is_refused_before_anything_goes(on: FakeStage) -> None:
    before = content(on.outside)

    said = message(on, "night-3.csv", FIRST, "--yes", by=BadRequest)

    assert said.startswith(f"the data set of {MODEL} never had a file night-3.csv; it has: {FIRST}, {SECOND}.")
    assert content(on.outside) == before


def test_error_that_quotes_cells_of_the_file_forgets_them(on: FakeStage) -> None:
    night = on.outside
    reason = f"1 cell of column duration in {FIRST} is not a number: row 1 (line 2) 'Jane Doe'"
    outcome = {"run": RUNS[0], "model": MODEL, "outcome": "RetrainFailed", "error": "ValueUnparsable"}
    night.store.put(layout.run_document(RUNS[0], "outcome"), documents.encode({**outcome, "reason": reason}))
    state = {"state": "Preprocess", "status": "failed", "error": "ValueUnparsable", "reason": reason}
    night.store.put(layout.run_document(RUNS[0], "preprocess"), documents.encode(state))
    night.store.put(layout.untold(MODEL, f"{RUNS[0]}-RetrainFailed"), documents.encode({"reason": reason}))

    erase(on, FIRST, "--yes")

    assert b"Jane Doe" not in b"".join(everything(night))
    kept = documents.find(night.store, layout.run_document(RUNS[0], "outcome"))
    assert kept == {**outcome, "reason": f"the reason is erased, because it might quote cells of {FIRST}"}


def test_labels_that_no_class_lists_go_from_the_profile_and_from_its_older_versions(on: FakeStage) -> None:
    night, key = on.outside, layout.run_document(RUNS[0], "profile")
    described = {"rows": 9, "columns": {"duration": {"kind": "number", "median": 4.0}}}
    origin = {"fingerprint": "data-1", "recipe_sha256": "r", "code_sha256": "c"}
    for labels in ({"Jon Doe": 2}, {"Jane Doe": 2, "worm.": 1}):
        profile = {**described, "other_labels": labels}
        night.store.put(key, documents.encode({**origin, "objects": [], "profile": profile}))

    found = erase(on, FIRST, "--yes")

    assert not [body for body in everything(night) if b"Doe" in body]
    assert {"key": key, "rows": 3, "model_version": None} in found["documents"]
    left = documents.find(night.store, key)
    assert left["profile"] == described
    assert left["erased"][0]["files"] == [FIRST]
    assert lines(on, FIRST, "--yes")[-1] == f"nothing is left of {FIRST}"


def test_words_of_an_estimator_may_quote_a_cell_and_go_too(on: FakeStage) -> None:
    night = on.outside
    failed = {"error": "TrainingFailed", "reason": "fitting the estimator raised ValueError: 'Jane Doe'"}
    state = {"state": "Train", "status": "failed", **failed}
    outcome = {"run": RUNS[0], "model": MODEL, "outcome": "RetrainFailed", **failed}
    for name, body in (("train", state), ("outcome", outcome)):
        night.store.put(layout.run_document(RUNS[0], name), documents.encode(body))

    erase(on, FIRST, "--yes")

    assert b"Jane Doe" not in b"".join(everything(night))
    assert lines(on, FIRST, "--yes")[-1] == f"nothing is left of {FIRST}"


@pytest.mark.parametrize("beside", [{}, {"reason": f"1 cell in {FIRST} is not a number"}])
def test_error_that_was_erased_is_not_erased_again(on: FakeStage, beside: dict[str, str]) -> None:
    state = {"state": "Preprocess", "status": "failed", "error": "ValueUnparsable", **beside}
    on.outside.store.put(layout.run_document(RUNS[0], "preprocess"), documents.encode(state))
    erase(on, FIRST, "--yes")

    assert lines(on, FIRST, "--yes")[-1] == f"nothing is left of {FIRST}"


def test_rejected_model_keeps_its_report_without_the_rows(on: FakeStage) -> None:
    night = on.outside
    key = layout.rejected(MODEL, RUNS[0], registry.REPORT)
    for durations_shown in ((EVEN[1],), (EVEN[1], ODD[1])):  # the first of them by a try that Lambda repeated
        night.store.put(key, documents.encode(quoting(RUNS[0], *durations_shown)))
    weights = layout.rejected(MODEL, RUNS[0], SCORECARD_FILE)
    night.store.put(weights, documents.encode({"format": "scorecard", "schema": {"columns": []}}))

    erase(on, FIRST, "--yes")

    shown = documents.find(night.store, key)["differences"]
    assert [each["features"]["duration"] for each in shown] == [ODD[1]]
    assert len(night.versions.list(key)) == 1
    assert night.store.find(weights) is not None
