"""What AWS refused, in the words and errors of `chalicelib.aws.calls`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from chalicelib.errors import StackMissing
from chalicelib.names import stage_of_bucket

THROTTLES = {
    "TooManyRequestsException",
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
    "SlowDown",
    "ServiceUnavailable",
    "ServiceException",
    "InternalError",
    "InternalServerError",
    "InternalFailure",
    "RequestTimeout",
    "OperationAborted",
    "ExecutionLimitExceeded",
    "KmsThrottlingException",
}
FAULT = 500
"""The first HTTP status of a fault of AWS's own."""


class Refused(Exception):
    """AWS's code and status. Its `response` is formed as that of botocore's ClientError."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(f"AWS answered {status}: {code}")
        self.code = code
        self.status = status
        self.response: Mapping[str, Any] = {"Error": {"Code": code}}

    @property
    def is_transient(self) -> bool:
        return self.code in THROTTLES or self.status >= FAULT


def refused(status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    """From an answer of Lambda, which has the code in a header, or of S3, which has it in a document.

    >>> refused(404, {"x-amzn-errortype": "ResourceNotFoundException:http://internal/"}, b"{}").code
    'ResourceNotFoundException'
    >>> refused(404, {}, b"<Error><Code>NoSuchKey</Code></Error>").code, refused(503, {}, b"").code
    ('NoSuchKey', '503')
    """
    told = headers.get("x-amzn-errortype", "").partition(":")[0] or _of_document(body)
    return Refused(told if re.fullmatch("[A-Za-z0-9.]{1,100}", told) else str(status), status)


def _of_document(body: bytes) -> str:
    found = re.search(rb"<Code>([A-Za-z0-9.]{1,100})</Code>", body)
    if found:
        return found[1].decode()
    try:
        return str(json.loads(body)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return ""


def bucket_missing(bucket: str) -> StackMissing:
    return StackMissing(
        f"bucket {bucket} does not exist: create the stacks with nightswap deploy --stage {stage_of_bucket(bucket)}"
    )
