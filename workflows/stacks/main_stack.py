"""Defines the stack that does the work: tasks, serving functions, state machine, rule that repairs a stopped run."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chalicelib import layout, names
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.runs import Failure, RestoreAliasTask
from chalicelib.edges import serving_layers
from chalicelib.edges.serving_functions import LAYERS
from chalicelib.names import state_name
from chalicelib.settings.reading import ON
from chalicelib.settings.stage import StageSettings
from workflows.packaging.needs import NOTHING, Needs
from workflows.packaging.tasks import task_handler
from workflows.stacks import alarms, functions, layers, permissions, sagemaker
from workflows.stacks.arns import alerts_arn, completed, names_of
from workflows.stacks.hosting import endpoints, transform_machine
from workflows.stacks.settings import DEFAULTS
from workflows.stacks.statements import Json, allow, role

SHA256 = {"Type": "String", "AllowedPattern": "[0-9a-f]{64}"}
PARAMETERS: Json = {
    "TasksSha256": {**SHA256, "Description": "The package of the tasks, so named in the bucket"},
    "PipelineSha256": {**SHA256, "Description": "What every model is trained with: a part of a run's fingerprint"},
    "PlaceholderSha256": {**SHA256, "Description": "The package of a serving function that has no model yet"},
    "DefinitionSha256": {**SHA256, "Description": "The state machine's definition"},
    "ServingSha256": {**SHA256, "Description": "Serving code and configuration: a part of a run's fingerprint"},
}
UNFINISHED = ("ABORTED", "TIMED_OUT", "FAILED")
"""Statuses of an execution that ended before its own states could record it."""


def main_template(
    stage: str,
    *,
    models: Sequence[str],
    settings: StageSettings = DEFAULTS,
    with_layers: bool = True,
    needs: Needs = NOTHING,
) -> Json:
    """The template of `nightswap-S`, with a serving function for each model, and what they need.

    Without layers the functions have to find their libraries where they run.
    """
    used = needs.layers if with_layers else ()
    resources = layers.layer_resources(stage, used, architecture=settings.architecture)
    for task in names.PIPELINE:
        resources |= _task(stage, task, settings, needs, layers_of_task=needs.of_task(task) if with_layers else ())
    for model in models:
        resources |= _serving(stage, model, settings, needs, with_layers=with_layers)
    resources |= _state_machine(stage, settings, needs)
    resources |= transform_machine.machine(stage, settings) if needs.endpoints else {}
    resources |= _restore_rule()
    resources |= _restore_failures(stage)
    resources |= alarms.stage_alarms(stage)
    for model in models:
        resources |= alarms.model_alarms(stage, model, logical_id=serving_id(model), settings=settings)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"nightswap, stage {stage}: retrains, judges and serves models",
        "Parameters": {
            **PARAMETERS,
            **layers.parameters(used),
            **(sagemaker.PARAMETERS if needs.on_sagemaker else {}),
            **(transform_machine.PARAMETERS if needs.endpoints else {}),
        },
        **({"Mappings": sagemaker.mappings(built_ins=bool(needs.by_built_ins))} if needs.on_sagemaker else {}),
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


def _task(
    stage: str, task: str, settings: StageSettings, needs: Needs, *, layers_of_task: Sequence[str]
) -> dict[str, Json]:
    is_told = task == "train" and needs.serving
    statements = permissions.task_statements(stage, task)
    if needs.on_sagemaker:
        statements += sagemaker.task_statements(stage, task, settings=settings, tuner=bool(needs.by_tuner))
    return functions.function_resources(
        state_name(task),
        name=names.task_function(stage, task),
        statements=[*statements, *endpoints.task_statements(stage, task, needs)],
        properties={
            **functions.configuration(task_handler(task), functions.task_sizes(settings)[task], settings=settings),
            **layers.attached(layers_of_task),
            "Code": _code(stage, "TasksSha256"),
            "LoggingConfig": functions.LOGGING,
            "Environment": {
                "Variables": {
                    "NIGHTSWAP_STAGE": stage,
                    "NIGHTSWAP_CODE_SHA256": {"Ref": "PipelineSha256"},
                    "NIGHTSWAP_SERVING_SHA256": {"Ref": "ServingSha256"},
                    "NIGHTSWAP_STALE_DAYS": str(settings.stale_days),
                    **({"NIGHTSWAP_APPROVE": settings.approve} if task == "replay" else {}),
                    **({"NIGHTSWAP_SERVING_LAYERS": serving_layers.told(needs.serving)} if is_told else {}),
                    **({"NIGHTSWAP_ENDPOINTS": ON} if needs.endpoints and task in endpoints.CLEARING else {}),
                }
            },
        },
        settings=settings,
    )


def _serving(stage: str, model: str, settings: StageSettings, needs: Needs, *, with_layers: bool) -> dict[str, Json]:
    """The stack owns the function's configuration; a run owns its code, its versions and the alias `live`."""
    needed = needs.of_function(model)
    sizes = {"memory_mb": needs.memory_mb.get(model), "timeout_seconds": needs.timeout_seconds.get(model)}
    bound = {"ReservedConcurrentExecutions": settings.direct_concurrency} if settings.direct_concurrency else {}
    told = {"Environment": {"Variables": {LAYERS: serving_layers.named(needed)}}} if needed else {}
    return functions.function_resources(
        serving_id(model),
        name=names.serving_function(stage, model),
        statements=permissions.serving_statements(stage, model, logical_id=serving_id(model), needs=needs),
        properties={
            **functions.serving_configuration(settings, **sizes),
            **layers.attached(needed if with_layers else ()),
            **told,
            **bound,
            "Code": _code(stage, "PlaceholderSha256"),
        },
        settings=settings,
    )


def _code(stage: str, parameter: str) -> Json:
    return {
        "S3Bucket": completed(names_of(stage).bucket),
        "S3Key": completed(layout.deployed(f"${{{parameter}}}", ".zip")),
    }


def _state_machine(stage: str, settings: StageSettings, needs: Needs) -> dict[str, Json]:
    functions_by_state: dict[str, Json] = {
        state_name(task): {"Fn::GetAtt": [f"{state_name(task)}Function", "Arn"]} for task in names.TASKS
    }
    traced = functions.is_traced(settings)
    statements = [allow(["lambda:InvokeFunction"], on=list(functions_by_state.values()))]
    statements += [functions.tracing_statement()] if traced else []
    statements += sagemaker.machine_statements(stage, tuner=bool(needs.by_tuner)) if needs.on_sagemaker else []
    statements += endpoints.machine_statements(stage, settings) if needs.endpoints else []
    others, jobs = _on_sagemaker(stage, settings, needs) if needs.on_sagemaker else ({}, {})
    others |= endpoints.substitutions(stage, settings, needs) if needs.endpoints else {}
    hosts = endpoints.endpoint_role(stage, settings, needs) if needs.endpoints else {}
    machine = names_of(stage).state_machine
    return {
        **jobs,
        **hosts,
        "RetrainRole": role("states.amazonaws.com", statements=statements, boundary=settings.permissions_boundary),
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
                "DefinitionSubstitutions": {**functions_by_state, **others},
                **({"TracingConfiguration": {"Enabled": True}} if traced else {}),
            },
        },
    }


def _on_sagemaker(stage: str, settings: StageSettings, needs: Needs) -> tuple[Json, dict[str, Json]]:
    """What the definition's placeholders stand for, and the role of the jobs."""
    own = bool(needs.by_built_ins)
    role_of_jobs = sagemaker.training_role(stage, settings=settings, built_ins=own)
    return sagemaker.substitutions(stage, built_ins=own), role_of_jobs


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


def _restore_failures(stage: str) -> dict[str, Json]:
    """The rule's call is asynchronous: when Lambda's own two retries fail as well, the topic gets the event."""
    return {
        "RestoreAliasFailures": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": {"Ref": "RestoreAliasFunction"},
                "Qualifier": "$LATEST",
                "DestinationConfig": {"OnFailure": {"Destination": alerts_arn(stage)}},
            },
        }
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
