"""What an hour of an instance costs that transforms a batch.

The server of the endpoints' image scores on one core, so larger types are left out: more of them is what is faster.
"""

from __future__ import annotations

from collections.abc import Mapping

TRANSFORM_HOURLY: Mapping[str, float] = {
    "ml.m5.large": 0.115,
    "ml.m5.xlarge": 0.23,
    "ml.m5.2xlarge": 0.461,
    "ml.m5.4xlarge": 0.922,
    "ml.c5.xlarge": 0.204,
    "ml.c5.2xlarge": 0.408,
    "ml.c5.4xlarge": 0.816,
}
"""US dollars an hour of one instance of a batch transform in us-east-1, without taxes. SageMaker bills by the second.
Source: https://aws.amazon.com/sagemaker/pricing/"""


def dollars_at_most(instance_type: str, *, instances: int, minutes: int) -> float:
    """What so many instances cost for so long, in us-east-1.

    >>> dollars_at_most("ml.m5.large", instances=2, minutes=60)
    0.23
    """
    return TRANSFORM_HOURLY[instance_type] * instances * minutes / 60
