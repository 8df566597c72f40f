from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from lambdas.model.recipe import Endpoint, Scheduled
from tests.given import data

BEGINS, ENDS = "cron(45 7 ? * MON-FRI *)", "cron(0 10 ? * MON-FRI *)"


def scheduled(**given: Any) -> dict[str, Any]:
    """A target with a known hour."""
    return {"target": Endpoint(scheduled=Scheduled(**{"begins": BEGINS, "ends": ENDS, "min_instances": 3, **given}))}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"target": Endpoint("ml.p3.2xlarge")},
            "target.instance_type is 'ml.p3.2xlarge': expected one of ml.t2.medium",
        ),
        ({"target": Endpoint(min_instances=0)}, "target has 0 to 10 instances: expected 1 to 20, the smaller"),
        ({"target": Endpoint(min_instances=3, max_instances=2)}, "target has 3 to 2 instances"),
        ({"target": Endpoint(max_instances=21)}, "target has 1 to 21 instances"),
        ({"target": Endpoint(requests_per_minute=0)}, "target.requests_per_minute is 0: expected 1 to 1,000,000"),
        ({"target": Endpoint(idle_hours=0)}, "target.idle_hours is 0: expected 1 to 168"),
        ({"target": Endpoint(idle_hours=169)}, "target.idle_hours is 169: expected 1 to 168"),
        ({"target": Endpoint(keep_hours=721)}, "target.keep_hours is 721: expected 0 to 720"),
        ({"target": Endpoint(serverless=1000)}, "target.serverless is 1000: expected 1024, 2048 and so on to 6144"),
        ({"target": Endpoint(max_concurrency=201)}, "target.max_concurrency is 201: expected 1 to 200"),
        (
            scheduled(begins="rate(1 day)"),
            "target.scheduled.begins is 'rate(1 day)': expected an expression cron(...); for example cron(45 7",
        ),
        (
            scheduled(ends="cron(0 10 * * * *)"),
            "target.scheduled.ends is 'cron(0 10 * * * *)': expected ? in exactly one",
        ),
        (scheduled(ends=BEGINS), "target.scheduled begins and ends by the same expression, cron(45 7 ? * MON-FRI *)"),
        (scheduled(min_instances=0), "target.scheduled has 0 to 10 instances: expected 1 to 20, the smaller number"),
        (scheduled(max_instances=21), "target.scheduled has 3 to 21 instances: expected 1 to 20, the smaller number"),
        (scheduled(max_instances=2), "target.scheduled has 3 to 2 instances: expected 1 to 20, the smaller number"),
        (scheduled(min_instances=1), "target.scheduled has 1 to 10 instances, as many as there are at other hours"),
        (
            {"target": Endpoint(serverless=2048, scheduled=Scheduled(BEGINS, ENDS, min_instances=3))},
            "target.scheduled is of instances, and target.serverless has none: leave one of them out",
        ),
        ({"target": Endpoint(scheduled=ENDS)}, "target.scheduled is 'cron(0 10 ? * MON-FRI *)': expected Scheduled"),  # type: ignore[arg-type]
        (scheduled(min_instances="3"), "target.scheduled.min_instances is '3': expected a whole number"),
        ({"target": "container"}, "target is 'container': expected 'lambda' or 'endpoint', or Endpoint(...)"),
        ({"target": Endpoint(keep_hours="24")}, "target.keep_hours is '24': expected a whole number"),  # type: ignore[arg-type]
    ],
)
def test_target_that_makes_no_sense_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**changes)

    [problem] = raised.value.details["problems"]
    assert problem.startswith(words)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"max_instances": 3},
        {"min_instances": 1, "max_instances": 2},
        {"begins": "cron(45 7,17 ? * * *)", "ends": "cron(0 10,20 ? * * *)"},
    ],
)
def test_known_hour_is_taken(given: dict[str, Any]) -> None:
    assert data.recipe(**scheduled(**given)).endpoint == scheduled(**given)["target"]
