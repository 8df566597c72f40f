"""Payload of the states that make a version's endpoint, and what an hour of one costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.values import Value

HOURLY: Mapping[str, float] = {
    "ml.t2.medium": 0.056,
    "ml.m5.large": 0.115,
    "ml.m5.xlarge": 0.23,
    "ml.m5.2xlarge": 0.461,
    "ml.m5.4xlarge": 0.922,
    "ml.c5.large": 0.102,
    "ml.c5.xlarge": 0.204,
    "ml.c5.2xlarge": 0.408,
    "ml.c5.4xlarge": 0.816,
}
"""US dollars an hour of one instance of an endpoint in us-east-1, without taxes. The server scores on one core, so
larger ones are left out. Source: https://aws.amazon.com/sagemaker/pricing/"""
INSTANCES_MAX = 20
"""Of one endpoint, and of one job that transforms a batch. Source: https://docs.aws.amazon.com/general/latest/gr/sagemaker.html"""


class EndpointPlan(Value, kw_only=True):
    """What the state machine asks of SageMaker for a version that has an endpoint."""

    name: str
    """Of the endpoint, of its configuration and of its model: one name for what lives and goes together."""
    model_data_uri: str
    variants: list[Mapping[str, Any]]
    """The only one, as CreateEndpointConfig's ProductionVariants has it."""
    has_instances: bool
    """Whether it costs while nobody asks it: then an alarm is told, by the next two."""
    idle_alarm: str
    idle_hours: int
    scales: bool
    """Whether the number of its instances changes, by the next four."""
    resource_id: str
    """Of the variant, as Application Auto Scaling names it."""
    min_instances: int
    max_instances: int
    scaling: Mapping[str, Any]
    """As PutScalingPolicy's TargetTrackingScalingPolicyConfiguration has it."""
    is_scheduled: bool
    """Whether it has other bounds at an hour whose load is known, by the next two."""
    scale_out: Mapping[str, Any]
    """Schedule and ScalableTargetAction as PutScheduledAction has them, of the hour's beginning."""
    scale_in: Mapping[str, Any]
    """The same of its end."""
