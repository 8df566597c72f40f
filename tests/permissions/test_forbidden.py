"""Calls that nobody may make: each is tried under the role concerned, and denied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import layout, names
from chalicelib.api import access
from tests.permissions.enforced import MODEL, NAMES, EnforcedStage

API, NIGHTLY, AUTHORIZE = "nightswap-local", "nightswap-local-nightly", "nightswap-local-authorize"
TASKS = {task: NAMES.task_function(task) for task in names.PIPELINE}
SERVING = NAMES.serving_function(MODEL)
FUNCTIONS = (API, NIGHTLY, AUTHORIZE, SERVING, *TASKS.values())

MANIFEST = layout.version(MODEL, 1, "manifest.json")
ENTRY = layout.ledger_entry(MODEL, 1)
EVIDENCE = layout.evidence(MODEL, 1)
DATA = layout.dataset(MODEL, "night1.csv.gz")
EXECUTION = NAMES.execution_arn("a-run")
TOKEN = layout.token("a" * 64)
ALIAS = {"FunctionName": SERVING, "Name": "live", "FunctionVersion": "1"}
LIVE = "the number of the live version"
"""Stands for it in an attempt's arguments: other tests move the alias, and delete versions."""
EVENT = {"Source": names.APP, "DetailType": "Promoted", "Detail": "{}"}
QUERY = {
    "Id": "q",
    "MetricStat": {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"},
}


@dataclass(frozen=True)
class Attempt:
    """A call that is tried under the role of a function, and what it would come to."""

    function: str
    what: str
    service: str
    operation: str
    arguments: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.function.removeprefix('nightswap-')} {self.what}".replace(" ", "-")


def reading(function: str, what: str, key: str) -> Attempt:
    return Attempt(function, what, "s3", "get_object", {"Bucket": NAMES.bucket, "Key": key})


def writing(function: str, what: str, key: str, **how: str) -> Attempt:
    arguments = {"Bucket": NAMES.bucket, "Key": key, "Body": "forged", **how}
    return Attempt(function, what, "s3", "put_object", arguments)


def deleting(function: str, what: str, key: str) -> Attempt:
    return Attempt(function, what, "s3", "delete_object", {"Bucket": NAMES.bucket, "Key": key})


def calling(function: str, what: str, service: str, operation: str, **arguments: Any) -> Attempt:
    return Attempt(function, what, service, operation, arguments)


def _qualified(qualifier: str | None) -> dict[str, str]:
    return {"FunctionName": SERVING, **({"Qualifier": qualifier} if qualifier else {})}


FORBIDDEN = [
    writing(API, "writes to the registry", MANIFEST),
    writing(API, "writes the outcome of a run", layout.run_document("a-run", "outcome")),
    deleting(API, "deletes a run", layout.run_document("a-run", "request")),
    reading(API, "reads the data set", DATA),
    calling(API, "invokes the unqualified serving function", "lambda", "invoke", FunctionName=SERVING),
    calling(API, "invokes a numbered version", "lambda", "invoke", FunctionName=SERVING, Qualifier="1"),
    calling(API, "invokes a task", "lambda", "invoke", FunctionName=TASKS["swap-alias"]),
    calling(API, "moves the alias", "lambda", "update_alias", **ALIAS),
    reading(API, "reads a token", TOKEN),
    calling(API, "makes itself a role", "iam", "create_role", RoleName="mine", AssumeRolePolicyDocument="{}"),
    calling(NIGHTLY, "stops a run", "stepfunctions", "stop_execution", executionArn=EXECUTION),
    calling(NIGHTLY, "asks the model", "lambda", "invoke", FunctionName=SERVING, Qualifier="live"),
    reading(NIGHTLY, "reads a report", layout.run_document("a-run", "report")),
    reading(AUTHORIZE, "reads the bucket", layout.run_document("a-run", "request")),
    calling(
        AUTHORIZE,
        "starts a run",
        "stepfunctions",
        "start_execution",
        stateMachineArn=NAMES.state_machine_arn,
        input="{}",
    ),
    reading(SERVING, "reads the bucket", MANIFEST),
    calling(SERVING, "lists the bucket", "s3", "list_objects_v2", Bucket=NAMES.bucket),
    calling(SERVING, "replaces itself", "lambda", "update_function_code", FunctionName=SERVING, ZipFile="x"),
    calling(TASKS["preprocess"], "publishes", "lambda", "update_function_code", FunctionName=SERVING, ZipFile="x"),
    writing(TASKS["preprocess"], "changes the data set", DATA),
    writing(TASKS["preprocess"], "forges an artifact", layout.work("a-run", "model.json")),
    calling(TASKS["train"], "moves the alias", "lambda", "update_alias", **ALIAS),
    reading(TASKS["train"], "reads the data set", DATA),
    writing(TASKS["train"], "forges a verdict", layout.run_document("a-run", "report")),
    writing(TASKS["train"], "changes the holdout", layout.side("a-run", "holdout")),
    writing(TASKS["evaluate"], "writes to the registry", MANIFEST),
    writing(TASKS["evaluate"], "changes the artifact", layout.work("a-run", "model.json")),
    calling(TASKS["version-model"], "moves the alias", "lambda", "update_alias", **ALIAS),
    calling(
        TASKS["version-model"],
        "reconfigures the serving function",
        "lambda",
        "update_function_configuration",
        FunctionName=SERVING,
        MemorySize=128,
    ),
    writing(TASKS["version-model"], "writes to the ledger", ENTRY, IfNoneMatch="*"),
    calling(TASKS["swap-alias"], "publishes", "lambda", "update_function_code", FunctionName=SERVING, ZipFile="x"),
    calling(TASKS["swap-alias"], "deletes the alias", "lambda", "delete_alias", FunctionName=SERVING, Name="live"),
    writing(TASKS["swap-alias"], "overwrites a ledger entry", ENTRY),
    writing(TASKS["swap-alias"], "writes evidence", EVIDENCE, IfNoneMatch="*"),
    writing(TASKS["version-model"], "overwrites evidence", EVIDENCE),
    writing(TASKS["version-model"], "says what was erased", layout.erasure(MODEL, 2), IfNoneMatch="*"),
    writing(TASKS[names.MOVE_ALIAS], "writes evidence", EVIDENCE, IfNoneMatch="*"),
    deleting(TASKS["restore-alias"], "deletes a ledger entry", ENTRY),
    deleting(TASKS["restore-alias"], "deletes a version", MANIFEST),
    calling(TASKS["restore-alias"], "publishes", "lambda", "update_function_code", FunctionName=SERVING, ZipFile="x"),
    calling(TASKS["record-outcome"], "moves the alias", "lambda", "update_alias", **ALIAS),
    deleting(TASKS["record-outcome"], "deletes data", DATA),
    calling(TASKS["swap-alias"], "asks a numbered version", "lambda", "invoke", FunctionName=SERVING, Qualifier="1"),
    *(
        calling(TASKS[each], f"asks the version {qualifier}", "lambda", "invoke", **_qualified(qualifier))
        for each in ("replay", "shift-traffic", names.MOVE_ALIAS, names.PREDICT_BATCH)
        for qualifier in ("live", "$LATEST", None)
    ),
    calling(TASKS["replay"], "moves the alias", "lambda", "update_alias", **ALIAS),
    calling(TASKS["shift-traffic"], "deletes a version", "lambda", "delete_function", **_qualified("1")),
    writing(TASKS["shift-traffic"], "pins a version", layout.pin(MODEL)),
    writing(TASKS["replay"], "decides what waits", layout.waiting(MODEL)),
    writing(TASKS[names.MOVE_ALIAS], "writes to the registry", MANIFEST),
    writing(TASKS[names.MOVE_ALIAS], "overwrites a ledger entry", ENTRY),
    deleting(TASKS[names.MOVE_ALIAS], "deletes a version", MANIFEST),
    reading(TASKS[names.PREDICT_BATCH], "reads the data set", DATA),
    reading(TASKS[names.PREDICT_BATCH], "reads a run", layout.run_document("a-run", "request")),
    writing(TASKS[names.PREDICT_BATCH], "changes a file of a caller", f"{layout.BATCH_FILES}a.csv"),
    writing(TASKS[names.PREDICT_BATCH], "writes to the registry", MANIFEST),
    deleting(TASKS[names.PREDICT_BATCH], "deletes a result", layout.batch("a-batch", "ended")),
    calling(TASKS[names.PREDICT_BATCH], "moves the alias", "lambda", "update_alias", **ALIAS),
    reading(API, "reads a file of a caller", f"{layout.BATCH_FILES}a.csv"),
    reading(API, "reads the predictions of a batch", layout.batch_chunk("a-batch", 1, of="predictions")),
    writing(API, "says how a batch ended", layout.batch("a-batch", "ended")),
    calling(TASKS["train"], "sends an event", "events", "put_events", Entries=[EVENT]),
    writing(API, "pins a version", layout.pin(MODEL)),
    writing(API, "rejects what waits", layout.waiting(MODEL)),
    writing(API, "decides a move", layout.requested_move("a-move")),
    *(calling(each, "lists functions", "lambda", "list_functions") for each in FUNCTIONS),
    *(writing(each, "adds a model", layout.catalog()) for each in FUNCTIONS),
    *(writing(each, "makes a token", TOKEN) for each in FUNCTIONS),
]

PERMITTED = [
    reading(API, "reads the registry", MANIFEST),
    calling(API, "asks the live model", "lambda", "invoke", FunctionName=SERVING, Qualifier="live"),
    calling(API, "reads the alias", "lambda", "get_alias", FunctionName=SERVING, Name="live"),
    reading(NIGHTLY, "finds the models", layout.catalog()),
    reading(AUTHORIZE, "reads a token", TOKEN),
    reading(TASKS["preprocess"], "reads the data set", DATA),
    writing(TASKS["train"], "writes the artifact", layout.work("another-run", "model.json")),
    reading(TASKS["evaluate"], "reads the registry", MANIFEST),
    calling(
        TASKS["version-model"], "lists the versions", "lambda", "list_versions_by_function", FunctionName=SERVING
    ),
    reading(TASKS["swap-alias"], "reads the ledger", ENTRY),
    reading(TASKS["restore-alias"], "reads the ledger", ENTRY),
    deleting(TASKS["record-outcome"], "deletes intermediates", layout.work("another-run", "model.json")),
    calling(TASKS["record-outcome"], "sends an event", "events", "put_events", Entries=[EVENT]),
    *(
        calling(
            TASKS[each], "asks a numbered version", "lambda", "invoke", **_qualified(LIVE), Payload='{"warm": true}'
        )
        for each in ("replay", "shift-traffic", names.MOVE_ALIAS, names.PREDICT_BATCH)
    ),
    calling(
        TASKS["shift-traffic"],
        "reads the metrics",
        "cloudwatch",
        "get_metric_data",
        MetricDataQueries=[QUERY],
        StartTime="2026-11-21T03:00:00Z",
        EndTime="2026-11-21T04:00:00Z",
    ),
    writing(TASKS[names.MOVE_ALIAS], "pins a version", layout.pin("another-model")),
    reading(TASKS[names.PREDICT_BATCH], "reads the registry", MANIFEST),
    writing(TASKS[names.PREDICT_BATCH], "writes a result", layout.batch("a-batch", "ended")),
    writing(API, "asks for a batch", layout.batch("a-batch", "request")),
]
"""One of each role, by the same way: a probe that does not work would be denied everything."""


@pytest.mark.parametrize("attempt", FORBIDDEN, ids=str)
def test_it_is_denied(stage: EnforcedStage, attempt: Attempt) -> None:
    tried = stage.as_function(attempt.function, attempt.service, attempt.operation, **attempt.arguments)

    assert tried.denied, tried


@pytest.mark.parametrize("attempt", PERMITTED, ids=str)
def test_the_same_role_may_do_its_work(stage: EnforcedStage, attempt: Attempt) -> None:
    arguments = dict(attempt.arguments)
    if arguments.get("Qualifier") == LIVE:
        alias = stage.client("lambda").get_alias(FunctionName=SERVING, Name="live")
        arguments["Qualifier"] = alias["FunctionVersion"]
    if arguments.get("Key") == TOKEN:
        arguments["Key"] = layout.token(access.digest(stage.predict))

    tried = stage.as_function(attempt.function, attempt.service, attempt.operation, **arguments)

    assert tried.code == "", tried


@pytest.fixture(scope="module")
def administrator(stage: EnforcedStage) -> Iterator[str]:
    """A role that may do everything that a policy of its own can permit."""
    roles = stage.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = roles.create_role(RoleName="administrator", AssumeRolePolicyDocument=_policy(trust))
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    roles.put_role_policy(RoleName="administrator", PolicyName="everything", PolicyDocument=_policy(everything))
    yield made["Role"]["Arn"]
    roles.delete_role_policy(RoleName="administrator", PolicyName="everything")
    roles.delete_role(RoleName="administrator")


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("put_object", {"Body": "forged"}),
        ("put_object", {"Body": "forged", "IfMatch": '"an-etag"'}),
        ("delete_object", {}),
        ("delete_object", {"VersionId": "a-version"}),
    ],
    ids=["overwrite", "overwrite-if-match", "delete", "delete-version"],
)
@pytest.mark.parametrize("key", [ENTRY, EVIDENCE, layout.erasure(MODEL, 1)])
def test_not_even_an_administrator_changes_a_ledger_entry_evidence_or_an_erasure(
    stage: EnforcedStage, administrator: str, operation: str, arguments: dict[str, str], key: str
) -> None:
    tried = stage.as_role(administrator, "s3", operation, Bucket=NAMES.bucket, Key=key, **arguments)

    assert tried.denied, tried
    assert "explicit deny" in tried.message


def test_an_administrator_may_append_to_the_ledger(stage: EnforcedStage, administrator: str) -> None:
    key = layout.ledger_entry("another-model", 1)

    tried = stage.as_role(administrator, "s3", "put_object", Bucket=NAMES.bucket, Key=key, Body="{}", IfNoneMatch="*")

    assert tried.code == ""


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/retrain"),
        ("GET", "/runs"),
        ("GET", "/runs/a-run"),
        ("POST", "/runs/a-run/stop"),
        ("GET", "/models"),
        ("GET", f"/models/{MODEL}"),
    ],
)
def test_token_for_predictions_opens_nothing_else(stage: EnforcedStage, method: str, path: str) -> None:
    assert stage.call(method, path, {}, token=stage.predict)[0] == 403


@pytest.mark.parametrize(("method", "path"), [("GET", "/predict"), ("POST", "/predict"), ("POST", "/warm")])
def test_token_for_operators_does_not_predict(stage: EnforcedStage, method: str, path: str) -> None:
    assert stage.call(method, path, {}, token=stage.operate)[0] == 403


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("wrong", 403)])
@pytest.mark.parametrize(("method", "path"), [("GET", "/predict"), ("POST", "/retrain"), ("GET", "/models")])
def test_without_a_right_token_there_is_no_way_in(
    stage: EnforcedStage, method: str, path: str, token: str | None, status: int
) -> None:
    assert stage.call(method, path, {}, token=token)[0] == status
