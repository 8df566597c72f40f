"""Every exception of boto3's libraries ends a command in one line that says what to do."""

from __future__ import annotations

import inspect
import string
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import boto3.exceptions
import botocore.exceptions
import pytest
import s3transfer.exceptions
import urllib3.exceptions
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError, WaiterError

from chalicelib.errors import DeploymentFailed
from tests.unit.workflows.cli.test_main import Ending, exit_code
from workflows import aws_errors
from workflows.deploying.progress import refusals

MODULES = (botocore.exceptions, boto3.exceptions, s3transfer.exceptions)


def classes(*modules: ModuleType) -> Iterator[type[Exception]]:
    for module in modules:
        for _, found in inspect.getmembers(module, inspect.isclass):
            ours = found.__module__.startswith(aws_errors.LIBRARIES)
            if ours and issubclass(found, Exception) and not issubclass(found, Warning):
                yield found


def instance(kind: type[Exception]) -> Exception:
    """One with a value for each word of its message, as its library raises it."""
    if issubclass(kind, ClientError):
        return kind({"Error": {"Code": "NoSuchThing", "Message": "there is\nno such thing"}}, "GetThing")
    if issubclass(kind, WaiterError):
        return kind(name="exists", reason="it\nfailed", last_response={})
    words = getattr(kind, "fmt", "")
    if words and kind.__module__ != "boto3.exceptions":
        fields = {name for _, name, _, _ in string.Formatter().parse(words) if name}
        given: dict[str, Any] = {name: f"the\n{name}" for name in {*fields, "error", "msg"}}
        return kind(**given)
    if not inspect.isfunction(kind.__init__):
        return kind("it\nfailed")
    return kind(*(name for name in inspect.signature(kind).parameters if name != "last_exception"))


ALL = sorted({*classes(*MODULES)}, key=lambda kind: (kind.__module__, kind.__name__))


def test_whatever_the_libraries_raise_is_one_line_with_a_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    ways = {*aws_errors.WAYS_OUT.values(), *aws_errors.CODES.values(), aws_errors.REPEAT}
    for kind in ALL:
        with Ending(instance(kind)):
            assert exit_code("end-as-the-test-wants") == 1

        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"{kind.__name__}: ")
        assert err.count("\n") == 1
        assert any(way in err for way in ways), err


def test_walk_of_the_libraries_finds_what_it_is_to_find() -> None:
    assert len(ALL) > 90
    assert {ClientError, EndpointConnectionError, ReadTimeoutError} <= set(ALL)


def test_errors_of_the_network_below_are_of_aws_too() -> None:
    assert aws_errors.is_of_aws(urllib3.exceptions.HTTPError())


UNCONFIGURED: dict[str, Any] = {"ignore_configured_endpoint_urls": True}
"""Whatever AWS the environment names. The types of botocore's Config do not know it."""


@pytest.mark.parametrize("region", ["", "eu west"])
def test_endpoint_that_cannot_be_one_is_of_aws_though_it_is_a_plain_value_error(region: str) -> None:
    of_region = Config(**UNCONFIGURED)
    with pytest.raises(ValueError, match=r"endpoint|region") as raised:
        boto3.client("sts", region_name=region, aws_access_key_id="a", aws_secret_access_key="b", config=of_region)

    assert aws_errors.is_of_aws(raised.value)
    assert aws_errors.way_out(raised.value) in {aws_errors.CONFIGURATION, aws_errors.REGION}


def test_our_own_value_error_is_not_of_aws() -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        int("x")

    assert not aws_errors.is_of_aws(raised.value)


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ("ExpiredToken", "log in again"),
        ("InvalidClientTokenId", "log in again"),
        ("RequestTimeTooSkewed", "clock"),
        ("SignatureDoesNotMatch", "secret key"),
        ("AccessDenied", "nightswap doctor --print-policy"),
        ("ThrottlingException", "wait a moment"),
        ("OptInRequired", "enable the service"),
        ("NobodyKnows", "repeat the command"),
    ],
)
def test_refusal_of_aws_says_what_to_do(code: str, way: str) -> None:
    refusal = ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")

    assert way in aws_errors.in_words(refusal)


def test_words_of_aws_are_bounded() -> None:
    assert len(aws_errors.in_words(EndpointConnectionError(endpoint_url="x" * 100_000))) < 3_000
    endless = ClientError({"Error": {"Code": "NoSuchThing", "Message": "x" * 100_000}}, "GetThing")
    assert len(aws_errors.told(endless)) < 3_000


def test_deployment_names_what_it_did_and_the_way_out() -> None:
    with pytest.raises(DeploymentFailed, match=r"^looking: ExpiredToken: too old: log in again"), refusals("looking"):
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "too old"}}, "GetObject")
    with pytest.raises(DeploymentFailed, match=r"^looking: Could not connect .*: check network"), refusals("looking"):
        raise EndpointConnectionError(endpoint_url="https://x")


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("CredentialRetrievalError", aws_errors.LOG_IN),
        ("MetadataRetrievalError", aws_errors.LOG_IN),
        ("NoAuthTokenError", aws_errors.LOG_IN),
        ("TokenRetrievalError", aws_errors.LOG_IN),
        ("RefreshWithMFAUnsupportedError", aws_errors.LOG_IN),
        ("SSOTokenLoadError", aws_errors.LOG_IN),
        ("NoCredentialsError", aws_errors.NO_CREDENTIALS),
        ("PartialCredentialsError", aws_errors.NO_CREDENTIALS),
        ("UnknownTokenProviderError", aws_errors.CONFIGURATION),
        ("NoRegionError", aws_errors.REGION),
        ("UnknownRegionError", aws_errors.REGION),
        ("EndpointProviderError", aws_errors.REGION),
        ("ServiceNotInRegionError", aws_errors.REGION),
        ("InvalidProxiesConfigError", aws_errors.PROXY),
        ("ProxyConnectionError", aws_errors.PROXY),
        ("SSLError", aws_errors.CERTIFICATES),
        ("EndpointConnectionError", aws_errors.NETWORK),
        ("IncompleteReadError", aws_errors.NETWORK),
    ],
)
def test_way_out_is_that_of_the_error(name: str, way_out: str) -> None:
    assert aws_errors.way_out(instance(getattr(botocore.exceptions, name))) == way_out
