"""Lists the instance types on which SageMaker trains for a recipe, and what an hour of each costs.

scikit-learn uses the processors of one machine, so there are no types with a graphics card here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

INSTANCES: Mapping[str, float] = {
    "ml.m5.large": 0.115,
    "ml.m5.xlarge": 0.23,
    "ml.m5.2xlarge": 0.461,
    "ml.m5.4xlarge": 0.922,
    "ml.m5.12xlarge": 2.765,
    "ml.m5.24xlarge": 5.53,
    "ml.c5.xlarge": 0.204,
    "ml.c5.2xlarge": 0.408,
    "ml.c5.4xlarge": 0.816,
    "ml.c5.9xlarge": 1.836,
    "ml.c5.18xlarge": 3.672,
}
"""US dollars an hour of training in us-east-1, without spot, taxes and the volume. Other regions cost up to a half
more. Source: https://aws.amazon.com/sagemaker/pricing/"""

SPOT_WAIT_SECONDS = 3600
"""The most of spare capacity, with the wait for it, that a job of SageMaker's own algorithms may ask for without
checkpoints. Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html"""


def dollars(instance_type: str, *, seconds: int) -> float:
    """What so many seconds of one instance cost, in us-east-1. SageMaker bills by the second.

    >>> dollars("ml.m5.large", seconds=3600)
    0.115
    """
    return INSTANCES[instance_type] * seconds / 3600


def round_up_to_cents(usd: float) -> float:
    """Rounds dollars up to whole cents, so that no bill exceeds an upper bound because of the rounding.

    >>> round_up_to_cents(0.1917), round_up_to_cents(0.23), round_up_to_cents(3 * 0.115)
    (0.2, 0.23, 0.35)
    """
    return math.ceil(round(100 * usd, 6)) / 100  # rounded first, or the last digit of a float is a cent
