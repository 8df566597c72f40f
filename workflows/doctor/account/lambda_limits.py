"""Checks Lambda's limits of the account. New accounts get little, which shows only when a retrain is throttled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.names import serving_function
from workflows.deploying.asking import find
from workflows.doctor.finding import Finding, error, ok, warning

NEW_ACCOUNT_CONCURRENCY = 10
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "New AWS accounts"."""
UNRESERVED_AT_LEAST = 100
"""Executions at once that AWS keeps for the functions that reserve none.
Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""
WHERE = "Lambda's limits"
LANE = "NIGHTSWAP_DIRECT_CONCURRENCY"
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


def check_direct_lane(client: Any, *, stage: str, models: Sequence[str], calls_at_once: int) -> Iterator[Finding]:
    """Whether AWS lets each model's function reserve so many executions; raises DeploymentFailed when AWS refuses."""
    limit = client.get_account_settings()["AccountLimit"]
    functions = [serving_function(stage, model) for model in models]
    more = sum(calls_at_once - _reserved(client, function) for function in functions)
    left = limit["UnreservedConcurrentExecutions"] - more
    told = (
        f"{calls_at_once} of each of {len(models)} models leave {left} of {limit['ConcurrentExecutions']} executions"
    )
    if left >= UNRESERVED_AT_LEAST:
        yield ok(f"{told} at once to other functions", where=LANE)
    else:
        yield error(
            f"{told} at once to other functions, and AWS refuses less than {UNRESERVED_AT_LEAST}",
            where=LANE,
            way_out=f"set a lower number, or 0, or ask for more concurrent executions at {QUOTAS}",
        )


def _reserved(client: Any, function: str) -> int:
    """What the function has reserved already; 0 where it is not there yet."""
    found = find(f"what {function} reserves", client.get_function, FunctionName=function)
    return int((found or {}).get("Concurrency", {}).get("ReservedConcurrentExecutions", 0))
