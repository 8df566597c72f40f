"""What a file's columns are compared with: the data of the live version, or nothing where nobody can tell."""

from __future__ import annotations

import json

import pytest

from chalicelib import layout
from lambdas.model.data.lost_values import NOTHING
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL
from tests.given.records import by_hand, two_nights
from tests.unit.lambdas.nightly_batch import night_with_data, whole_night
from workflows.checking import unlike


def test_columns_are_known_by_the_run_of_the_live_version() -> None:
    night = night_with_data()
    whole_night(night.edges)

    assert sorted(unlike.earlier(night.edges, model=MODEL).columns) == ["dst_bytes", "duration", "src_bytes"]


def test_class_that_a_file_lacks_is_known_by_the_counts_of_each_file() -> None:
    night = night_with_data()
    whole_night(night.edges)
    key = layout.kept_parts(MODEL)
    stored = night.store.find(key)
    assert stored
    kept = json.loads(stored.body)
    one = kept["packs"][0]["objects"][0]
    lacking = {**one, "etag": "of normal rows alone", "classes": {"normal": 90}}
    kept["packs"][0]["objects"] = [one, lacking]
    night.store.put(key, json.dumps(kept).encode())

    known = unlike.earlier(night.edges, model=MODEL)

    assert known.classes["normal"] == one["classes"]["normal"] + 90
    assert known.absent == {"normal": 0, "attack": 0.5}


def test_nothing_is_known_before_a_version_is_live() -> None:
    assert unlike.earlier(FakeOutside(MODEL).edges, model=MODEL) == NOTHING


@pytest.mark.parametrize("body", [b"{", b"", b'{"schema": 99}'])
def test_damaged_registry_tells_nothing_and_refuses_no_file(body: bytes) -> None:
    night = two_nights()
    by_hand(night, "1")
    for number in (1, 2):
        night.store.put(layout.version(MODEL, number, "manifest.json"), body)

    assert unlike.earlier(night.edges, model=MODEL) == NOTHING
