from __future__ import annotations

from typing import Any

import pytest

from chalicelib.contracts.decisions import PROMOTED, ROLLED_BACK
from chalicelib.explain import next_steps

NOW: dict[str, Any] = {
    "live": 7,
    "share": None,
    "quarantined": "it was worse",
    "closed": None,
    "twin": False,
    "way_back": 6,
}
"""The version of the run is live, and version 6 was before."""


def a_run(outcome: str | None = PROMOTED, **changes: Any) -> dict[str, Any]:
    made = {"state": "VersionModel", "result": {"model_version": 7, "function_version": "12"}}
    return {"model": "kdd99-http", "outcome": outcome, "states": [made], **changes}


def said(run: dict[str, Any] | None = None, *, now: dict[str, Any] | None) -> list[str]:
    return list(next_steps.way_on(run or a_run(), now=now))


@pytest.mark.parametrize(
    ("now", "said_of_it"),
    [
        ({"live": 2, "quarantined": None}, "Version 7 is not live any more (version 2 is)."),
        (
            {"live": 2, "quarantined": "rolled back: bad"},
            "Version 7 is not live any more (version 2 is), and it is quarantined: rolled back: bad.",
        ),
        ({"live": None, "quarantined": None}, "Version 7 is not live any more (nothing that the registry knows is)."),
        ({"way_back": None}, "Version 7 is live, and there is no earlier version to take it back to."),
    ],
    ids=["another is live", "quarantined", "nothing is live", "the first version"],
)
def test_promoted_version_that_a_rollback_would_not_take_back_has_no_such_way_on(
    now: dict[str, Any], said_of_it: str
) -> None:
    lines = said(now={**NOW, **now})

    assert lines[-1] == said_of_it
    assert not any("nightswap rollback" in line for line in lines)


def test_promoted_run_whose_version_nobody_knows_has_no_way_on() -> None:
    assert not any("nightswap" in line for line in said(a_run(states=[]), now=None))


@pytest.mark.parametrize(("live", "and_so"), [(6, ""), (7, ", and is live")])
def test_version_that_is_out_of_quarantine_again_is_not_called_quarantined(live: int, and_so: str) -> None:
    lines = said(a_run(ROLLED_BACK), now={**NOW, "live": live, "quarantined": None})

    assert lines[-1] == f"Version 7 is not quarantined any more{and_so}."


def test_share_of_a_canary_that_bakes_is_told() -> None:
    lines = said(a_run(None), now={**NOW, "live": 6, "share": 0.1})

    assert lines[-1] == "Now version 7 has 10 % of the traffic, version 6 has the rest."


def test_twin_of_the_live_version_is_not_called_quarantined() -> None:
    (line,) = said(a_run(ROLLED_BACK), now={**NOW, "live": 6, "quarantined": None, "twin": True})

    assert line.startswith("It is not quarantined, because its data, recipe and code are those of version 6")
