import pytest

from workflows.definitions.checks.integrations import integration_mistakes

TRAINING = "arn:aws:states:::sagemaker:createTrainingJob.sync"
TRAINING_PARAMETERS = {
    "TrainingJobName": "a-run",
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/key"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 900},
    "Tags": [{"Key": "model", "Value": "kdd99-http"}],
}


def test_right_call_has_no_mistakes() -> None:
    assert integration_mistakes(TRAINING, TRAINING_PARAMETERS) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"RoleARN": "x"}, 'Unknown parameter in input: "RoleARN"'),
        ({"RoleArn": "short"}, "Parameters.RoleArn is 'short': expected"),
        ({"TrainingJobName": "a_run"}, "Parameters.TrainingJobName is 'a_run'"),
        ({"TrainingJobName": "r" * 64}, "Parameters.TrainingJobName is 64 long or large: at most 63"),
        ({"AlgorithmSpecification": {"TrainingInputMode": "Pipes"}}, "TrainingInputMode is 'Pipes': expected one of"),
        ({"HyperParameters": {"alpha": 0.5}}, "Invalid type for parameter HyperParameters.alpha"),
        ({"Tags": [{"Key": "model", "Value": "v" * 257}]}, "Parameters.Tags[0].Value is 257 long or large"),
    ],
)
def test_call_that_the_service_would_refuse_is_found(changes: dict[str, object], message: str) -> None:
    mistakes = integration_mistakes(TRAINING, {**TRAINING_PARAMETERS, **changes})

    assert any(message in mistake for mistake in mistakes), mistakes


def test_missing_parameter_is_found() -> None:
    parameters = {name: value for name, value in TRAINING_PARAMETERS.items() if name != "RoleArn"}

    assert integration_mistakes(TRAINING, parameters) == ['Missing required parameter in input: "RoleArn"']


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("arn:aws:states:::aws-sdk:sagemakr:createModel", "sagemakr"),
        ("arn:aws:states:::aws-sdk:sns:publishAll", "PublishAll"),
        ("arn:aws:states:::aws-sdk:sns:Publish", "the action in camelCase"),
    ],
)
def test_unknown_service_or_action_is_found(resource: str, message: str) -> None:
    [mistake] = integration_mistakes(resource, {})

    assert message in mistake


def test_keys_are_pascal_case_even_where_the_service_has_them_in_camel_case() -> None:
    start = "arn:aws:states:::states:startExecution"
    machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:a-machine"

    assert integration_mistakes(start, {"StateMachineArn": machine}) == []
    assert integration_mistakes(start, {"stateMachineArn": machine}) != []


def test_action_without_parameters_takes_none() -> None:
    assert integration_mistakes("arn:aws:states:::aws-sdk:sts:getCallerIdentity", {}) == []
