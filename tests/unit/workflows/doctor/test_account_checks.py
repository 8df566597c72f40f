"""Each check of the account on something healthy and on something broken, which it names with the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from chalicelib.names import Names
from workflows.doctor.account.credentials import check_region, who_calls
from workflows.doctor.account.existing import check_bucket, check_stacks
from workflows.doctor.account.lambda_limits import check_direct_lane, check_limits
from workflows.doctor.finding import Finding, Severity, is_healthy, unhindered

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "AnyOperation")


class Answering:
    """A client whose every operation gives the answer, or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __getattr__(self, _operation: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def worst(findings: list[Finding]) -> Severity:
    return max((each.severity for each in findings), key=list(Severity).index)


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (NoCredentialsError(), "there are none"),
        (refusal("ExpiredToken"), "have expired"),
        (refusal("InvalidClientTokenId"), "are not known"),
        (refusal("AccessDenied"), "are refused"),
    ],
)
def test_credentials_that_do_not_work_are_explained(raised: Exception, words: str) -> None:
    caller = who_calls(Answering(raised))

    assert caller.account is None
    assert words in caller.findings[0].what
    assert caller.findings[0].way_out


def test_missing_region_is_an_error() -> None:
    assert not is_healthy(check_region(None))
    assert is_healthy(check_region("eu-west-1"))


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_region_of_another_partition_is_an_error(region: str) -> None:
    (finding,) = check_region(region)

    assert not is_healthy([finding])
    assert f"is {region}, in AWS's partition aws-" in finding.what
    assert "eu-west-1" in finding.way_out


@pytest.mark.parametrize(("concurrency", "expected"), [(10, Severity.WARNING), (1000, Severity.OK)])
def test_limits_of_a_new_account_are_a_warning(concurrency: int, expected: Severity) -> None:
    answer = {
        "AccountLimit": {"ConcurrentExecutions": concurrency, "TotalCodeSize": 100},
        "AccountUsage": {"TotalCodeSize": 1},
    }

    assert worst(list(check_limits(Answering(answer)))) is expected


@pytest.mark.parametrize(("code", "expected"), [("404", True), ("403", False)])
def test_bucket_of_another_account_is_an_error(code: str, expected: bool) -> None:
    findings = check_bucket(Answering(refusal(code)), NAMES, stack_exists=False)

    assert is_healthy(findings) is expected


def test_kept_bucket_is_adopted() -> None:
    (found,) = check_bucket(Answering({}), NAMES, stack_exists=False)

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("tags", "status", "expected"),
    [
        ([], "CREATE_COMPLETE", Severity.ERROR),
        ([{"Key": "nightswap:stage", "Value": "prod"}], "CREATE_COMPLETE", Severity.OK),
        ([{"Key": "nightswap:stage", "Value": "prod"}], "UPDATE_IN_PROGRESS", Severity.NOTE),
        ([{"Key": "nightswap:stage", "Value": "prod"}], "UPDATE_ROLLBACK_FAILED", Severity.ERROR),
    ],
)
def test_stack_without_our_tag_is_somebody_elses(tags: Any, status: str, expected: Severity) -> None:
    client = Answering({"Stacks": [{"StackStatus": status, "Tags": tags}]})

    assert worst(list(check_stacks(client, NAMES))) is expected


def test_refused_look_is_a_warning_and_not_the_end() -> None:
    (found,) = unhindered(check_limits(Answering(refusal("AccessDenied"))), where="limits")

    assert (found.severity, found.where) == (Severity.WARNING, "limits")


@pytest.mark.parametrize(("used", "expected"), [(79, Severity.OK), (80, Severity.WARNING)])
def test_room_for_code_is_told_once_four_fifths_of_it_are_taken(used: int, expected: Severity) -> None:
    answer = {
        "AccountLimit": {"ConcurrentExecutions": 1000, "TotalCodeSize": 100},
        "AccountUsage": {"TotalCodeSize": used},
    }

    assert worst(list(check_limits(Answering(answer)))) is expected


class FakeLambda:
    """Two functions of the stage reserve so many executions; None is for functions that are not there."""

    def __init__(self, *, unreserved: int, reserved: int | None) -> None:
        self.unreserved = unreserved
        self.reserved = reserved

    def get_account_settings(self) -> Any:
        return {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": self.unreserved}}

    def get_function(self, **given: Any) -> Any:
        assert given["FunctionName"] in ("nightswap-prod-serve-cars", "nightswap-prod-serve-loans")
        if self.reserved is None:
            raise refusal("ResourceNotFoundException")
        return {"Concurrency": {"ReservedConcurrentExecutions": self.reserved}} if self.reserved else {}


def lane(calls_at_once: int, *, unreserved: int, reserved: int | None) -> list[Finding]:
    client = FakeLambda(unreserved=unreserved, reserved=reserved)
    found = check_direct_lane(client, stage="prod", models=["cars", "loans"], calls_at_once=calls_at_once)
    return list(found)


@pytest.mark.parametrize("reserved", [None, 0])
@pytest.mark.parametrize(
    ("unreserved", "expected"), [(200, Severity.OK), (199, Severity.ERROR), (10, Severity.ERROR)]
)
def test_direct_lane_leaves_a_hundred_executions_to_other_functions(
    unreserved: int, reserved: int | None, expected: Severity
) -> None:
    (found,) = lane(50, unreserved=unreserved, reserved=reserved)

    assert (found.severity, found.where) == (expected, "NIGHTSWAP_DIRECT_CONCURRENCY")
    assert f"50 of each of 2 models leave {unreserved - 100} of 1000 executions" in found.what


def test_what_the_direct_lane_has_reserved_is_not_counted_twice() -> None:
    (found,) = lane(50, unreserved=100, reserved=50)

    assert (found.severity, found.way_out) == (Severity.OK, "")


def test_refused_look_at_a_function_is_a_warning() -> None:
    client = Answering(refusal("AccessDeniedException"))

    (found,) = unhindered(check_direct_lane(client, stage="prod", models=["cars"], calls_at_once=1), where="the lane")

    assert (found.severity, found.where) == (Severity.WARNING, "the lane")
