"""nightswap data erase: what it takes, what it leaves, what it says of that, and that it can be repeated."""

from __future__ import annotations

import gzip
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.audit.verification import verify
from chalicelib.documents import documents
from chalicelib.errors import (
    BadRequest,
    CommandFailed,
    RegistryIncomplete,
    RequestConflict,
    VersionUnfit,
)
from chalicelib.interventions import fitness, restoration
from chalicelib.registry import erasures, evidence, registry
from chalicelib.registry.pin import Pin
from lambdas.model.formats.table import FORMATS
from tests.given.interference import Killed, interfered, raising, with_store
from tests.given.moves import serving
from tests.given.nights import MODEL, content, forget_evidence, going, promote
from tests.given.records import problems, silent
from tests.unit.workflows.cli.erasing import (
    EVEN,
    FIRST,
    ODD,
    RUNS,
    SECOND,
    add,
    csv,
    durations,
    erase,
    everything,
    listed,
    quoting,
    read_by,
    stage,
)
from tests.unit.workflows.cli.fake_stage import FakeStage
from workflows.data_set import erasing, erasing_plan
from workflows.data_set.quoting import Outside

DATA = layout.dataset(MODEL, FIRST)
LATE = f"{MODEL}-20261123T030000Z-abcdef"
LEASE = {"holder": RUNS[1], "taken_at": "2026-11-26T03:00:00.000Z", "deadline": "2026-11-26T05:00:00.000Z"}


def message(on: FakeStage, *arguments: str, by: type[Exception]) -> str:
    result = on.run("data", "erase", *arguments)
    assert isinstance(result.exception, by), result.output
    return str(result.exception)


def lines(on: FakeStage, *arguments: str) -> list[str]:
    return [" ".join(line.split()) for line in on.run("data", "erase", *arguments).output.splitlines()]


def test_without_yes_nothing_is_changed_and_what_would_go_is_told() -> None:
    on = stage()
    before = everything(on.outside)

    said = lines(on, FIRST)

    assert everything(on.outside) == before
    assert said[0] == f"goes: {DATA}, 1 version"
    assert said[1] == "goes: rows in 2 documents of 2 runs"
    assert any(line.startswith("1 30 of 60 stay 1 can be made live again") for line in said)
    assert any(line.startswith("2 30 of 60 stay 1 goes on serving, restore puts it back") for line in said)
    assert said[-1] == "nothing was changed; add --yes to erase it"


def test_rows_of_the_file_go_everywhere_and_those_of_others_stay() -> None:
    on = stage()
    night = on.outside

    found = erase(on, FIRST, "--yes")

    assert [each.key for each in night.versions.list(DATA)] == []
    assert [each.key for each in night.versions.list("work/")] == []
    assert [durations(night, number) for number in (1, 2)] == [ODD, ODD]
    bodies = b"".join(everything(night))
    assert b'"duration": 4.0' not in bodies
    assert bodies.count(b'"duration": 5.0') == 4 + 2  # of two versions and two runs the reports, and the samples
    assert csv(ODD) in bodies
    assert found["erased"]["rows"] == 2 * (30 + 1) + 2
    assert found["left"] == []


def test_live_model_goes_on_serving_and_all_is_in_order() -> None:
    on = stage()
    before = serving(on.outside)

    erase(on, FIRST, "--yes")

    assert serving(on.outside) == before
    assert problems(on.outside) == ()
    (told,) = verify(on.outside.edges, model=MODEL, report=silent).erased
    assert told.startswith(f"{FIRST} was erased by ")
    assert told.endswith("version 1 lost 31 rows of its record, version 2 lost 31 rows of its record")
    assert f"{FIRST} was erased by" in on.run("verify", MODEL).output


def test_erasure_is_told_with_the_checksums_of_what_went_and_of_what_is_left() -> None:
    on = stage()
    body = FILES_SHA256

    erase(on, FIRST, "--yes")

    (told,) = erasures.entries(on.outside.edges, model=MODEL)
    (file,) = told["objects"]
    assert (told["files"], file["key"], file["sha256"]) == ([FIRST], DATA, body)
    for each in told["parts"]:
        manifest = registry.manifest(on.outside.edges, model=MODEL, model_version=each["model_version"])
        stands = registry.part(on.outside.edges, model=MODEL, model_version=each["model_version"], name=each["name"])
        assert each["was"] == (manifest.parts or {})[each["name"]]
        assert each["left"] == erasing.sha256_of(stands)


FILES_SHA256 = erasing.sha256_of(csv(EVEN))


def test_erased_part_is_told_apart_from_a_damaged_one() -> None:
    on = stage()
    erase(on, FIRST, "--yes")
    key = layout.version(MODEL, 1, registry.REPLAY)

    on.outside.store.put(key, documents.encode({"instances": [], "expected": []}))

    assert [each for each in problems(on.outside) if key in each and "is not what the manifest says" in each]


@pytest.mark.parametrize("name", [registry.PACKAGE, registry.ARTIFACT])
def test_no_erasure_vouches_for_another_model(name: str) -> None:
    on = stage()
    edges, key = on.outside.edges, layout.version(MODEL, 1, name)
    forged = erasing.sha256_of(b"forged")
    part = {"model_version": 1, "name": name, "was": forged, "left": forged, "rows": 1}
    note = {"files": [FIRST], "who": "mallory", "at": "2026-11-26T03:00:00.000Z"}
    erasures.keep(edges, {**note, "objects": [], "parts": [part]}, model=MODEL)
    edges.store.put(key, b"forged")

    assert [each for each in problems(on.outside) if key in each]
    with pytest.raises(RegistryIncomplete, match=f"{key} is not the one that was"):
        evidence.part(edges, evidence.judged(edges, model=MODEL, model_version=1), name)


def test_version_with_rows_left_can_be_gone_back_to() -> None:
    on = stage()
    erase(on, FIRST, "--yes")

    assert fitness.verify(on.outside.edges, model=MODEL, model_version=1) == "1"


def test_version_without_a_row_left_is_not_made_live_by_hand_and_says_why() -> None:
    on = stage()
    said = lines(on, FIRST, SECOND, "--yes")

    assert any("1 0 of 60 stay 2 cannot be made live by hand" in line for line in said)
    with pytest.raises(VersionUnfit, match=rf"were erased with {FIRST}, {SECOND} by .*nightswap retrain"):
        fitness.verify(on.outside.edges, model=MODEL, model_version=1)
    assert restoration.restore(on.outside.edges, model=MODEL, attempt="a", who="ada").model_version == 2
    assert problems(on.outside) == ()


def test_version_that_was_made_of_other_files_is_left_alone() -> None:
    on = stage()
    promote(on.outside.edges, run="third", fingerprint="data-3", data=[{"name": SECOND}])
    before = durations(on.outside, 3)

    found = erase(on, FIRST, "--yes")

    assert [each["model_version"] for each in found["model_versions"]] == [1, 2]
    assert durations(on.outside, 3) == before


def test_explain_says_that_rows_are_not_shown() -> None:
    on = stage()
    on.outside.store.put(
        layout.run_document(RUNS[1], "request"), documents.encode({"model": MODEL, "reason": "nightly"})
    )
    erase(on, FIRST, "--yes")

    said = on.run("explain", RUNS[1]).output

    assert f"Of the rows on which they differ, 1 are not shown: erased with {FIRST} by" in said


def test_repeating_it_finds_nothing_and_tells_nothing_more() -> None:
    on = stage()
    erase(on, FIRST, "--yes")
    before = content(on.outside)

    said = lines(on, FIRST, "--yes")

    assert said[-1] == f"nothing is left of {FIRST}"
    assert content(on.outside) == before


@pytest.mark.parametrize("edge", ["store", "versions"])
@pytest.mark.parametrize("nth", range(1, 8))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_repeating_it_after_a_crash_ends_as_if_there_had_been_none(edge: str, nth: int, moment: str) -> None:
    whole = stage()
    erase(whole, FIRST, "--yes")
    on = stage()
    night = on.outside
    killed: dict[str, Any] = {moment: raising(Killed())}
    if edge == "store":
        for operation in ("put_if_absent", "put_if_match", "delete"):
            edges = with_store(night.edges, operation, nth=nth, **killed)
            _until_killed(Outside(edges, night.versions))
    else:
        _until_killed(Outside(night.edges, interfered(night.versions, "delete", nth=nth, **killed)))

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [ODD, ODD]
    assert problems(night) == ()
    assert sorted(map(len, everything(night))) and b'"duration": 4.0' not in b"".join(everything(night))
    assert csv(EVEN) not in everything(night)


def _until_killed(outside: Outside) -> None:
    plan = erasing_plan.make(outside, [FIRST], model=MODEL, who="ada", progress=silent)
    with suppress(Killed):
        erasing.carry_out(outside, plan, progress=silent)


def test_content_of_the_file_that_a_version_was_made_of_and_s3_no_longer_keeps_costs_it_all_its_rows() -> None:
    on = stage()
    night = on.outside
    night.versions.delete([each for each in night.versions.list(DATA)])
    add(night, FIRST, csv([1000.0]))

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [[], []]
    assert problems(night) == ()


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"other,label\n1,normal\n", gzip.compress(csv(EVEN), mtime=0)[:-9], b'"']
)
def test_file_that_cannot_tell_its_rows_takes_all_of_them(body: bytes) -> None:
    on = stage()
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
def test_all_versions_of_a_file_go_wherever_it_lies(removed: bool) -> None:
    on = stage()
    add(on.outside, FIRST, csv([7.0]))
    if removed:
        on.run("data", "remove", FIRST)

    said = lines(on, FIRST)
    erase(on, FIRST, "--yes")

    assert f"goes: {DATA}, 2 versions" in said
    assert (f"goes: {layout.removed(MODEL, FIRST)}, 1 version" in said) is removed
    for prefix in ("datasets/", "removed/"):
        assert [each.key for each in on.outside.versions.list(prefix) if FIRST in each.key] == []


def test_other_file_whose_name_begins_alike_stays() -> None:
    on = stage()
    add(on.outside, f"{FIRST}.gz", csv([2.0]))

    erase(on, FIRST, "--yes")

    assert on.outside.store.find(layout.dataset(MODEL, f"{FIRST}.gz")) is not None


def test_file_with_the_same_rows_under_another_name_is_told() -> None:
    on = stage()
    add(on.outside, "copy.csv", csv(EVEN))

    assert "stays: copy.csv, which holds the same rows under another name: erase it too" in lines(on, FIRST)


def test_file_that_was_never_there_is_refused_before_anything_goes() -> None:
    on = stage()
    before = content(on.outside)

    said = message(on, "night-3.csv", FIRST, "--yes", by=BadRequest)

    assert said.startswith(f"the data set of {MODEL} never had a file night-3.csv; it has: {FIRST}, {SECOND}.")
    assert content(on.outside) == before


def lease_of(on: FakeStage) -> None:
    going(on.outside, RUNS[1])
    on.outside.store.put(layout.lease(MODEL), documents.encode(LEASE))


def test_run_that_is_going_is_waited_for() -> None:
    on = stage()
    lease_of(on)
    before = content(on.outside)

    said = message(on, FIRST, "--yes", by=RequestConflict)

    assert f"stop it with nightswap stop {RUNS[1]}, or wait for its end" in said
    assert content(on.outside) == before


def test_run_that_began_meanwhile_is_told_and_the_rows_can_still_be_looked_up_afterwards() -> None:
    on = stage()
    night = on.outside
    night.edges = with_store(night.edges, "put_if_absent", after=lambda: lease_of(on))

    message(on, FIRST, "--yes", by=RequestConflict)

    assert night.store.find(DATA) is None
    night.store.delete(layout.lease(MODEL))
    erase(on, FIRST, "--yes")
    assert durations(night, 1) == ODD


def test_run_that_ended_after_the_plan_was_made_keeps_no_rows() -> None:
    on = stage()
    night = on.outside
    outside = Outside(night.edges, night.versions)
    plan = erasing_plan.make(outside, [FIRST], model=MODEL, who="ada", progress=silent)
    read_by(night, LATE, FIRST, SECOND)
    promote(night.edges, run=LATE, fingerprint="data-3", data=listed(FIRST, SECOND), report=quoting(LATE, EVEN[2]))

    with pytest.raises(RequestConflict, match=f"run {LATE} of {MODEL} went on while this was prepared: say the same"):
        erasing.carry_out(outside, plan, progress=silent)

    erase(on, FIRST, "--yes")
    assert [durations(night, number) for number in (1, 2, 3)] == [ODD, ODD, ODD]
    assert b'"duration": 4.0' not in b"".join(everything(night))


def test_document_that_changes_meanwhile_is_told() -> None:
    on = stage()
    key = layout.version(MODEL, 1, registry.REPLAY)
    on.outside.edges = with_store(on.outside.edges, "put_if_match", before=lambda: on.outside.store.put(key, b"{}"))

    assert f"{key} changed in this moment: say the same again" in message(on, FIRST, "--yes", by=CommandFailed)


@pytest.mark.parametrize("part", [registry.REPLAY, registry.REPORT])
def test_damaged_part_is_put_back_first(part: str) -> None:
    on = stage()
    key = layout.version(MODEL, 1, part)
    stored = on.outside.store.find(key)
    assert stored is not None
    on.outside.store.put(key, stored.body + b" ")

    said = message(on, FIRST, "--yes", by=RegistryIncomplete)

    assert key in said and "it is not what was judged" in said
    assert on.outside.store.find(DATA) is not None


def test_error_that_quotes_cells_of_the_file_forgets_them() -> None:
    on = stage()
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


def test_words_of_an_estimator_may_quote_a_cell_and_go_too() -> None:
    on = stage()
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
def test_error_that_was_erased_is_not_erased_again(beside: dict[str, str]) -> None:
    on = stage()
    state = {"state": "Preprocess", "status": "failed", "error": "ValueUnparsable", **beside}
    on.outside.store.put(layout.run_document(RUNS[0], "preprocess"), documents.encode(state))
    erase(on, FIRST, "--yes")

    assert lines(on, FIRST, "--yes")[-1] == f"nothing is left of {FIRST}"


def test_rejected_model_keeps_its_report_without_the_rows() -> None:
    on = stage()
    night = on.outside
    key = layout.rejected(MODEL, RUNS[0], registry.REPORT)
    night.store.put(key, documents.encode(quoting(RUNS[0], EVEN[1], ODD[1])))
    weights = layout.rejected(MODEL, RUNS[0], registry.ARTIFACT)
    night.store.put(weights, documents.encode({"format": "scorecard", "schema": {"columns": []}}))

    erase(on, FIRST, "--yes")

    shown = documents.find(night.store, key)["differences"]
    assert [each["features"]["duration"] for each in shown] == [ODD[1]]
    assert night.store.find(weights) is not None


HOLDING_ROWS: frozenset[str] = frozenset()
NEIGHBOURS = "neighbours"
"""A format whose artifact holds rows, as of a model that looks for the nearest ones."""


def test_rejected_model_that_holds_rows_goes() -> None:
    on = stage()
    key = layout.rejected(MODEL, RUNS[0], registry.ARTIFACT)
    body = documents.encode({"format": NEIGHBOURS, "schema": {"columns": []}})
    on.outside.store.put(key, body)
    on.outside.store.put(key, body + b" ")

    erase(on, FIRST, "--yes")

    assert on.outside.versions.list(key) == []


def test_every_format_is_known_to_hold_rows_or_not() -> None:
    """Who adds a format says here whether its artifact holds rows; one that is not named below is taken for rows."""
    assert set(FORMATS) == erasures.FORMATS_WITHOUT_ROWS | HOLDING_ROWS


def test_model_that_holds_rows_goes_whole_unless_it_is_live() -> None:
    on = stage(form=NEIGHBOURS)
    night = on.outside

    result = on.run("data", "erase", FIRST, "--yes")

    said = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "goes whole, for it holds rows: it can never be live again" in said
    assert "version 2 holds rows itself, and is live or pinned: it stays" in said
    assert registry.is_pruned(night.edges, model=MODEL, model_version=1)
    assert [each.function_version for each in night.functions.versions(MODEL)] == ["2"]
    parts = (registry.PACKAGE, registry.ARTIFACT, registry.REPLAY)
    assert [night.versions.list(layout.version(MODEL, 1, part)) for part in parts] == [[], [], []]
    assert all(night.store.find(layout.version(MODEL, 2, part)) for part in parts)
    assert problems(night) == ()
    (told,) = verify(night.edges, model=MODEL, report=silent).erased
    assert "version 1 went whole" in told


def test_live_model_that_holds_rows_goes_when_another_one_is_live() -> None:
    on = stage(form=NEIGHBOURS)
    on.run("data", "erase", FIRST, "--yes")
    promote(on.outside.edges, run="third", fingerprint="data-3", data=[{"name": SECOND}])

    found = erase(on, FIRST, "--yes")

    assert (found["erased"]["model_versions"], found["left"]) == ([2], [])
    assert on.outside.store.find(layout.version(MODEL, 2, registry.PACKAGE)) is None
    assert problems(on.outside) == ()
    assert {each["then"] for each in erase(on, FIRST)["model_versions"]} == {
        "pruned earlier: it can never be live again"
    }
    assert lines(on, FIRST)[-1] == f"nothing is left of {FIRST}"


def test_model_that_holds_rows_stays_while_its_alias_is_lost() -> None:
    on = stage(form=NEIGHBOURS)
    on.outside.functions.delete_alias(MODEL)

    assert erase(on, FIRST, "--yes")["left"] == [2]


def test_model_that_holds_rows_and_is_pinned_in_this_moment_stays_whole() -> None:
    on = stage(form=NEIGHBOURS)
    night = on.outside
    mark = layout.version(MODEL, 1, registry.PRUNED)
    night.edges = replace(
        night.edges,
        store=interfered(
            night.edges.store,
            "put_if_absent",
            nth=2,
            after=lambda: Pin(night.edges, MODEL).claim(1, who="ops", why="audit"),
        ),
    )

    found = erase(on, FIRST, "--yes")

    assert (found["erased"]["spared"], found["left"]) == ([1], [2, 1])
    assert night.store.find(mark) is None
    assert night.store.find(layout.version(MODEL, 1, registry.PACKAGE)) is not None
    assert [each.function_version for each in night.functions.versions(MODEL)] == ["1", "2"]
    (told,) = verify(night.edges, model=MODEL, report=silent).erased
    assert "version 1 lost 31 rows of its record, and stays itself" in told


def test_package_that_was_erased_is_not_asked_to_be_put_back() -> None:
    on = stage()
    night = on.outside
    key = layout.version(MODEL, 2, registry.PACKAGE)
    stored = night.store.find(key)
    assert stored is not None
    part = {"model_version": 2, "name": registry.PACKAGE, "was": "a" * 64, "left": None, "rows": None}
    note = {"files": [FIRST], "who": "ada", "at": "2026-11-26T03:00:00.000Z"}
    erasures.keep(night.edges, {**note, "objects": [], "parts": [part]}, model=MODEL)
    night.store.delete(key)

    with pytest.raises(RegistryIncomplete, match=f"{key} was erased with {FIRST} by ada at .*nothing brings it back"):
        restoration.restore(night.edges, model=MODEL, attempt="a", who="ada")
    judged = evidence.judged(night.edges, model=MODEL, model_version=2)
    assert evidence.problem(night.edges, judged, registry.PACKAGE) is None


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[]"])
def test_damaged_erasure_is_a_problem_that_verify_names(body: bytes) -> None:
    on = stage()
    erase(on, FIRST, "--yes")
    on.outside.store.put(layout.erasure(MODEL, 1), body)

    assert [each for each in problems(on.outside) if layout.erasure(MODEL, 1) in each]
    assert "! " in on.run("verify", MODEL).output


def test_without_its_erasure_a_part_that_lost_rows_counts_as_damaged() -> None:
    on = stage()
    erase(on, FIRST, "--yes")
    on.outside.store.delete(layout.erasure(MODEL, 1))

    named = [each for each in problems(on.outside) if "is not what the manifest says" in each]

    assert len(named) == 4
    with pytest.raises(VersionUnfit, match="is not the one that was judged"):
        fitness.verify(on.outside.edges, model=MODEL, model_version=1)


@pytest.mark.parametrize("key", [layout.version(MODEL, 1, registry.REPLAY), layout.erasure(MODEL, 1)])
def test_put_back_brings_no_erased_row_back(key: str) -> None:
    on = stage()
    erase(on, FIRST, "--yes")
    left = on.outside.store.find(key)
    assert left is not None
    assert on.run("put-back", key).exit_code == 1
    on.outside.store.put(key, b'{"forged": 1}')

    result = on.run("put-back", key)

    assert result.exit_code == 0, result.output
    assert on.outside.store.find(key) == left
    assert problems(on.outside) == ()


def test_erasure_that_was_refused_half_way_looked_nothing_up() -> None:
    on = stage()
    night = on.outside
    night.edges = with_store(night.edges, "put_if_absent", after=lambda: lease_of(on))
    message(on, FIRST, "--yes", by=RequestConflict)
    night.store.delete(layout.lease(MODEL))
    night.versions.delete(night.versions.list(DATA))

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [[], []]
    assert b'"duration": 4.0' not in b"".join(everything(night))


def test_file_that_came_again_and_was_trained_on_after_it_was_erased_costs_that_version_all_its_rows() -> None:
    on = stage()
    night = on.outside
    erase(on, FIRST, "--yes")
    read_by(night, LATE, FIRST, SECOND)
    promote(night.edges, run=LATE, fingerprint="data-3", data=listed(FIRST, SECOND), report=quoting(LATE, EVEN[2]))

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2, 3)] == [ODD, ODD, []]
    assert b'"duration": 4.0' not in b"".join(everything(night))


def test_damaged_word_of_what_was_looked_up_is_as_good_as_none() -> None:
    on = stage()
    night = on.outside
    erase(on, FIRST, "--yes")
    (told,) = night.store.list(layout.looked_up(MODEL))
    night.store.put(told.key, b"{")

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [[], []]
