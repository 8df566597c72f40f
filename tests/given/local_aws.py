"""How a test talks to a local AWS, and to no other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from workflows.local.environment import clean

NOBODY = "http://127.0.0.1:9"
"""The discard port, where whatever a test forgets to say meets nobody."""


@contextmanager
def reached_alone(endpoint: str = NOBODY, **variables: str) -> Iterator[None]:
    """This process knows the AWS at the endpoint and these variables, and no settings of the developer's."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(clean(before, endpoint=endpoint) | variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def client(service: str, *, endpoint: str, asks_once: bool = False) -> Any:
    """A boto3 client with the account's own keys, which may do everything."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}) if asks_once else None,
    )
