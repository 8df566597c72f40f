"""The matrix: every side effect of every state, each way of dying there, each sequel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.cases import SHARES
from tests.simulation.crash_points import cases, points
from tests.simulation.hunting import hunted
from tests.simulation.stories import STORIES, Story


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_whoever_dies_at_any_side_effect_live_stays_good_and_the_next_night_promotes(
    story: Story, record_property: Callable[[str, object], None]
) -> None:
    tried = hunted("--crash-points", story.name, shares=SHARES)

    assert (tried > 0) is story.changes
    record_property("crash points", tried)


@pytest.mark.parametrize(
    ("service", "operation", "subject"),
    [
        ("store", "put_if_absent", "locks/"),
        ("store", "put_if_absent", "models/"),
        ("store", "put_if_absent", "ledger/"),
        ("store", "put", "work/"),
        ("store", "put", "runs/"),
        ("store", "put_if_absent", "runs/"),
        ("store", "delete", "work/"),
        ("store", "delete_if_match", "locks/"),
        ("functions", "publish", ""),
        ("functions", "update_alias", ""),
        ("notices", "send", ""),
    ],
)
def test_matrix_has_every_kind_of_side_effect(service: str, operation: str, subject: str) -> None:
    canary = next(story for story in STORIES if story.name == "canary")

    calls = [point.call for point in points(canary)]

    assert any(
        (call.service, call.operation) == (service, operation) and call.subject.startswith(subject) for call in calls
    )


def test_case_is_named_by_its_story_its_place_its_death_and_its_sequel() -> None:
    first, *_ = cases(points(next(story for story in STORIES if story.name == "rollback")))

    assert str(first) == f"rollback:{first.point.nth}:killed_before:retried"
