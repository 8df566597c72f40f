"""No answer, no failure of a run and no notice quotes the words of AWS, a library or a file.

Each is marked, and the tests look for the mark in everything that a user sees. The exception is an estimator's error.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app import app
from chalicelib import layout, names
from chalicelib.contracts.batches import PredictBatchTask
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.documents import documents
from chalicelib.errors import NightswapError, Unexpected, leaves
from chalicelib.names import document_name
from chalicelib.runs import cleanup
from chalicelib.values import Value
from tests.contract.api.api_process import Api, Reply, secret, standing_in_for_aws, with_tokens
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going, outside
from tests.unit.lambdas.nightly_batch import RUN
from workflows.definitions.functions import SIGNATURES

MARK = "7f3a9c-said-by-others"
BATCH = f"{MODEL}-{20 * 'a'}"
PATH = {"run": "a-run", "model": MODEL, "version": "1", "batch": BATCH}
FROM_OUTSIDE: dict[str, type[Value]] = {names.MOVE_ALIAS: MoveAliasTask, names.PREDICT_BATCH: PredictBatchTask}
ROUTES = [(method, path.format(**PATH)) for path, methods in app.routes.items() for method in methods]
BODIES = {"/predict": '{"instances": [{}]}', "/retrain": '{"reason": "why"}'}


def refusing(asked: str, sent: bytes) -> Reply:
    return 400, {"__type": "AccessDeniedException", "message": MARK, "Message": MARK}


def babbling(asked: str, sent: bytes) -> Reply:
    return 200, {MARK: MARK, "models": MARK, "Parameter": MARK}


def only_tokens(reply: Any) -> Any:
    def answer(asked: str, sent: bytes) -> Reply:
        found: Reply = with_tokens(asked, sent) if "/tokens/" in asked else reply(asked, sent)
        return found

    return answer


@dataclass
class LambdaContext:
    """Of a function in an account of its own, so that no client of another test is taken."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


@pytest.fixture(params=[refusing, babbling], ids=["refusing", "babbling"])
def context(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaContext]:
    account = f"{abs(hash(request.param.__name__)) % 10**12:012}"
    with standing_in_for_aws(request.param) as address:
        for name, value in {
            "NIGHTSWAP_STAGE": f"s{account[:8]}",
            "NIGHTSWAP_CODE_SHA256": "code",
            "NIGHTSWAP_SERVING_SHA256": "serving",
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }.items():
            monkeypatch.setenv(name, value)
        yield LambdaContext(f"arn:aws:lambda:eu-west-1:{account}:function:f")


@pytest.mark.parametrize("reply", [refusing, babbling])
def test_no_route_repeats_what_aws_said(reply: Any) -> None:
    with standing_in_for_aws(only_tokens(reply)) as address:
        asked = [
            {
                "method": method,
                "path": path,
                "headers": {"Authorization": f"Bearer {secret('both')}", "Content-Type": "application/json"},
                "body": BODIES.get(path, '{"reason": "why"}'),
            }
            for method, path in ROUTES
            if path != "/"
        ]
        answers = Api(address).ask(*asked)

    assert [each for each in answers if MARK in each["body"]] == []
    assert {json.loads(each["body"])["Code"] for each in answers} <= set(leaves())


def payload(contract: type[Value]) -> dict[str, Any]:
    filled = {name: f"s3://a-bucket/{name}" for name in contract.field_names}
    numbers = {"model_version": 1, "judging": 1, "shift": 0, "function_version": "1", "failure": None, "force": False}
    known = {
        "batch": BATCH,
        "run": RUN,
        "model": MODEL,
        "action": "rollback",
        "lift_quarantine": False,
        "outcome": "Promoted",
    }
    return {name: {**numbers, **known}.get(name, value) for name, value in filled.items()}


@pytest.mark.parametrize("task", names.PIPELINE)
def test_no_task_repeats_what_aws_said(task: str, context: LambdaContext) -> None:
    contract = FROM_OUTSIDE[task] if task in FROM_OUTSIDE else SIGNATURES[task].takes
    module = importlib.import_module(f"lambdas.{document_name(task)}")

    try:
        said = f"{module.handler(payload(contract), context)}"
    except NightswapError as exc:
        said = f"{exc} {exc.details}"

    assert said
    assert MARK not in said


def test_failure_of_a_run_says_what_ours_says() -> None:
    night = outside()
    going(night, RUN)
    said = Unexpected("Train failed with KeyError: its log says more")
    report = {"errorMessage": str(said), "errorType": "Unexpected", "stackTrace": [MARK]}

    cleanup.after(night.edges, run=RUN, model=MODEL, failure={"Error": "Unexpected", "Cause": json.dumps(report)})

    outcome = documents.find(night.edges.store, layout.run_document(RUN, "outcome"))
    assert (outcome["error"], outcome["reason"]) == ("Unexpected", said.message)
    assert [notice for notice in night.notices.sent if MARK in f"{notice}"] == []
    assert len(night.notices.sent) == 1


def test_longest_cause_makes_a_short_outcome() -> None:
    night: FakeOutside = outside()
    going(night, RUN)

    cleanup.after(night.edges, run=RUN, model=MODEL, failure={"Error": "E" * 9_000, "Cause": "c" * 32_768})

    outcome = documents.find(night.edges.store, layout.run_document(RUN, "outcome"))
    assert len(json.dumps(outcome)) < 3_000
    assert outcome["reason"].endswith(" more)")
