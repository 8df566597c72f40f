"""Who may do what, decided by evaluating the policies: those of the stack's roles and those that Chalice gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.names import TASKS, Names, state_name
from tests.contract.stacks.evaluating import permits
from tests.contract.stacks.reading import of_type, resolved, statements
from workflows.packaging.needs import Needs
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template

CHALICE = Path(__file__).parents[3] / ".chalice"
NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
MAIN = main_template("prod", models=["kdd99-http"])
(BUCKET_POLICY,) = of_type(data_template(NAMES), "AWS::S3::BucketPolicy").values()

HERE = "eu-west-1:123456789012"
BUCKET = "arn:aws:s3:::nightswap-prod-123456789012-eu-west-1"
SERVING = f"arn:aws:lambda:{HERE}:function:nightswap-prod-serve-kdd99-http"
MACHINE = f"arn:aws:states:{HERE}:stateMachine:nightswap-prod-retrain"
EXECUTION = f"arn:aws:states:{HERE}:execution:nightswap-prod-retrain:a-run"
TOKENS = f"{BUCKET}/tokens/{'a' * 64}.json"
ENTRY = f"{BUCKET}/ledger/kdd99-http/0000000001.json"
ALERTS = f"arn:aws:sns:{HERE}:nightswap-prod-alerts"
BUS = f"arn:aws:events:{HERE}:event-bus/default"
MOVE_ALIAS = f"arn:aws:lambda:{HERE}:function:nightswap-prod-move-alias"
PREDICT_BATCH = MOVE_ALIAS.replace("move-alias", "predict-batch")
QUARANTINED = f"{BUCKET}/models/kdd99-http/quarantine/{'a' * 64}.json"
STATES = [state_name(task) for task in TASKS]


def function_arn(state: str) -> str:
    """What the state machine's role is given for a task's function, as the reader of the template resolves it."""
    return str(resolved({"Fn::GetAtt": [f"{state}Function", "Arn"]}))


def of(who: str) -> list[dict[str, Any]]:
    """The statements of a role of the stack, or of a policy file of Chalice."""
    if who.startswith("policy-"):
        found: list[dict[str, Any]] = json.loads((CHALICE / who).read_bytes())["Statement"]
        return found
    return statements(MAIN, f"{who}Role")


EVERYBODY = [
    *(role.removesuffix("Role") for role in of_type(MAIN, "AWS::IAM::Role")),
    *("policy-prod.json", "policy-prod-nightly.json", "policy-prod-authorize.json"),
]

PERMITTED = [
    ("RestoreAlias", "lambda:UpdateAlias", SERVING),
    ("RestoreAlias", "states:DescribeExecution", EXECUTION),
    ("RestoreAlias", "s3:DeleteObject", f"{BUCKET}/locks/kdd99-http"),
    ("RestoreAlias", "s3:PutObject", f"{BUCKET}/runs/a-run/restore_alias.json"),
    ("RestoreAlias", "s3:PutObject", f"{BUCKET}/runs/a-run/restore_after_failure.json"),
    ("Preprocess", "s3:GetObject", f"{BUCKET}/datasets/kdd99-http/first.csv.gz"),
    ("Preprocess", "s3:PutObject", f"{BUCKET}/locks/kdd99-http"),
    ("RestoreAlias", "lambda:CreateAlias", SERVING),
    ("Preprocess", "s3:GetObject", f"{BUCKET}/runs/a-run/dataset.json"),
    *(
        ("Preprocess", action, f"{BUCKET}/parts/kdd99-http/{name}")
        for action in ("s3:GetObject", "s3:PutObject")
        for name in ("kept.json", f"{64 * 'a'}.zip")
    ),
    *((who, "s3:GetObject", f"{BUCKET}/parts/kdd99-http/{64 * 'a'}.zip") for who in ("Train", "Evaluate")),
    ("Train", "s3:PutObject", f"{BUCKET}/work/a-run/model.json"),
    ("Evaluate", "lambda:GetFunctionConfiguration", SERVING),
    ("Evaluate", "s3:GetObject", f"{BUCKET}/runs/a-run/training.json"),
    ("Evaluate", "s3:PutObject", f"{BUCKET}/runs/a-run/report.json"),
    ("Evaluate", "s3:PutObject", f"{BUCKET}/models/kdd99-http/quality/0000000001.json"),
    ("Evaluate", "s3:PutObject", f"{BUCKET}/row-answers/kdd99-http/a-run.zip"),
    ("Preprocess", "s3:GetObject", f"{BUCKET}/models/kdd99-http/quality/0000000001.json"),
    ("Preprocess", "s3:PutObject", f"{BUCKET}/work/a-run/sides/arrived/0/labels.npy"),
    ("VersionModel", "lambda:UpdateFunctionCode", SERVING),
    ("VersionModel", "s3:PutObject", f"{BUCKET}/models/kdd99-http/versions/000001/manifest.json"),
    ("SwapAlias", "lambda:CreateAlias", SERVING),
    ("SwapAlias", "s3:PutObject", ENTRY),
    ("SwapAlias", "s3:GetObject", f"{BUCKET}/runs/a-run/decision_swap_1.json"),
    ("SwapAlias", "s3:GetObject", f"{BUCKET}/models/kdd99-http/pin.json"),
    ("Evaluate", "s3:PutObject", f"{BUCKET}/work/a-run/replay.json"),
    ("VersionModel", "s3:GetObject", f"{BUCKET}/work/a-run/replay.json"),
    *(
        (who, "lambda:InvokeFunction", f"{SERVING}:{number}")
        for who in ("Replay", "ShiftTraffic", "MoveAlias", "PredictBatch")
        for number in (1, 9, 10, 4711)
    ),
    *((who, "s3:PutObject", QUARANTINED) for who in ("Replay", "ShiftTraffic", "MoveAlias")),
    *((who, "s3:GetObject", QUARANTINED) for who in ("Preprocess", "Evaluate")),
    *((who, "s3:GetObject", ENTRY) for who in ("Preprocess", "Evaluate")),
    ("SwapAlias", "s3:GetObject", f"{BUCKET}/runs/a-run/report.json"),
    ("ShiftTraffic", "lambda:UpdateAlias", SERVING),
    ("ShiftTraffic", "cloudwatch:GetMetricData", "arn:aws:cloudwatch:eu-west-1:123456789012:metric"),
    ("ShiftTraffic", "s3:PutObject", f"{BUCKET}/runs/a-run/health_1.json"),
    ("ShiftTraffic", "s3:GetObject", f"{BUCKET}/runs/a-run/health_1.json"),
    ("MoveAlias", "lambda:UpdateAlias", SERVING),
    ("MoveAlias", "lambda:UpdateFunctionCode", SERVING),
    ("MoveAlias", "s3:PutObject", f"{BUCKET}/moves/rollback-0123456789abcdef.json"),
    ("MoveAlias", "s3:PutObject", ENTRY),
    ("MoveAlias", "s3:DeleteObject", QUARANTINED),
    *(
        (who, action, resource)
        for who in ("RestoreAlias", "RecordOutcome", "MoveAlias")
        for action, resource in (("sns:Publish", ALERTS), ("events:PutEvents", BUS))
    ),
    ("RecordOutcome", "s3:PutObject", f"{BUCKET}/models/kdd99-http/rejected/a-run/report.json"),
    ("RecordOutcome", "s3:DeleteObject", f"{BUCKET}/work/a-run/train/X.npy"),
    ("policy-prod.json", "lambda:InvokeFunction", f"{SERVING}:live"),
    ("policy-prod.json", "lambda:InvokeFunction", MOVE_ALIAS),
    ("policy-prod.json", "lambda:InvokeFunction", PREDICT_BATCH),
    ("policy-prod.json", "s3:PutObject", f"{BUCKET}/batches/out/a-batch/request.json"),
    ("policy-prod.json", "s3:GetObject", f"{BUCKET}/batches/out/a-batch/chunks/000001.json"),
    ("PredictBatch", "s3:GetObject", f"{BUCKET}/batches/in/a.csv"),
    ("PredictBatch", "s3:PutObject", f"{BUCKET}/batches/out/a-batch/predictions/000001.jsonl"),
    ("PredictBatch", "s3:GetObject", f"{BUCKET}/models/kdd99-http/versions/000001/manifest.json"),
    ("policy-prod.json", "s3:GetObject", QUARANTINED),
    ("policy-prod.json", "states:StopExecution", EXECUTION),
    ("policy-prod.json", "s3:PutObject", f"{BUCKET}/runs/a-run/request.json"),
    ("policy-prod.json", "s3:GetObject", f"{BUCKET}/locks/kdd99-http"),
    ("policy-prod-nightly.json", "states:StartExecution", MACHINE),
    ("policy-prod-nightly.json", "sns:Publish", ALERTS),
    *(("Retrain", "lambda:InvokeFunction", function_arn(state)) for state in STATES),
    ("policy-prod-authorize.json", "s3:GetObject", TOKENS),
]

FORBIDDEN = [
    ("Train", "lambda:UpdateAlias", SERVING),
    ("Train", "s3:PutObject", f"{BUCKET}/models/kdd99-http/versions/000001/model.json"),
    ("Evaluate", "lambda:UpdateFunctionCode", SERVING),
    ("VersionModel", "lambda:UpdateAlias", SERVING),
    ("VersionModel", "lambda:UpdateFunctionConfiguration", SERVING),
    ("SwapAlias", "lambda:UpdateFunctionCode", SERVING),
    ("SwapAlias", "s3:DeleteObject", ENTRY),
    ("RecordOutcome", "s3:PutObject", f"{BUCKET}/models/kdd99-http/versions/000001/manifest.json"),
    ("RecordOutcome", "s3:DeleteObject", f"{BUCKET}/datasets/kdd99-http/first.csv.gz"),
    ("Preprocess", "s3:PutObject", f"{BUCKET}/datasets/kdd99-http/first.csv.gz"),
    ("RestoreAlias", "lambda:UpdateAlias", SERVING.replace("-prod-", "-test-")),
    ("RestoreAlias", "s3:GetObject", TOKENS),
    ("ServeKdd99Xhttp", "s3:GetObject", f"{BUCKET}/models/kdd99-http/versions/000001/model.json"),
    ("Train", "s3:PutObject", f"{BUCKET}/runs/a-run/report.json"),
    *((who, "s3:PutObject", f"{BUCKET}/parts/kdd99-http/kept.json") for who in ("Train", "Evaluate")),
    ("Evaluate", "s3:GetObject", f"{BUCKET}/row-answers/kdd99-http/a-run.zip"),
    *((who, "s3:PutObject", f"{BUCKET}/row-answers/kdd99-http/a-run.zip") for who in ("Train", "VersionModel")),
    ("Preprocess", "s3:DeleteObject", f"{BUCKET}/parts/kdd99-http/kept.json"),
    ("Train", "sns:Publish", ALERTS),
    ("SwapAlias", "events:PutEvents", BUS),
    ("RecordOutcome", "events:PutEvents", BUS.replace("/default", "/another")),
    ("Replay", "lambda:UpdateAlias", SERVING),
    ("Replay", "lambda:UpdateFunctionCode", SERVING),
    ("Replay", "lambda:InvokeFunction", f"{SERVING.replace('-prod-', '-test-')}:1"),
    ("Replay", "s3:DeleteObject", QUARANTINED),
    *((who, "lambda:InvokeFunction", f"{SERVING}:1") for who in ("Evaluate", "SwapAlias", "VersionModel", "Retrain")),
    *(
        (who, "lambda:InvokeFunction", f"{SERVING}{qualifier}")
        for who in ("Replay", "ShiftTraffic", "MoveAlias", "PredictBatch")
        for qualifier in ("", ":live", ":$LATEST")
    ),
    ("PredictBatch", "s3:GetObject", f"{BUCKET}/datasets/kdd99-http/first.csv.gz"),
    ("PredictBatch", "s3:GetObject", f"{BUCKET}/models/kdd99-http/versions/000001/model.json"),
    ("PredictBatch", "s3:PutObject", f"{BUCKET}/batches/in/a.csv"),
    ("PredictBatch", "s3:DeleteObject", f"{BUCKET}/batches/out/a-batch/ended.json"),
    ("policy-prod.json", "s3:GetObject", f"{BUCKET}/batches/in/a.csv"),
    ("policy-prod.json", "s3:GetObject", f"{BUCKET}/batches/out/a-batch/predictions/000001.jsonl"),
    ("policy-prod.json", "s3:PutObject", f"{BUCKET}/batches/out/a-batch/ended.json"),
    ("Retrain", "lambda:InvokeFunction", PREDICT_BATCH),
    ("Replay", "cloudwatch:GetMetricData", "arn:aws:cloudwatch:eu-west-1:123456789012:metric"),
    ("ShiftTraffic", "lambda:UpdateFunctionCode", SERVING),
    ("ShiftTraffic", "lambda:CreateAlias", SERVING),
    ("ShiftTraffic", "s3:PutObject", f"{BUCKET}/models/kdd99-http/pin.json"),
    ("ShiftTraffic", "s3:PutObject", f"{BUCKET}/models/kdd99-http/versions/000001/manifest.json"),
    ("MoveAlias", "s3:PutObject", f"{BUCKET}/models/kdd99-http/versions/000001/manifest.json"),
    ("MoveAlias", "s3:DeleteObject", ENTRY),
    ("MoveAlias", "s3:PutObject", f"{BUCKET}/runs/a-run/outcome.json"),
    ("MoveAlias", "states:StartExecution", MACHINE),
    ("Retrain", "lambda:InvokeFunction", MOVE_ALIAS),
    ("Retrain", "lambda:InvokeFunction", function_arn("MoveAlias")),
    ("policy-prod.json", "s3:PutObject", QUARANTINED),
    ("policy-prod.json", "s3:PutObject", f"{BUCKET}/models/kdd99-http/pin.json"),
    ("policy-prod.json", "s3:PutObject", f"{BUCKET}/moves/rollback-0123456789abcdef.json"),
    ("policy-prod.json", "lambda:InvokeFunction", MOVE_ALIAS.replace("move-alias", "swap-alias")),
    ("policy-prod.json", "lambda:InvokeFunction", MOVE_ALIAS.replace("-prod-", "-test-")),
    ("policy-prod-nightly.json", "lambda:InvokeFunction", MOVE_ALIAS),
    ("Preprocess", "s3:PutObject", f"{BUCKET}/work/a-run/model.json"),
    ("Evaluate", "s3:PutObject", f"{BUCKET}/work/a-run/model.json"),
    ("Retrain", "lambda:InvokeFunction", SERVING),
    ("Retrain", "lambda:InvokeFunction", f"{SERVING}:live"),
    ("Retrain", "lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:nightswap-prod-nightly"),
    *(("Retrain", "lambda:InvokeFunction", f"{function_arn(state)}:1") for state in STATES),
    ("Retrain", "lambda:UpdateAlias", SERVING),
    ("Retrain", "states:StartExecution", MACHINE),
    ("Retrain", "s3:GetObject", f"{BUCKET}/models/kdd99-http/versions/000001/model.json"),
    ("policy-prod.json", "s3:DeleteObject", f"{BUCKET}/runs/a-run/request.json"),
    ("policy-prod.json", "s3:PutObject", f"{BUCKET}/runs/a-run/outcome.json"),
    ("policy-prod.json", "states:StopExecution", EXECUTION.replace("-prod-", "-test-")),
    ("policy-prod-nightly.json", "s3:GetObject", f"{BUCKET}/runs/a-run/report.json"),
    ("policy-prod-authorize.json", "s3:GetObject", f"{BUCKET}/runs/a-run/request.json"),
    ("policy-prod.json", "lambda:InvokeFunction", SERVING),
    ("policy-prod.json", "lambda:InvokeFunction", f"{SERVING}:7"),
    ("policy-prod.json", "lambda:UpdateAlias", SERVING),
    ("policy-prod.json", "s3:PutObject", f"{BUCKET}/models/kdd99-http/versions/000001/manifest.json"),
    ("policy-prod.json", "s3:PutObject", ENTRY),
    ("policy-prod.json", "s3:GetObject", TOKENS),
    ("policy-prod.json", "s3:PutObject", TOKENS),
    ("policy-prod-nightly.json", "lambda:InvokeFunction", f"{SERVING}:live"),
    ("policy-prod-nightly.json", "states:StopExecution", EXECUTION),
    ("policy-prod-authorize.json", "states:StartExecution", MACHINE),
    ("policy-prod-authorize.json", "s3:GetObject", TOKENS.replace("-prod-", "-test-")),
]


@pytest.mark.parametrize(("who", "action", "resource"), PERMITTED)
def test_what_the_work_needs_is_permitted(who: str, action: str, resource: str) -> None:
    assert permits(of(who), action, resource)


@pytest.mark.parametrize(("who", "action", "resource"), FORBIDDEN)
def test_everything_else_is_denied(who: str, action: str, resource: str) -> None:
    assert not permits(of(who), action, resource)


READ = ("s3:GetObjectVersion", f"{BUCKET}/models/kdd99-http/versions/000001/model.onnx")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", READ[1]),
        ("s3:GetObjectVersion", READ[1].replace("kdd99-http", "another")),
        ("s3:GetObjectVersion", READ[1].replace("model.onnx", "replay.json")),
        ("s3:GetObjectVersion", READ[1].replace("versions/000001", "rejected/a-run")),
        ("s3:GetObjectVersion", f"{BUCKET}/work/a-run/model.onnx"),
        ("s3:PutObject", READ[1]),
        ("s3:ListBucket", BUCKET),
    ],
)
def test_serving_function_reads_the_artifacts_of_its_own_model_where_they_may_be_too_large_for_a_package(
    action: str, resource: str
) -> None:
    template = main_template("prod", models=["kdd99-http"], needs=Needs(stored=("kdd99-http",)))
    given = statements(template, "ServeKdd99XhttpRole")

    assert permits(given, *READ)
    assert not permits(of("ServeKdd99Xhttp"), *READ)
    assert not permits(given, action, resource)


@pytest.mark.parametrize(
    ("who", "prefix", "permitted"),
    [
        ("Preprocess", "datasets/kdd99-http/", True),
        ("Preprocess", "evidence/kdd99-http/", False),
        ("RestoreAlias", "work/a-run/", True),
        ("Train", "", False),
        ("policy-prod.json", "runs/a-run/", True),
        ("policy-prod.json", "datasets/kdd99-http/", False),
    ],
)
def test_listing_is_bound_to_what_may_be_read(who: str, prefix: str, permitted: bool) -> None:
    assert permits(of(who), "s3:ListBucket", BUCKET, context={"s3:prefix": prefix}) is permitted


def test_nobody_may_list_the_bucket_without_a_prefix() -> None:
    for who in EVERYBODY:
        assert not permits(of(who), "s3:ListBucket", BUCKET)


def test_whoever_may_read_a_key_is_told_when_it_is_missing() -> None:
    """S3 answers 404 to a reader who may list what he asks for, and 403 to any other."""
    readable = [
        (who, pattern)
        for who in EVERYBODY
        for statement in of(who)
        if "s3:GetObject" in statement["Action"]
        for pattern in statement["Resource"]
    ]

    for who, pattern in readable:
        key = pattern.partition(":::")[2].partition("/")[2].replace("*", "x")
        assert permits(of(who), "s3:ListBucket", BUCKET, context={"s3:prefix": key}), (who, key)


def test_whoever_may_give_back_a_lease_may_read_it() -> None:
    """A conditional delete is denied to whoever may not read the object."""
    lease = f"{BUCKET}/locks/kdd99-http"
    giving_back = [who for who in EVERYBODY if permits(of(who), "s3:DeleteObject", lease)]

    assert giving_back
    assert [who for who in giving_back if not permits(of(who), "s3:GetObject", lease)] == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", f"{BUCKET}/datasets/kdd99-http/first.csv.gz"),
        ("s3:PutObject", f"{BUCKET}/deploy/{'a' * 64}.zip"),
        ("s3:DeleteObject", f"{BUCKET}/models/kdd99-http/versions/000001/model.json"),
        ("s3:DeleteObjectVersion", f"{BUCKET}/runs/a-run/request.json"),
        ("s3:PutBucketPolicy", BUCKET),
        ("s3:PutObject", TOKENS),
        ("lambda:InvokeFunction", SERVING),
        ("lambda:InvokeFunction", f"{SERVING}:$LATEST"),
        ("lambda:UpdateFunctionConfiguration", SERVING),
        ("lambda:AddPermission", SERVING),
        ("lambda:DeleteAlias", SERVING),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:nightswap-prod-train"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/any"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/any"),
    ],
)
def test_no_function_and_no_state_machine_may(action: str, resource: str) -> None:
    assert [who for who in EVERYBODY if permits(of(who), action, resource)] == []


def test_only_the_service_that_needs_a_role_assumes_it() -> None:
    for role in of_type(MAIN, "AWS::IAM::Role"):
        trust = resolved(MAIN["Resources"][role]["Properties"]["AssumeRolePolicyDocument"])["Statement"]
        wanted = "states.amazonaws.com" if role == "RetrainRole" else "lambda.amazonaws.com"
        assert [statement["Principal"] for statement in trust] == [{"Service": wanted}], role


def test_a_service_invokes_a_function_for_a_resource_of_this_account_alone() -> None:
    for permission in of_type(MAIN, "AWS::Lambda::Permission").values():
        assert permission["SourceArn"].split(":")[4] == "123456789012"
        assert permission["Principal"].endswith(".amazonaws.com")


ANYTHING = {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}
OVER_TLS = {"aws:SecureTransport": "true"}


@pytest.mark.parametrize(
    ("action", "resource", "context", "permitted"),
    [
        ("s3:GetObject", f"{BUCKET}/runs/a-run/report.json", OVER_TLS, True),
        ("s3:GetObject", f"{BUCKET}/runs/a-run/report.json", {"aws:SecureTransport": "false"}, False),
        ("s3:PutObject", ENTRY, OVER_TLS, False),
        ("s3:PutObject", ENTRY, {**OVER_TLS, "s3:if-none-match": "*"}, True),
        ("s3:PutObject", ENTRY, {**OVER_TLS, "s3:if-match": '"an-etag"'}, False),
        ("s3:DeleteObject", ENTRY, OVER_TLS, False),
        ("s3:DeleteObjectVersion", ENTRY, OVER_TLS, False),
        ("s3:PutObject", f"{BUCKET}/runs/a-run/report.json", OVER_TLS, True),
        ("s3:DeleteObject", f"{BUCKET}/work/a-run/model.json", OVER_TLS, True),
    ],
)
def test_bucket_policy_binds_even_an_administrator(
    action: str, resource: str, context: dict[str, str], permitted: bool
) -> None:
    everything = [ANYTHING, *BUCKET_POLICY["PolicyDocument"]["Statement"]]

    assert permits(everything, action, resource, context=context) is permitted
