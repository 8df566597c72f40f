"""The session that all clients come from: botocore's, but that it reads times faster, and makes clients faster.

botocore reads every time by dateutil, which takes a half of all that a list of 10,000 objects takes. Before the first
client it lists the folders of all 400 services, which takes a third of what the client takes. boto3's session gives
the same clients with methods that nobody calls here, and takes most of an empty cold start to load them.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.session import Session, get_session
from botocore.utils import parse_timestamp

UTC = "Z"
SERVICES = (
    *("application-autoscaling", "cloudwatch", "events", "lambda", "logs", "s3", "sagemaker", "sns"),
    *("stepfunctions", "sts"),
)
"""All that this project asks, by botocore's names; a client of any other is refused as unknown."""


@cache
def session() -> Session:
    """One for each process. The AWS CLI sets its reader of times, and its loader, in the same way.

    Source: https://github.com/aws/aws-cli/blob/v2/awscli/customizations/scalarparse.py
    """
    found = get_session()
    found.register_component("data_loader", OurServices())
    found.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=moment)
    return found


class OurServices(Loader):
    """Finds the models of our services without looking through all folders for which there are."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's own signature
        return [*SERVICES]


def moment(told: Any) -> datetime:
    """The time as S3 tells it, in ISO 8601 and UTC; any other form goes to botocore, which raises ValueError.

    >>> moment("2026-11-27T03:00:00.000Z")
    datetime.datetime(2026, 11, 27, 3, 0, tzinfo=datetime.timezone.utc)
    """
    if isinstance(told, str) and told.endswith(UTC):
        try:
            return datetime.fromisoformat(told)
        except ValueError:
            pass
    read: datetime = parse_timestamp(told)
    return read
