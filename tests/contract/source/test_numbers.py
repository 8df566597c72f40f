"""No limit, time-out, size or share, no word that others read and no finding of doctor or check changes unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.source.numbers import GOLDEN


@pytest.mark.parametrize("committed", GOLDEN, ids=lambda path: path.stem)
def test_what_is_committed_is_what_the_source_names(committed: Path) -> None:
    said = GOLDEN[committed]()

    assert said.splitlines() == committed.read_text().splitlines(), "run `make render` and look at the difference"
