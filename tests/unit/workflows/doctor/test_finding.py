"""What a check reports, and what stops a deployment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.errors import DeploymentFailed, RecipeUnknown
from workflows.doctor.finding import (
    Finding,
    Severity,
    error,
    is_healthy,
    note,
    ok,
    refuse,
    unhindered,
    warning,
)

GOOD = [
    ok("is there", where="bucket"),
    note("is old", where="runtime"),
    warning("is small", where="quota", way_out="ask for more"),
]
BAD = error("is gone", where="role", way_out="deploy")


def test_finding_has_its_severity_place_and_way_out() -> None:
    found = [*GOOD, BAD, note("is new", where="zone", way_out="look")]

    assert [(each.severity, each.what, each.where, each.way_out) for each in found] == [
        (Severity.OK, "is there", "bucket", ""),
        (Severity.NOTE, "is old", "runtime", ""),
        (Severity.WARNING, "is small", "quota", "ask for more"),
        (Severity.ERROR, "is gone", "role", "deploy"),
        (Severity.NOTE, "is new", "zone", "look"),
    ]
    assert [*Severity] == ["ok", "note", "warning", "error"]


def test_errors_alone_are_unhealthy_and_stop_a_deployment() -> None:
    assert is_healthy(GOOD) and not is_healthy([*GOOD, BAD])
    refuse(GOOD)
    with pytest.raises(DeploymentFailed) as raised:
        refuse([BAD, *GOOD, BAD])

    assert raised.value.message == (
        "role is gone\nrole is gone\nNothing was changed: correct that, and repeat the command"
    )


@pytest.mark.parametrize(
    ("refusal", "words", "way_out"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "GetRole"), "AccessDenied", "permit the call"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1"), "Could not connect", "permit the call"),
        (RecipeUnknown("there is none", model="m", known=[]), "there is none", "try again"),
    ],
)
def test_check_that_is_not_answered_ends_with_a_warning(refusal: Exception, words: str, way_out: str) -> None:
    def asked() -> Iterator[Finding]:
        yield GOOD[0]
        raise refusal

    first, last = unhindered(asked(), where="role")

    assert first == GOOD[0]
    assert (last.severity, last.where) == (Severity.WARNING, "role")
    assert last.what.startswith("could not be checked: ") and words in last.what
    assert last.way_out.startswith(way_out)
