from __future__ import annotations

import pytest

from chalicelib.errors import RegistryIncomplete
from chalicelib.registry.report import Report

EARLIER = (
    b'{"passed": false, "reason": "recall of bad: 0.5 < 0.98", "rules": [{"name": "recall of bad", "value": 0.5, '
    b'"direction": ">=", "bound": 0.98, "passed": false, "reason": "0.5 < 0.98"}]}'
)
"""As a release wrote it that knew no intervals."""


def test_rule_of_an_earlier_release_has_no_interval_and_enough_rows() -> None:
    (rule,) = Report.read(EARLIER, key="report.json").rules

    assert (rule.interval, rule.enough_rows) == (None, True)
    assert "interval" not in rule.document


def test_report_of_an_earlier_release_says_nothing_of_live_quality() -> None:
    report = Report.read(EARLIER, key="report.json")

    assert (report.live_quality, report.live_quality_problem) == (None, None)


@pytest.mark.parametrize("low", [b"null", b'"0.4"', b"true"])
def test_interval_whose_end_is_no_number_is_damage(low: bytes) -> None:
    interval = b'"interval": {"low": %s, "high": 0.6, "sure": 0.95, "rows": 40, "distinct": 40}' % low
    body = EARLIER.replace(b'"reason": "0.5 < 0.98"', b'"reason": "0.5 < 0.98", ' + interval)

    with pytest.raises(RegistryIncomplete, match="low"):
        Report.read(body, key="report.json")
