"""Which surroundings the signed calls know, and what they read there."""

from __future__ import annotations

import pytest

from chalicelib.aws.signed import surroundings
from chalicelib.aws.signed.surroundings import OF_BOTO3, Credentials, Host, Surroundings

ON_LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "nightswap-prod",
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "session",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
KNOWN = Surroundings(Credentials("AKID", "secret", "session"), "eu-west-1")


def test_function_on_lambda_has_all_that_a_call_needs() -> None:
    assert surroundings.read(ON_LAMBDA) == KNOWN
    assert surroundings.read({**ON_LAMBDA, "AWS_SESSION_TOKEN": ""}) == Surroundings(
        Credentials("AKID", "secret"), "eu-west-1"
    )


@pytest.mark.parametrize("absent", sorted({*ON_LAMBDA} - {"AWS_SESSION_TOKEN"}))
def test_where_something_is_missing_boto3_makes_the_calls(absent: str) -> None:
    assert surroundings.read({name: value for name, value in ON_LAMBDA.items() if name != absent}) is None


@pytest.mark.parametrize("name", OF_BOTO3)
def test_where_a_variable_says_what_only_botocore_knows_boto3_makes_the_calls(name: str) -> None:
    assert surroundings.read({**ON_LAMBDA, name: "anything"}) is None
    assert surroundings.read({**ON_LAMBDA, name: ""}) == KNOWN


def test_file_of_nothing_configures_nothing() -> None:
    assert surroundings.read({**ON_LAMBDA, "AWS_CONFIG_FILE": "/dev/null"}) == KNOWN


@pytest.mark.parametrize(
    "region",
    [
        "cn-north-1",
        "us-gov-west-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "eu-isoe-west-1",
        "eusc-de-east-1",
        "x",
        "eu-west",
    ],
)
def test_other_partitions_are_boto3s(region: str) -> None:
    assert surroundings.read({**ON_LAMBDA, "AWS_DEFAULT_REGION": region}) is None


@pytest.mark.parametrize(
    "endpoint", ["http://localhost:4566", "http://127.0.0.1", "http://127.0.0.1:1/path", "ftp://1"]
)
def test_endpoint_that_is_no_plain_address_is_boto3s(endpoint: str) -> None:
    assert surroundings.read({**ON_LAMBDA, "AWS_ENDPOINT_URL": endpoint}) is None


def test_host_of_aws_is_asked_by_name_and_the_bucket_is_part_of_it() -> None:
    name = "lambda.eu-west-1.amazonaws.com"
    bucket = "nightswap-prod-1-eu-west-1.s3.eu-west-1.amazonaws.com"

    assert KNOWN.lambda_host() == Host(name, 443, name, is_encrypted=True)
    assert KNOWN.bucket_host("nightswap-prod-1-eu-west-1") == Host(bucket, 443, bucket, is_encrypted=True)


@pytest.mark.parametrize(("scheme", "is_encrypted"), [("http", False), ("https", True)])
def test_endpoint_that_stands_in_for_aws_has_the_bucket_in_its_path(scheme: str, is_encrypted: bool) -> None:
    here = surroundings.read(
        {**ON_LAMBDA, "AWS_ENDPOINT_URL": f"{scheme}://127.0.0.1:4566/", "AWS_CA_BUNDLE": "a.pem"}
    )

    assert here is not None
    assert here.ca_bundle == "a.pem"
    assert here.lambda_host() == Host("127.0.0.1", 4566, "127.0.0.1:4566", is_encrypted)
    assert here.bucket_host("b") == Host("127.0.0.1", 4566, "127.0.0.1:4566", is_encrypted, "/b")


def test_what_is_shown_of_credentials_is_no_secret() -> None:
    assert f"{KNOWN} {KNOWN.credentials!r}".count("AKID") == 2
    assert "secret" not in f"{KNOWN} {KNOWN.credentials!r}"
    assert "session" not in f"{KNOWN}"


@pytest.mark.parametrize(("environ", "told"), [({}, None), ({"_X_AMZN_TRACE_ID": "Root=1"}, "Root=1")])
def test_trace_is_read_from_what_lambda_sets_for_each_request(environ: dict[str, str], told: str | None) -> None:
    assert surroundings.trace(environ) == told
