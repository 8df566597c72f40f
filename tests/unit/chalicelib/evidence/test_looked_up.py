"""What was looked up once, and is written down, is not looked up again."""

from __future__ import annotations

import pytest

from chalicelib.evidence.erasures import LookedUp

TONIGHT = LookedUp(files=["a.csv", "b.csv"], etags=["e"], runs=["r1", "r2"])


@pytest.mark.parametrize(
    "known", [TONIGHT, LookedUp(files=["b.csv", "a.csv", "c"], etags=["e", "f"], runs=["r1", "r2"])]
)
def test_what_is_known_already_in_any_order_is_told_by_it(known: LookedUp) -> None:
    assert TONIGHT.is_told_by(known)


@pytest.mark.parametrize(
    "known",
    [
        LookedUp(files=["a.csv"], etags=["e"], runs=["r1", "r2"]),
        LookedUp(files=["a.csv", "b.csv"], etags=[], runs=["r1", "r2"]),
        LookedUp(files=["a.csv", "b.csv"], etags=["e"], runs=["r1"]),
    ],
)
def test_what_lacks_a_file_a_content_or_a_run_does_not_tell_it(known: LookedUp) -> None:
    assert not TONIGHT.is_told_by(known)
