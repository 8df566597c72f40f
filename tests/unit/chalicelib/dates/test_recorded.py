"""Of which dates the rows of each object are, is kept and found again."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.dates import recorded
from chalicelib.dates.recorded import Dates
from chalicelib.errors import RegistryIncomplete
from tests.fakes.edges import FakeOutside

MODEL = "flows"


def test_dates_that_were_kept_are_found() -> None:
    outside = FakeOutside()
    kept = Dates(reader="0" * 64, columns={"opened": {"1": ["2026-11-24", "2026-11-25"]}})

    assert recorded.find_dates(outside.edges, model=MODEL) is None
    recorded.keep_dates(outside.edges, kept, model=MODEL)

    found = recorded.find_dates(outside.edges, model=MODEL)
    assert found is not None
    assert found.spans("opened") == {"1": ("2026-11-24", "2026-11-25")}
    assert found.spans("closed") == {}


@pytest.mark.parametrize(
    "span",
    [
        '["2026-11-24"]',
        '["2026-11-25","2026-11-24"]',
        '["2026-11-24","2026-13-01"]',
        "[1,2]",
        '"a text"',
        '["x","y"]',
    ],
)
def test_damaged_dates_are_an_error_that_names_the_document(span: str) -> None:
    outside = FakeOutside()
    body = f'{{"reader":"{"0" * 64}","columns":{{"opened":{{"1":{span}}}}}}}'
    outside.store.put(layout.kept_dates(MODEL), body.encode())

    with pytest.raises(RegistryIncomplete, match=r"parts/flows/dates\.json"):
        recorded.find_dates(outside.edges, model=MODEL)
