"""Times are read as botocore reads them, and every client is found that is asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import UnknownServiceError
from botocore.session import get_session
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.patience import BRIEF
from chalicelib.aws.session import SERVICES, moment, session
from tests.contract.source.sources import ROOT

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


def test_services_are_those_that_a_client_is_made_of() -> None:
    source = (ROOT / "chalicelib/aws/connect.py").read_text("utf-8")

    assert set(re.findall(r'\.client\("([\w-]+)"\)', source)) == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_client_is_found_as_botocore_finds_it(service: str) -> None:
    given: dict[str, Any] = {
        "region_name": "eu-west-1",
        "aws_access_key_id": "nobody",
        "aws_secret_access_key": "nothing",
    }

    ours, theirs = (made.create_client(service, **given) for made in (session(), get_session()))

    assert ours.meta.service_model.api_version == theirs.meta.service_model.api_version
    assert ours.meta.endpoint_url == theirs.meta.endpoint_url
    assert dir(ours) == dir(theirs)


def test_client_of_a_service_that_nobody_asks_is_not_found() -> None:
    with pytest.raises(UnknownServiceError):
        session().create_client("glacier", region_name="eu-west-1")
