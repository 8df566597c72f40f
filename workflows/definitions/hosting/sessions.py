"""The session with which SageMaker's SDK makes the parameters of an example."""

from __future__ import annotations

import os
from typing import Any


def without_aws() -> Any:
    """It calls nothing, and has neither credentials nor bucket."""
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"  # no look for credentials
    import boto3
    from sagemaker.session import Session

    return Session(boto_session=boto3.Session(region_name="us-east-1"), default_bucket="replaced")
