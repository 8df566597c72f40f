"""Finds out who calls AWS, and in which region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)

from chalicelib.aws.calls import code
from workflows.deploying import regions
from workflows.doctor.finding import Finding, error, ok

WHERE = "AWS credentials"
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The account, or None where nobody may call, and who calls there; and what was found on the way."""

    account: str | None
    arn: str = ""
    findings: tuple[Finding, ...]


def who_calls(sts: Any) -> Caller:
    """Asks STS whose credentials these are; `sts` is boto3's client."""
    try:
        identity = sts.get_caller_identity()
    except (ClientError, BotoCoreError) as exc:
        return Caller(account=None, findings=(_refused(exc),))
    found = ok(f"are of {identity['Arn']}", where=WHERE)
    return Caller(account=identity["Account"], arn=identity["Arn"], findings=(found,))


def check_region(region: str | None) -> Iterator[Finding]:
    """The region is the profile's or the environment's; there is no default."""
    if wrong := regions.problem(region):
        what, _, way_out = wrong.rpartition(": ")
        yield error(what, where="AWS region", way_out=way_out)
    else:
        yield ok(f"is {region}", where="AWS region")


def _refused(exc: Exception) -> Finding:
    if isinstance(exc, NoCredentialsError | PartialCredentialsError):
        way_out = "run aws configure (or aws sso login), or set AWS_PROFILE; without an account: make run"
        return error("there are none", where=WHERE, way_out=way_out)
    if isinstance(exc, EndpointConnectionError):
        return error(f"AWS cannot be reached: {exc}", where=WHERE, way_out="check network, proxy and region")
    name = code(exc) if isinstance(exc, ClientError) else type(exc).__name__
    if name in EXPIRED:
        return error("have expired", where=WHERE, way_out="log in again, for instance with aws sso login")
    if name in UNKNOWN:
        return error(f"are not known to AWS ({name})", where=WHERE, way_out="check the key and the secret")
    return error(f"are refused: {exc}", where=WHERE, way_out="log in again, or take another profile")
