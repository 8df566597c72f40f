"""Opens and shuts the direct lane: the URL of a serving function's alias.

The alias is made by the first promotion, so no stack can hold its URL: plain calls make it at every deployment, which
repairs it. A URL knows no throttle, so the stack bounds the calls at once of each function that has one: a URL goes
before that bound does, and comes after it.

Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.names import LIVE, serving_function
from workflows.deploying.asking import find
from workflows.deploying.progress import Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

PHASE = "direct lane"
SIGNED: Literal["AWS_IAM"] = "AWS_IAM"
"""Only requests that are signed with credentials of AWS are let through."""
Action = Literal["open", "sign", "shut", "wait", "unchanged"]
"""`sign` is for a URL that lets through who does not sign."""
LATER = "nothing is live yet: the next deployment after the first promotion opens it"


@dataclass(frozen=True, kw_only=True)
class LaneChange:
    """What a deployment makes of a model's direct lane."""

    model: str
    action: Action

    @property
    def is_change(self) -> bool:
        return self.action in ("open", "sign", "shut")

    @property
    def closes(self) -> bool:
        """Whether it lets fewer through. It comes before the stack, which may lift the bound of the calls at once."""
        return self.action in ("sign", "shut")


def lane_changes(
    client: LambdaClient, *, stage: str, models: Sequence[str], is_wanted: bool
) -> tuple[LaneChange, ...]:
    """Of each model; raises DeploymentFailed for what AWS refuses to tell."""
    functions = {model: serving_function(stage, model) for model in models}
    return tuple(_change(client, functions[model], model, is_wanted=is_wanted) for model in models)


def _change(client: LambdaClient, function: str, model: str, *, is_wanted: bool) -> LaneChange:
    url = find(f"the URL of {function}", client.get_function_url_config, FunctionName=function, Qualifier=LIVE)
    if url is not None:
        signed: Action = "unchanged" if url["AuthType"] == SIGNED else "sign"
        return LaneChange(model=model, action=signed if is_wanted else "shut")
    if not is_wanted:
        return LaneChange(model=model, action="unchanged")
    alias = find(f"alias {LIVE} of {function}", client.get_alias, FunctionName=function, Name=LIVE)
    return LaneChange(model=model, action="open" if alias is not None else "wait")


def carry_out(client: LambdaClient, changes: Sequence[LaneChange], *, stage: str, report: Report) -> list[str]:
    """Make the lanes so; returns notes. Raises DeploymentFailed; repeating it continues."""
    for each in changes:
        if each.is_change:
            report(Step(PHASE, _carried_out(client, serving_function(stage, each.model), each), ""))
    return [f"direct lane of {each.model}: {LATER}" for each in changes if each.action == "wait"]


def _carried_out(client: LambdaClient, function: str, change: LaneChange) -> str:
    named: Any = {"FunctionName": function, "Qualifier": LIVE}
    with refusals(f"setting the URL of {function}"):
        if change.action == "shut":
            client.delete_function_url_config(**named)
            return f"{function} has no URL any more"
        set_url = client.create_function_url_config if change.action == "open" else client.update_function_url_config
        return f"{function} answers on {set_url(**named, AuthType=SIGNED)['FunctionUrl']}"
