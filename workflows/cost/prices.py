"""Lists AWS's prices in us-east-1, in US dollars. Free tiers and taxes are left out; other regions differ a little.

Lambda           https://aws.amazon.com/lambda/pricing/
Step Functions   https://aws.amazon.com/step-functions/pricing/
S3               https://aws.amazon.com/s3/pricing/
CloudWatch       https://aws.amazon.com/cloudwatch/pricing/
API Gateway      https://aws.amazon.com/api-gateway/pricing/
EventBridge      https://aws.amazon.com/eventbridge/pricing/
Systems Manager  https://aws.amazon.com/systems-manager/pricing/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

REGION = "us-east-1"
AS_OF = "2026-11"


@dataclass(frozen=True, kw_only=True)
class Prices:
    """US dollars for one unit. A standard SSM parameter, a rule and an event of AWS's own services cost nothing."""

    gb_second: Mapping[str, float]
    """Of a Lambda function, by its architecture. Loading the code is billed as running it."""
    storage_gb_second: float
    """Of a Lambda function's /tmp beyond its first 512 MB, on either architecture."""
    lambda_request: float
    state_transition: float
    """Of a standard workflow; a retry is one more."""
    stored_gb_month: float
    """In S3's standard class; every kept version of an object counts."""
    put_request: float
    """PUT, COPY, POST and LIST."""
    get_request: float
    alarm_month: float
    log_gb: float
    """Taken in by CloudWatch Logs."""
    log_gb_month: float
    rest_request: float
    """Of a REST API, up to 333 million in a month."""


US_EAST_1 = Prices(
    gb_second=MappingProxyType({"x86_64": 0.0000166667, "arm64": 0.0000133334}),
    storage_gb_second=0.0000000309,
    lambda_request=0.20 / 1_000_000,
    state_transition=0.025 / 1_000,
    stored_gb_month=0.023,
    put_request=0.005 / 1_000,
    get_request=0.0004 / 1_000,
    alarm_month=0.10,
    log_gb=0.50,
    log_gb_month=0.03,
    rest_request=3.50 / 1_000_000,
)
