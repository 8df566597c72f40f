"""The stack that does the work: tasks, serving functions, state machine, and the rule that repairs a stopped run."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chalicelib import layout, names
from chalicelib.contracts import Failure, RestoreAliasTask, to_event
from workflows.definitions.functions import state_name
from workflows.packaging.tasks import task_handler
from workflows.stacks import functions, permissions
from workflows.stacks.arns import completed, names_of
from workflows.stacks.statements import Json, allow, role

SHA256 = {"Type": "String", "AllowedPattern": "[0-9a-f]{64}"}
PARAMETERS: Json = {
    "TasksSha256": {**SHA256, "Description": "The package of the tasks, which lies under this name in the bucket"},
    "PlaceholderSha256": {**SHA256, "Description": "The package of a serving function that has no model yet"},
    "DefinitionSha256": {**SHA256, "Description": "The state machine's definition"},
    "ServingSha256": {**SHA256, "Description": "Serving code and configuration: a part of a run's fingerprint"},
}
UNFINISHED = ("ABORTED", "TIMED_OUT", "FAILED")
"""How an execution ends without its own states having had the last word."""


def main_template(stage: str, *, models: Sequence[str]) -> Json:
    """The template of `nightswap-S`, with a serving function for each model."""
    resources: dict[str, Json] = {}
    for task in names.TASKS:
        resources |= _task(stage, task)
    for model in models:
        resources |= _serving(stage, model)
    resources |= _state_machine(stage)
    resources |= _restore_rule()
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"nightswap, stage {stage}: retrains, judges and serves models",
        "Parameters": PARAMETERS,
        "Resources": resources,
    }


def serving_id(model: str) -> str:
    """The logical ID of a model's serving function.

    A logical ID takes letters and digits alone. A model's name has no capital letter, so with X for each hyphen two
    models never share one.

    >>> serving_id("kdd99-http")
    'ServeKdd99Xhttp'
    """
    return f"Serve{model[0].upper()}{model[1:].replace('-', 'X')}"


def _task(stage: str, task: str) -> dict[str, Json]:
    return functions.function_resources(
        state_name(task),
        name=names.task_function(stage, task),
        description=f"The state {state_name(task)} of a retrain",
        statements=permissions.task_statements(stage, task),
        properties={
            **functions.configuration(task_handler(task), functions.TASK_SIZES[task]),
            "Code": _code(stage, "TasksSha256"),
            "Environment": {
                "Variables": {
                    "NIGHTSWAP_STAGE": stage,
                    "NIGHTSWAP_CODE_SHA256": {"Ref": "TasksSha256"},
                    "NIGHTSWAP_SERVING_SHA256": {"Ref": "ServingSha256"},
                }
            },
        },
    )


def _serving(stage: str, model: str) -> dict[str, Json]:
    """The stack owns the function's configuration; a run owns its code, its versions and the alias `live`."""
    return functions.function_resources(
        serving_id(model),
        name=names.serving_function(stage, model),
        description=f"Answers with the live model {model}",
        statements=permissions.serving_statements(stage, model),
        properties={**functions.serving_configuration(), "Code": _code(stage, "PlaceholderSha256")},
    )


def _code(stage: str, parameter: str) -> Json:
    return {
        "S3Bucket": completed(names_of(stage).bucket),
        "S3Key": completed(layout.deployed(f"${{{parameter}}}", ".zip")),
    }


def _state_machine(stage: str) -> dict[str, Json]:
    functions_by_state: dict[str, Json] = {
        state_name(task): {"Fn::GetAtt": [f"{state_name(task)}Function", "Arn"]} for task in names.TASKS
    }
    invoke = allow(["lambda:InvokeFunction"], on=list(functions_by_state.values()))
    machine = names_of(stage).state_machine
    return {
        "RetrainRole": role("states.amazonaws.com", description=f"What {machine} may invoke", statements=[invoke]),
        "Retrain": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": machine,
                "StateMachineType": "STANDARD",
                "RoleArn": {"Fn::GetAtt": ["RetrainRole", "Arn"]},
                "DefinitionS3Location": {
                    "Bucket": completed(names_of(stage).bucket),
                    "Key": completed(layout.deployed("${DefinitionSha256}", ".asl.json")),
                },
                "DefinitionSubstitutions": functions_by_state,
            },
        },
    }


def _restore_rule() -> dict[str, Json]:
    """No Catch runs when an execution is stopped or times out, so the execution's end itself calls RestoreAlias."""
    restore = {"Fn::GetAtt": ["RestoreAliasFunction", "Arn"]}
    return {
        "RunUnfinished": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Description": "A retrain ended without recording its outcome: put its alias right",
                "EventPattern": {
                    "source": ["aws.states"],
                    "detail-type": ["Step Functions Execution Status Change"],
                    "detail": {"stateMachineArn": [{"Ref": "Retrain"}], "status": list(UNFINISHED)},
                },
                "Targets": [{"Id": "restore-alias", "Arn": restore, "InputTransformer": _restore_input()}],
            },
        },
        "RunUnfinishedPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": restore,
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": ["RunUnfinished", "Arn"]},
            },
        },
    }


def _restore_input() -> Json:
    """EventBridge's event as a RestoreAliasTask. `<run>` alone becomes a JSON string, inside a string its letters.

    Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
    """
    failure = Failure(Error="<status>", Cause="the execution ended <status>")
    task = RestoreAliasTask(run="<run>", model=None, failure=to_event(failure))
    return {
        "InputPathsMap": {"run": "$.detail.name", "status": "$.detail.status"},
        "InputTemplate": json.dumps(to_event(task)).replace('"<run>"', "<run>").replace('"<status>"', "<status>"),
    }
