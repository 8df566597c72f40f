"""Defines the state machine that transforms a batch, in a stage whose versions have endpoints, and its role."""

from __future__ import annotations

from chalicelib import layout, names
from chalicelib.settings.stage import StageSettings
from workflows.stacks.arns import arn, completed, names_of
from workflows.stacks.hosting.endpoints import key_statements
from workflows.stacks.statements import Json, allow, role

PARAMETERS: Json = {
    "TransformDefinitionSha256": {
        "Type": "String",
        "AllowedPattern": "[0-9a-f]{64}",
        "Description": "The definition of the state machine that transforms a batch",
    }
}
RULE = "rule/StepFunctionsGetEventsForSageMakerTransformJobsRule"
"""By which Step Functions hears of the end of a job.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html"""


def machine(stage: str, settings: StageSettings) -> dict[str, Json]:
    actions = ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob", "AddTags")
    jobs = [arn("sagemaker", f"transform-job/{names.transform_prefix(stage)}*")]
    statements = [
        allow([f"sagemaker:{action}" for action in actions], on=jobs),
        allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], on=[arn("events", RULE)]),
        *key_statements(settings),
    ]
    return {
        "TransformRole": role("states.amazonaws.com", statements=statements, boundary=settings.permissions_boundary),
        "Transform": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": names_of(stage).transform_machine,
                "StateMachineType": "STANDARD",
                "RoleArn": {"Fn::GetAtt": ["TransformRole", "Arn"]},
                "DefinitionS3Location": {
                    "Bucket": completed(names_of(stage).bucket),
                    "Key": completed(layout.deployed("${TransformDefinitionSha256}", ".asl.json")),
                },
                "DefinitionSubstitutions": {"Stage": stage},
            },
        },
    }
