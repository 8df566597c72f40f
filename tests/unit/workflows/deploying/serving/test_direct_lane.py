from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.progress import Step
from workflows.deploying.serving.direct_lane import LATER, Action, LaneChange, carry_out, lane_changes

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

FUNCTION = "nightswap-prod-serve-loans"


@dataclass
class FakeLambda:
    """Knows of one function its alias and the URL of that."""

    has_alias: bool = True
    auth: str | None = None
    """Of the URL; None where there is none."""
    denied: bool = False
    asked: list[str] = field(default_factory=list)

    def get_function_url_config(self, **given: Any) -> Any:
        assert given == {"FunctionName": FUNCTION, "Qualifier": "live"}
        if self.auth is None:
            raise refusal("ResourceNotFoundException")
        return {"AuthType": self.auth}

    def get_alias(self, **given: Any) -> Any:
        assert given == {"FunctionName": FUNCTION, "Name": "live"}
        if not self.has_alias:
            raise refusal("ResourceNotFoundException")
        return {}

    def create_function_url_config(self, **given: Any) -> Any:
        assert self.auth is None
        return self._set(given, "create")

    def update_function_url_config(self, **given: Any) -> Any:
        assert self.auth is not None
        return self._set(given, "update")

    def delete_function_url_config(self, **given: Any) -> None:
        self._set({**given, "AuthType": None}, "delete")

    def _set(self, given: Any, what: str) -> Any:
        if self.denied:
            raise refusal("AccessDeniedException")
        assert (given["FunctionName"], given["Qualifier"]) == (FUNCTION, "live")
        self.auth = given["AuthType"]
        self.asked.append(what)
        return {"FunctionUrl": "https://abc.lambda-url.eu-west-1.on.aws/"}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "AnOperation")


def deploy(fake: FakeLambda, *, is_wanted: bool) -> tuple[str, list[Step], list[str]]:
    """What is planned, what is reported, and the notes."""
    client = cast("LambdaClient", fake)
    steps: list[Step] = []
    changes = lane_changes(client, stage="prod", models=["loans"], is_wanted=is_wanted)
    notes = carry_out(client, changes, stage="prod", report=steps.append)
    (change,) = changes
    assert change.is_change == bool(steps) == bool(fake.asked)
    return change.action, steps, notes


def test_url_of_a_live_model_is_opened_to_who_signs_and_told() -> None:
    fake = FakeLambda()

    action, (step,), notes = deploy(fake, is_wanted=True)

    assert (action, fake.auth, fake.asked, notes) == ("open", "AWS_IAM", ["create"], [])
    assert step.subject == f"{FUNCTION} answers on https://abc.lambda-url.eu-west-1.on.aws/"


def test_url_that_lets_everybody_through_is_put_right() -> None:
    fake = FakeLambda(auth="NONE")

    action, _, _ = deploy(fake, is_wanted=True)

    assert (action, fake.auth, fake.asked) == ("sign", "AWS_IAM", ["update"])


def test_model_that_was_never_live_is_told_to_wait() -> None:
    action, steps, notes = deploy(FakeLambda(has_alias=False), is_wanted=True)

    assert (action, steps, notes) == ("wait", [], [f"direct lane of loans: {LATER}"])


def test_url_that_is_not_wanted_goes() -> None:
    fake = FakeLambda(auth="AWS_IAM")

    action, (step,), _ = deploy(fake, is_wanted=False)

    assert (action, fake.auth, step.subject) == ("shut", None, f"{FUNCTION} has no URL any more")


@pytest.mark.parametrize(("auth", "is_wanted"), [("AWS_IAM", True), (None, False)])
def test_what_is_as_it_should_be_stays(auth: str | None, is_wanted: bool) -> None:
    action, steps, notes = deploy(FakeLambda(auth=auth), is_wanted=is_wanted)

    assert (action, steps, notes) == ("unchanged", [], [])


@pytest.mark.parametrize(("auth", "is_wanted"), [(None, True), ("AWS_IAM", False)])
def test_refusal_of_aws_says_what_was_tried(auth: str | None, is_wanted: bool) -> None:
    with pytest.raises(DeploymentFailed, match=f"setting the URL of {FUNCTION}"):
        deploy(FakeLambda(auth=auth, denied=True), is_wanted=is_wanted)


@pytest.mark.parametrize(
    ("action", "closes"), [("open", False), ("sign", True), ("shut", True), ("wait", False), ("unchanged", False)]
)
def test_what_lets_fewer_through_closes(action: Action, closes: bool) -> None:
    assert LaneChange(model="loans", action=action).closes is closes
