"""Times are read as botocore reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.patience import BRIEF
from chalicelib.aws.session import moment

PAGE = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>
<Contents><Key>a</Key><LastModified>2026-11-21T03:00:00.000Z</LastModified><ETag>"1"</ETag><Size>7</Size></Contents>
</ListBucketResult>"""


class Sent(BytesIO):
    """The body of an answer, as urllib3 hands it out."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


@given(st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31)))
def test_time_of_s3_is_what_botocore_reads(at: datetime) -> None:
    told = f"{at.isoformat(timespec='milliseconds')}Z"

    assert moment(told) == parse_timestamp(told)
    assert moment(told).tzinfo is UTC


@pytest.mark.parametrize(
    "told",
    ["Sat, 21 Nov 2026 03:00:00 GMT", "1795230000", 1795230000.5, "2026-11-21T03:00:00+01:00", "3:00 1.2.2026 Z"],
)
def test_time_of_another_form_is_left_to_botocore(told: Any) -> None:
    assert moment(told) == parse_timestamp(told)


@pytest.mark.parametrize("told", ["yesterday", "26-13-45Z", "Z"])
def test_text_that_is_no_time_is_an_error(told: str) -> None:
    with pytest.raises(ValueError, match="Invalid timestamp"):
        moment(told)


def test_clients_read_the_times_of_a_list_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nobody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    client = BRIEF.client("s3")
    client.meta.events.register(
        "before-send", lambda request, **_: AWSResponse(request.url, 200, HTTPHeaders(), Sent(PAGE))
    )

    (found,) = BucketStore(client, bucket="bucket").list("")

    assert (found.modified_at, found.modified_at.tzinfo) == (datetime(2026, 11, 21, 3, tzinfo=UTC), UTC)
