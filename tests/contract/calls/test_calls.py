"""Every call of AWS that a request or a run makes is counted, and stands in docs/aws-calls.md beside AWS's quota."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from tests.clone import ROOT
from tests.contract.calls import a_run, requests
from tests.contract.calls.quotas import plane_of
from tests.contract.calls.table import DOCUMENT, rendered
from workflows.local.process import LocalAws

AT_MOST = 12
"""Calls of Lambda's control plane by a run: the account has 15 a second, and every model of a night runs at once."""


@pytest.fixture(scope="module")
def by_request() -> Mapping[str, Counter[str]]:
    return requests.measured()


@pytest.fixture(scope="module")
def by_run(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Counter[str]]:
    with LocalAws.start(ROOT, state=tmp_path_factory.mktemp("aws"), short_port=0) as started:
        return a_run.measured(started)


def of_control_planes(calls: Counter[str]) -> dict[str, int]:
    return {call: count for call, count in calls.items() if plane_of(call).is_control}


@pytest.mark.parametrize("name", [each.name for each in requests.REQUESTS if each.is_open])
def test_what_anybody_may_ask_and_every_prediction_asks_no_control_plane(
    name: str, by_request: Mapping[str, Counter[str]]
) -> None:
    assert of_control_planes(by_request[name]) == {}


def test_token_that_was_seen_and_what_cannot_be_one_cost_no_call_at_all(
    by_request: Mapping[str, Counter[str]],
) -> None:
    assert by_request[requests.KNOWN] == by_request["the authorizer, what cannot be a token"] == {}
    assert by_request["GET /"] == {}


def test_no_request_and_no_run_lists_the_functions_of_the_account(
    by_request: Mapping[str, Counter[str]], by_run: Mapping[str, Counter[str]]
) -> None:
    made = set().union(*by_request.values(), *by_run.values())

    assert not made & {"lambda:ListFunctions", "ssm:GetParameter"}
    assert {"lambda:GetAlias", "lambda:Invoke", "s3:GetObject"} <= made


def test_run_leaves_lambda_s_control_plane_to_others_too(by_run: Mapping[str, Counter[str]]) -> None:
    whole = sum(by_run.values(), Counter[str]())

    asked = sum(count for call, count in of_control_planes(whole).items() if call.startswith("lambda:"))

    assert 0 < asked <= AT_MOST


def test_committed_table_is_what_was_counted(
    by_request: Mapping[str, Counter[str]], by_run: Mapping[str, Counter[str]]
) -> None:
    assert rendered(by_request, by_run).splitlines() == DOCUMENT.read_text().splitlines(), (
        "run `make render` and look at the difference"
    )


def test_call_that_no_quota_is_known_of_is_refused() -> None:
    with pytest.raises(LookupError, match="no quota is known of kms:Decrypt"):
        plane_of("kms:Decrypt")
