from __future__ import annotations

import json

import pytest

from chalicelib import layout
from chalicelib.errors import RequestConflict
from chalicelib.promotion.lease import Lease
from tests.fakes.edges import FakeOutside
from tests.given.moves import ask
from tests.given.nights import MODEL, promote, register
from workflows.deploying import model_data

OTHER = f"{MODEL}-b"


def stage() -> FakeOutside:
    outside = FakeOutside(MODEL, OTHER)
    for run in ("one", "two"):
        promote(outside.edges, run=run, fingerprint=run)
    ask(outside.edges, "pin")
    for model in (MODEL, OTHER):
        for key in (
            layout.dataset(model, "a.csv"),
            layout.removed(model, "b.csv"),
            layout.kept_parts(model),
            layout.row_answers(model, "one"),
            layout.pin(model),
            layout.rejection(model, 3),
            layout.evidence(model, 9),
            layout.erasure(model, 1),
            layout.lease(model),
            layout.run_document(f"{model}-nightly-20261121T0300Z", "report"),
            layout.work(f"{model}-20261121T030000Z-012345", "x"),
        ):
            outside.store.put(key, b"{}")
    return outside


def keys(outside: FakeOutside, *, model: str) -> set[str]:
    return {each.key for each in model_data.find(outside.versions, model=model)}


def test_all_of_one_model_is_found_and_nothing_of_another_whose_name_begins_alike() -> None:
    outside = stage()
    found = keys(outside, model=MODEL)

    assert not any(OTHER in key for key in found)
    assert {each.key for each in outside.store.list("") if MODEL in each.key and OTHER not in each.key} <= found
    assert found.isdisjoint({layout.catalog()})
    assert len([key for key in keys(outside, model=OTHER) if OTHER in key]) == 11


def test_older_contents_and_marks_of_deletions_are_found_too() -> None:
    outside = stage()
    key = layout.dataset(MODEL, "a.csv")
    outside.store.put(key, b"new")
    outside.store.delete(key)

    found = [each for each in model_data.find(outside.versions, model=MODEL) if each.key == key]

    assert len(found) == 3
    assert sum(each.is_mark for each in found) == 1


def test_a_move_is_of_the_model_that_its_document_names() -> None:
    outside = stage()
    asked = "moves/unpin-0000000000000000.json"
    outside.store.put(asked, json.dumps({"asked": {"model": OTHER}}).encode())
    outside.store.put("moves/unpin-0000000000000000/told.json", b"{}")
    for name, damaged in (("a", b"{"), ("b", b"[]"), ("c", b"{}"), ("d", b'{"asked": 1}')):
        outside.store.put(f"moves/{name}.json", damaged)

    assert {key for key in keys(outside, model=MODEL) if key.startswith("moves/")} == {
        "moves/pin-0011223344556677.json"
    }
    assert {key for key in keys(outside, model=OTHER) if key.startswith("moves/")} == {
        asked,
        "moves/unpin-0000000000000000/told.json",
    }


def test_what_is_found_can_be_deleted_and_is_found_no_more() -> None:
    outside = stage()

    outside.versions.delete(model_data.find(outside.versions, model=MODEL))

    assert model_data.find(outside.versions, model=MODEL) == []
    assert keys(outside, model=OTHER)


def test_nothing_is_deleted_while_a_run_of_the_model_is_going() -> None:
    outside = FakeOutside(MODEL)
    model_data.refuse_while_running(outside.edges, model=MODEL)
    run = f"{MODEL}-nightly-20261121T0300Z"
    register(outside.edges, run="one")
    outside.executions.start(run, "{}")
    Lease(outside.edges, MODEL).take(run)

    with pytest.raises(RequestConflict, match=f"run {run} of {MODEL} is going: stop it with nightswap stop {run}"):
        model_data.refuse_while_running(outside.edges, model=MODEL)
