"""docs/security.md tells what the policies permit and what the code keeps: held against both."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app import app
from chalicelib.api import access
from chalicelib.api.known_tokens import FRESH_SECONDS, OLD_SECONDS
from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from lambdas.model.evaluation.tally import differences, replay_sample
from lambdas.model.reading import findings
from tests.contract.docs import pages
from workflows.deploying.chalice_app.access_log import FIELDS
from workflows.packaging.needs import Needs
from workflows.stacks import grants
from workflows.stacks.data_stack import data_template
from workflows.stacks.grants import TASK_GRANTS, Grant
from workflows.stacks.permissions import serving_statements

PAGE = pages.PAGES["security.md"]
TOLD = {cells[0].strip("`"): cells[1] for cells in pages.rows(PAGE) if len(cells) == 2}
POWERS: dict[str, Callable[[Grant], bool]] = {
    "read the data set": lambda grant: grants.DATASETS in grant.reads,
    "write the training part and the holdout": lambda grant: {grants.SIDES, grants.PARTS} <= set(grant.writes),
    "write the artifact": lambda grant: grants.ARTIFACT in grant.writes,
    "write the verdict": lambda grant: set(grants.documents("report")) <= set(grant.writes),
    "write row answers": lambda grant: grants.ROW_ANSWERS in grant.writes,
    "write versions and evidence": lambda grant: {grants.VERSIONS, grants.EVIDENCE} <= set(grant.writes),
    "publish code of the serving function": lambda grant: "lambda:UpdateFunctionCode" in grant.serving,
    "move the alias": lambda grant: "lambda:UpdateAlias" in grant.serving,
    "append to the ledger": lambda grant: grants.LEDGER in grant.writes,
    "ask numbered versions": lambda grant: grant.asks_versions,
    "read metrics and the serving functions' logs": lambda grant: grant.asks_for_metrics,
    "quarantine": lambda grant: grants.QUARANTINE in grant.writes,
    "pin": lambda grant: grants.PIN in grant.writes,
    "record outcomes": lambda grant: set(grants.documents("outcome")) <= set(grant.writes),
    "delete intermediates": lambda grant: grants.WORK in grant.deletes,
    "announce": lambda grant: grant.announces,
}
APP = {
    "the API": "policy-prod",
    "the authorizer": "policy-prod-authorize",
    "the nightly function": "policy-prod-nightly",
}
ACTIONS = {
    "ask the live model": "lambda:InvokeFunction",
    "start runs": "states:StartExecution",
    "start and stop runs": "states:StopExecution",
    "read tokens": "s3:GetObject",
    "publish to the topic": "sns:Publish",
}


@pytest.mark.parametrize("scope", access.ROUTES)
def test_a_scope_opens_the_routes_of_the_page(scope: str) -> None:
    routes = [f"{method} {path}" for method, path in access.ROUTES[scope]]

    assert TOLD[scope].replace("\\*", "*").split(", ") == routes


@pytest.mark.parametrize("task", TASK_GRANTS)
def test_a_role_has_exactly_the_powers_of_the_page(task: str) -> None:
    told = {power for power in POWERS if power in TOLD[task].split(", ")}

    assert told == {power for power, has in POWERS.items() if has(TASK_GRANTS[task])}


@pytest.mark.parametrize("who", APP)
def test_a_function_of_the_app_has_the_powers_of_the_page(who: str) -> None:
    policy = json.loads((pages.ROOT / ".chalice" / f"{APP[who]}.json").read_text("utf-8"))
    permitted = {action for statement in policy["Statement"] for action in statement["Action"]}
    writes = [arn for each in policy["Statement"] if "s3:PutObject" in each["Action"] for arn in each["Resource"]]

    assert {ACTIONS[power] for power in TOLD[who].split(", ") if power in ACTIONS} <= permitted
    assert permitted.isdisjoint({"lambda:UpdateAlias", "lambda:UpdateFunctionCode", "s3:DeleteObject"})
    assert all(arn.endswith("*/request.json") for arn in writes)


@pytest.mark.parametrize(("stored", "services"), [((), {"logs"}), (("kdd99-http",), {"logs", "s3"})])
def test_the_serving_function_may_write_its_log_and_read_what_is_too_large_for_its_package(
    stored: tuple[str, ...], services: set[str]
) -> None:
    given = serving_statements("prod", "kdd99-http", logical_id="ServeKdd99Xhttp", needs=Needs(stored=stored))

    assert TOLD["the serving function"] == "write its own log; of a graph, read its own model's artifacts"
    assert {action.split(":")[0] for each in given for action in each["Action"]} == services


def test_the_times_of_a_removed_token_are_those_of_the_code() -> None:
    (authorizer,) = app.builtin_auth_handlers
    gateway = authorizer.ttl_seconds or 0

    assert f"{8 * access.SECRET_BYTES} random bits" in PAGE
    assert f"refused within {gateway + FRESH_SECONDS:.0f} s" in PAGE
    assert f"{FRESH_SECONDS:.0f} s, API Gateway's {gateway} s" in PAGE
    assert f"at most {(gateway + OLD_SECONDS) / 60:.0f} minutes" in PAGE


def test_the_bucket_is_as_the_page_says() -> None:
    resources = data_template(Names(stage="prod", account="123456789012", region="eu-west-1"))["Resources"]
    rules = resources["Bucket"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    denied = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert TOLD["objects of the bucket"].startswith(rules[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"])
    assert "aws:SecureTransport" in json.dumps(denied)
    assert "KmsMasterKeyId" not in resources["Alerts"]["Properties"]


def test_what_quotes_data_is_told_with_its_numbers() -> None:
    assert f"up to {findings.SHOWN_CELLS} cells of each mistake, {findings.SHOWN_CHARACTERS} characters" in PAGE
    assert f"up to {replay_sample.ROWS_MAX} in a version's replay sample and {differences.ROWS_MAX} in its" in PAGE
    assert f"kept {StageSettings().log_retention_days} days" in PAGE
    assert {"path", "queryString", "header"}.isdisjoint(FIELDS.values())
