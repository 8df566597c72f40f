"""Checks Lambda's limits of the account. New accounts get little, which shows only when a retrain is throttled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.doctor.finding import Finding, ok, warning

NEW_ACCOUNT_CONCURRENCY = 10
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "New AWS accounts"."""
WHERE = "Lambda's limits"
QUOTAS = "https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas"
ALMOST_FULL = 0.8


def check_limits(client: Any) -> Iterator[Finding]:
    """Concurrent executions, and the room for code and its versions; `client` is boto3's of Lambda."""
    settings = client.get_account_settings()
    limit, usage = settings["AccountLimit"], settings["AccountUsage"]
    concurrency = limit["ConcurrentExecutions"]
    if concurrency <= NEW_ACCOUNT_CONCURRENCY:
        yield warning(
            f"{concurrency} executions at once, as in a new account: predictions beyond that are answered 429, and a"
            " retrain takes one of them; functions get 3,008 MB at most",
            where=WHERE,
            way_out=f"ask for 1,000 concurrent executions at {QUOTAS}; it costs nothing",
        )
    else:
        yield ok(f"{concurrency} executions at once", where=WHERE)
    used = usage["TotalCodeSize"] / limit["TotalCodeSize"]
    if used >= ALMOST_FULL:
        what = f"{used:.0%} of the room for code is taken: each promoted model is one more version"
        yield warning(what, where=WHERE, way_out=f"delete versions that are not needed, or ask for more at {QUOTAS}")
