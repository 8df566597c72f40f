from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.asking import ABSENT, find

REFUSALS = [
    *((code, "any words", True) for code in sorted(ABSENT)),
    ("ValidationError", "Stack with id nightswap-prod does not exist", True),
    ("ValidationError", "1 validation error detected", False),
    ("AccessDenied", "the user does not exist", False),
]


@pytest.mark.parametrize(("code", "message", "is_absent"), REFUSALS, ids=[code for code, *_ in REFUSALS])
def test_what_does_not_exist_is_none_and_any_other_refusal_is_an_error(
    code: str, message: str, is_absent: bool
) -> None:
    def ask(*, Name: str) -> str:
        raise ClientError({"Error": {"Code": code, "Message": f"{message} {Name}"}}, "Describe")

    if is_absent:
        assert find("a thing", ask, Name="a") is None
    else:
        with pytest.raises(DeploymentFailed, match="looking for a thing"):
            find("a thing", ask, Name="a")


def test_what_exists_is_what_was_asked() -> None:
    assert find("a thing", lambda **given: given, Name="a") == {"Name": "a"}
