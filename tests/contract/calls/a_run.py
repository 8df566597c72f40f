"""What one run asks of AWS: every task's own handler in this process, on a local AWS, its calls counted by botocore.

It is the second run of a model, so that there is a live version to be held against and to be replaced.
"""

from __future__ import annotations

import gzip
import importlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3

from chalicelib import layout
from chalicelib.aws import connect
from chalicelib.aws.session import session
from chalicelib.names import Names
from chalicelib.registry import catalog
from chalicelib.runs import retraining
from tests import http_connections
from tests.clone import ROOT
from tests.given import local_aws
from workflows.local.process import LocalAws
from workflows.packaging.serving import placeholder_package
from workflows.stacks.functions import serving_configuration

MODEL = "kdd99-http"
NAMES = Names(stage="prod", account="000000000000", region="us-east-1")
ROLE = "arn:aws:iam::000000000000:role/any"
DEFINITION = json.loads((ROOT / "workflows/definitions/golden/retrain.asl.json").read_bytes())
STATES = {
    "RestoreAlias": "restore_alias",
    "Preprocess": "preprocess",
    "Train": "train",
    "Evaluate": "evaluate",
    "VersionModel": "version_model",
    "Replay": "replay",
    "SwapAlias": "swap_alias",
    "Promoted": "record_outcome",
}
"""The way of a run that is promoted at once, each state with its task's module."""
NIGHT = "the night's start"
Counts = dict[str, Counter[str]]
"""By state, the calls by `service:Operation`."""


class Context:
    """Lambda's, of a function of the stage."""

    invoked_function_arn = f"arn:aws:lambda:{NAMES.region}:{NAMES.account}:function:nightswap-{NAMES.stage}-any"

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


@contextmanager
def after_one_night(aws: LocalAws) -> Iterator[Counter[str]]:
    """This process reaches a stage whose model's first version is live; yields the calls of clients, as they come."""
    settings = {
        "NIGHTSWAP_STAGE": NAMES.stage,
        "NIGHTSWAP_CODE_SHA256": "code",
        "NIGHTSWAP_SERVING_SHA256": "serving",
    }
    with local_aws.reached_alone(aws.endpoint, **settings), _counting() as calls:
        _make_stage()
        _run(calls, night=1)
        yield calls


def measured(aws: LocalAws) -> Counts:
    """The calls of the night's start, and of each state of a run that replaces what is live."""
    with after_one_night(aws) as calls:
        _add_data("night2.csv.gz", seed=2)
        return _run(calls, night=2)


def _run(calls: Counter[str], *, night: int) -> Counts:
    found: Counts = {}

    def told(name: str) -> None:
        found[name] = Counter(calls)
        calls.clear()

    calls.clear()
    (started,) = retraining.tonight(connect.edges(NAMES), event_time=datetime(2026, 11, night, 3, tzinfo=UTC))
    told(NIGHT)
    known: dict[str, Any] = {"model": MODEL, "force": True, "run": started.run}
    for state, module in STATES.items():
        declared = DEFINITION["States"][state]
        event = {
            name.removesuffix(".$"): _value(name, given, known) for name, given in declared["Parameters"].items()
        }
        answer = importlib.import_module(f"lambdas.{module}").handler(event, Context())
        if path := declared.get("ResultPath"):
            known[path.removeprefix("$.")] = answer
        told(state)
    return found


def _value(name: str, given: Any, known: Mapping[str, Any]) -> Any:
    """As Step Functions fills it in."""
    if not name.endswith(".$"):
        return given
    if given == "$$.Execution.Name":
        return known["run"]
    value: Any = known
    for part in given.removeprefix("$.").split("."):
        value = value[part]
    return value


def _make_stage() -> None:
    """As much of it as a run asks of."""
    boto3.client("s3").create_bucket(Bucket=NAMES.bucket)
    boto3.client("s3").put_bucket_versioning(Bucket=NAMES.bucket, VersioningConfiguration={"Status": "Enabled"})
    boto3.client("sns").create_topic(Name=NAMES.alerts_topic_arn.rpartition(":")[2])
    boto3.client("stepfunctions").create_state_machine(
        name=NAMES.state_machine,
        definition='{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": true}}}',
        roleArn=ROLE,
    )
    boto3.client("lambda").create_function(
        FunctionName=NAMES.serving_function(MODEL),
        Role=ROLE,
        Code={"ZipFile": placeholder_package().body},
        **{name: value for name, value in serving_configuration().items() if name != "Environment"},
    )
    catalog.write(connect.edges(NAMES).store, [MODEL])
    _add_data("night1.csv.gz", seed=1)


def _add_data(name: str, *, seed: int) -> None:
    lines = [http_connections.HEADER, *http_connections.rows(seed=seed), ""]
    connect.edges(NAMES).store.put(layout.dataset(MODEL, name), gzip.compress("\n".join(lines).encode(), mtime=0))


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    """All calls of clients that are made from here on."""
    calls: Counter[str] = Counter()

    def heard(**told: Any) -> None:
        calls[f"{told['model'].service_model.service_name}:{told['model'].name}"] += 1

    session.cache_clear()
    session().register("before-call", heard)
    yield calls
    session.cache_clear()
