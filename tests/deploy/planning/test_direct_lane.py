"""The URL of a serving function's alias is planned, opened and shut on the local AWS, and goes with its function.

The tests run in this order.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from chalicelib.names import LIVE, serving_function
from tests.deploy.planning.conftest import MODELS, Project
from tests.deploy.planning.test_every_difference import variable
from workflows.deploying.serving.direct_lane import LATER, PHASE

VARIABLE = "NIGHTSWAP_DIRECT_CONCURRENCY"
(MODEL,) = MODELS
FUNCTION = serving_function("local", MODEL)


def url(project: Project) -> Any:
    """Of the alias; None where it has none."""
    try:
        return project.client("lambda").get_function_url_config(FunctionName=FUNCTION, Qualifier=LIVE)
    except ClientError as exc:
        assert exc.response["Error"]["Code"] == "ResourceNotFoundException"
        return None


def is_bound(project: Project) -> bool:
    """Whether the stack bounds the calls at once."""
    told = project.client("cloudformation").get_template(StackName=project.names.stack)["TemplateBody"]
    return "ReservedConcurrentExecutions" in str(told)


def promote(project: Project) -> None:
    functions = project.client("lambda")
    version = functions.publish_version(FunctionName=FUNCTION)["Version"]
    functions.create_alias(FunctionName=FUNCTION, Name=LIVE, FunctionVersion=version)


def planned(project: Project) -> str:
    (lane,) = project.plan().direct_lanes
    return str(lane.action)


def test_url_is_opened_once_something_is_live_and_shut_when_the_setting_goes(project: Project) -> None:
    functions = project.client("lambda")
    variable(VARIABLE, "5")(project)

    waiting = project.deploy()
    assert f"direct lane of {MODEL}: {LATER}" in waiting.notes
    assert (planned(project), project.plan().changes_nothing, url(project)) == ("wait", True, None)

    promote(project)
    assert (planned(project), project.plan().changes_nothing) == ("open", False)
    project.deploy()
    assert url(project)["AuthType"] == "AWS_IAM"
    assert project.plan().changes_nothing

    functions.update_function_url_config(FunctionName=FUNCTION, Qualifier=LIVE, AuthType="NONE")
    assert planned(project) == "sign"
    project.deploy()
    assert url(project)["AuthType"] == "AWS_IAM"

    variable(VARIABLE, "0")(project)
    assert planned(project) == "shut"
    was_bound: list[bool] = []
    project.deploy(report=lambda step: was_bound.append(is_bound(project)) if step.phase == PHASE else None)
    assert url(project) is None
    assert was_bound == [True]  # the URL goes first
    assert not is_bound(project)
    assert project.plan().changes_nothing


def test_url_goes_with_its_model_and_with_its_stage(project: Project) -> None:
    functions = project.client("lambda")
    variable(VARIABLE, "5")(project)
    project.deploy()
    assert url(project)["AuthType"] == "AWS_IAM"

    project.deploy(models=("spare",), removes=MODELS)
    assert url(project) is None

    project.deploy(models=("spare", MODEL))
    assert [each.action for each in project.plan(models=("spare", MODEL)).direct_lanes] == ["wait", "wait"]

    promote(project)
    project.deploy(models=("spare", MODEL))
    assert url(project)["AuthType"] == "AWS_IAM"

    project.destroy()
    assert url(project) is None
    assert functions.list_functions()["Functions"] == []
