from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from tests.unit.workflows.deploying.fake_account import FakeAccount, FakeClient, calling, refused
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources, function_names

PROD = "nightswap-prod"
ROOT = Path(__file__).parents[5]


def resources(region: str = "eu-west-1", /, **clients: Any) -> ChaliceResources:
    return ChaliceResources(
        names=Names(stage="prod", account="123456789012", region=region),
        clients=FakeAccount(**clients),
        functions=["api_handler", "nightly"],
    )


def gateway(apis: dict[str, str], *, function: str) -> FakeClient:
    """APIs by ID and name, all of which call the function."""
    items = [{"id": api_id, "name": name} for api_id, name in apis.items()]
    pages = {"get_rest_apis": [{"items": items[:1]}, {"items": items[1:]}], "get_resources": [calling(function)]}
    return FakeClient(pages=pages, known={api_id: {"id": api_id} for api_id in apis})


def function(arn: str) -> dict[str, Any]:
    return {"Configuration": {"FunctionArn": arn}}


def test_functions_are_those_that_the_stage_configures(tmp_path: Path) -> None:
    (tmp_path / ".chalice").mkdir()
    config: dict[str, Any] = {"stages": {"prod": {"lambda_functions": {"authorize": {}, "nightly": {}}}, "bare": {}}}
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps(config))

    assert function_names("prod", root=tmp_path) == ["api_handler", "authorize", "nightly"]
    assert function_names("bare", root=tmp_path) == ["api_handler"]


def test_functions_of_this_project_are_all_configured() -> None:
    assert set(function_names("prod", root=ROOT)) == {"api_handler", "authorize", "nightly"}


def test_api_is_found_by_its_name_and_the_function_that_it_calls() -> None:
    found = resources(apigateway=gateway({"other": "a-shop", "ours": "nightswap"}, function=PROD))

    assert found.apis() == ["ours"]


@pytest.mark.parametrize("stage", ["nightswap-local", "nightswap-prod2", "nightswap-prod-nightly"])
def test_api_of_another_stage_is_not_ours(stage: str) -> None:
    assert resources(apigateway=gateway({"theirs": "nightswap"}, function=stage)).apis() == []


def test_api_exists_until_it_is_deleted() -> None:
    found = resources(apigateway=gateway({"ours": "nightswap"}, function=PROD))

    assert (found.api_exists("ours"), found.api_exists("gone")) == (True, False)


def test_record_names_what_exists_as_chalice_would() -> None:
    found = resources(
        iam=FakeClient(known={f"{PROD}-nightly": {"Role": {"Arn": "arn:role/nightly"}}}),
        **{"lambda": FakeClient(known={PROD: function("arn:api"), f"{PROD}-nightly": function("arn:nightly")})},
        events=FakeClient(known={f"{PROD}-nightly-event": {}}),
    )

    assert found.record(api_id="abc") == {
        "schema_version": "2.0",
        "backend": "api",
        "resources": [
            {"name": "api_handler", "resource_type": "lambda_function", "lambda_arn": "arn:api"},
            {
                "name": "nightly_role",
                "resource_type": "iam_role",
                "role_arn": "arn:role/nightly",
                "role_name": "nightswap-prod-nightly",
            },
            {"name": "nightly", "resource_type": "lambda_function", "lambda_arn": "arn:nightly"},
            {
                "name": "nightly-event",
                "resource_type": "cloudwatch_event",
                "rule_name": "nightswap-prod-nightly-event",
            },
            {
                "name": "rest_api",
                "resource_type": "rest_api",
                "rest_api_id": "abc",
                "rest_api_url": "https://abc.execute-api.eu-west-1.amazonaws.com/prod/",
            },
        ],
    }


def test_record_of_nothing_is_empty() -> None:
    assert resources().record(api_id=None)["resources"] == []


def test_api_in_china_has_an_address_in_china() -> None:
    (api,) = resources("cn-north-1").record(api_id="abc")["resources"]

    assert api["rest_api_url"] == "https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod/"


class Refusing(FakeClient):
    def get_rest_api(self, **_given: str) -> None:
        raise refused("AccessDeniedException")


def test_refusal_is_told_with_what_was_tried() -> None:
    with pytest.raises(DeploymentFailed, match="looking for REST API abc: AccessDeniedException"):
        resources(apigateway=Refusing()).api_exists("abc")
