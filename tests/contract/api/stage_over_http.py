"""The fakes behind AWS's own protocols: S3, Lambda and Step Functions, as far as the API's operating routes ask them.

What a route answers over this is compared with what its core says of the same fakes.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from chalicelib.edges.executions import Execution
from chalicelib.edges.serving_functions import Alias
from chalicelib.names import LIVE, Names
from tests.contract.api.api_process import NO_SUCH_KEY, Reply
from tests.fakes.edges import FakeOutside

NAMES = Names(stage="local", account="123456789012", region="eu-west-1")
TAKEN = "<Error><Code>PreconditionFailed</Code><Message>taken</Message></Error>"
NOT_FOUND: Reply = (404, {"__type": "ResourceNotFoundException", "Message": "none"})
NO_EXECUTION: Reply = (400, {"__type": "ExecutionDoesNotExist", "message": "none"})


class StageOverHttp:
    """A `Replying` over a stage's fakes; the pipeline's functions answer with what they are asked."""

    def __init__(self, outside: FakeOutside) -> None:
        self._outside = outside

    def __call__(self, asked: str, sent: bytes) -> Reply:
        if asked.startswith("AWSStepFunctions."):
            return self._executions(asked.partition(".")[2], json.loads(sent))
        path, _, query = asked.partition("?")
        given = {name: values[0] for name, values in parse_qs(query).items()}
        if path.startswith("/2015-03-31/functions"):
            return self._functions(path.removeprefix("/2015-03-31/functions").strip("/").split("/"), given, sent)
        bucket, _, key = unquote(path).lstrip("/").partition("/")
        if bucket != NAMES.bucket:
            return 404, {"xml": NO_SUCH_KEY.replace("NoSuchKey", "NoSuchBucket")}
        return self._listed(given["prefix"]) if "list-type" in given else self._object(key, sent)

    def _listed(self, prefix: str) -> Reply:
        found = [
            f"<Contents><Key>{escape(each.key)}</Key><LastModified>{_moment(each.modified_at)}</LastModified>"
            f"<ETag>{escape(each.etag)}</ETag><Size>{each.size_bytes}</Size></Contents>"
            for each in self._outside.store.list(prefix)
        ]
        return 200, {"xml": f"<ListBucketResult>{''.join(found)}<IsTruncated>false</IsTruncated></ListBucketResult>"}

    def _object(self, key: str, sent: bytes) -> Reply:
        """The API writes nothing but what must not be there yet, and what it writes is never empty."""
        if sent:
            return (200, {"xml": ""}) if self._outside.store.put_if_absent(key, sent) else (412, {"xml": TAKEN})
        stored = self._outside.store.find(key)
        return (404, {"xml": NO_SUCH_KEY}) if stored is None else (200, {"xml": stored.body.decode()})

    def _functions(self, path: list[str], given: dict[str, str], sent: bytes) -> Reply:
        name, *rest = path
        models = self._outside.functions.models()
        model = name.removeprefix(NAMES.serving_function(""))
        if rest == ["invocations"]:
            return self._invoked(model, sent) if model in models else _echoed(name, sent)
        if model in models and rest == ["aliases", LIVE]:
            alias = self._outside.functions.alias(model)
            return NOT_FOUND if alias is None else (200, _alias(alias))
        return NOT_FOUND

    def _invoked(self, model: str, sent: bytes) -> Reply:
        if self._outside.functions.alias(model) is None:
            return NOT_FOUND
        answer = self._outside.functions.invoke(model, sent, qualifier=LIVE)
        return 200, {**json.loads(answer.payload), "executed": answer.executed_version}

    def _executions(self, operation: str, given: dict[str, Any]) -> Reply:
        executions = self._outside.executions
        machine = given.get("stateMachineArn", NAMES.state_machine_arn)
        run = given.get("name") or given.get("executionArn", "").removeprefix(NAMES.execution_arn(""))
        if machine != NAMES.state_machine_arn:
            return 400, {"__type": "StateMachineDoesNotExist", "message": machine}
        if operation == "StartExecution":
            executions.start(run, given["input"])
            return 200, {"executionArn": NAMES.execution_arn(run), "startDate": 0}
        if operation == "ListExecutions":
            found = executions.recent(running_only=given.get("statusFilter") == "RUNNING")
            return 200, {"executions": [_execution(each) for each in found]}
        execution = executions.find(run)
        if execution is None:
            return NO_EXECUTION
        if operation == "StopExecution":
            executions.stop(run, cause=given["cause"])
            return 200, {"stopDate": 0}
        return 200, _execution(execution)


def _echoed(name: str, sent: bytes) -> Reply:
    return 200, {"status": 409, "body": {"Code": "VersionUnfit", "function": name, "asked": json.loads(sent)}}


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"


def _alias(alias: Alias) -> dict[str, Any]:
    return {
        "FunctionVersion": alias.function_version,
        "RevisionId": alias.revision_id,
        "Description": alias.description,
        "RoutingConfig": {"AdditionalVersionWeights": dict(alias.weights)},
    }


def _execution(execution: Execution) -> dict[str, Any]:
    said = {
        "name": execution.run,
        "executionArn": NAMES.execution_arn(execution.run),
        "stateMachineArn": NAMES.state_machine_arn,
        "status": execution.status,
        "startDate": execution.started_at.timestamp(),
        "stopDate": execution.stopped_at.timestamp() if execution.stopped_at else None,
        **{name: getattr(execution, name) for name in ("output", "error", "cause")},
    }
    return {name: value for name, value in said.items() if value is not None}
