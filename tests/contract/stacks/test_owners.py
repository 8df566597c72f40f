"""What the program rewrites no template holds: CloudFormation would write its own value over it with the next change.

So tokens, models, aliases and whatever belongs to the app that Chalice makes are set by calls, and templates hold
what nobody else sets. Every call that writes stands in WRITES, with what it writes as CloudFormation calls it.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from chalicelib.names import Names, serving_prefix
from chalicelib.settings.stage import StageSettings
from tests.clone import ROOT
from tests.short_forms import read_template
from workflows.deploying.chalice_app.chalice_resources import function_name, function_names
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
SETTINGS = StageSettings(alert_email="ops@example.com", xray="on", architecture="arm64", direct_concurrency=5)
TEMPLATES: dict[str, Mapping[str, Any]] = {
    "data": data_template(NAMES),
    "data, every setting": data_template(NAMES, settings=SETTINGS),
    "main": main_template("prod", models=["kdd99-http"]),
    "main, every setting": main_template("prod", models=["a", "b", "c"], settings=SETTINGS),
    "image": read_template(ROOT / "workflows/container/template.yaml"),
}
SERVICES = (
    *("s3", "lambda", "stepfunctions", "sns", "events", "cloudwatch", "logs", "ssm", "apigateway"),
    *("cloudformation", "iam", "sts", "resourcegroupstaggingapi"),
)
READING = ("get_", "list_", "describe_", "head_", "simulate_", "validate_", "test_", "start_query")
APP_FUNCTIONS = [function_name(NAMES, each) for each in function_names("prod", root=ROOT)]


def _is_any(_: Mapping[str, Any]) -> bool:
    return True


def _is_of_the_app(properties: Mapping[str, Any]) -> bool:
    """Whether it is named as what Chalice makes."""
    text = json.dumps(properties)
    return any(f'"{name}"' in text or f'/aws/lambda/{name}"' in text for name in APP_FUNCTIONS)


def _keeps_warm(properties: Mapping[str, Any]) -> bool:
    return "keep-warm" in json.dumps(properties)


def _is_of_an_endpoint(properties: Mapping[str, Any]) -> bool:
    return str(properties["AlarmName"]).endswith("-idle")


def _is_role_of_the_app(properties: Mapping[str, Any]) -> bool:
    return "RoleName" in properties


@dataclass(frozen=True)
class Written:
    """A resource, or one property of it. `which` of them, where the templates have others of the type."""

    type: str
    property: str | None = None
    which: Callable[[Mapping[str, Any]], bool] = _is_any


OBJECT, ALIAS, VERSION = Written("AWS::S3::Object"), Written("AWS::Lambda::Alias"), Written("AWS::Lambda::Version")
APP_LOG, APP_ROLE = (
    Written("AWS::Logs::LogGroup", None, _is_of_the_app),
    Written("AWS::IAM::Role", None, _is_role_of_the_app),
)
STAGE, API = Written("AWS::ApiGateway::Stage"), Written("AWS::ApiGateway::RestApi")
WRITES: dict[str, tuple[Written, ...]] = {
    **dict.fromkeys(("put_object", "copy_object", "delete_object", "delete_objects"), (OBJECT,)),
    **dict.fromkeys(("create_alias", "update_alias"), (ALIAS,)),
    "delete_function": (VERSION,),
    "update_function_code": (VERSION, Written("AWS::Lambda::Function", "Code")),
    "put_function_event_invoke_config": (Written("AWS::Lambda::EventInvokeConfig", None, _is_of_the_app),),
    **dict.fromkeys(("create_log_group", "put_retention_policy", "tag_resource", "delete_log_group"), (APP_LOG,)),
    **dict.fromkeys(
        ("create_role", "put_role_permissions_boundary", "delete_role_permissions_boundary"), (APP_ROLE,)
    ),
    **dict.fromkeys(
        ("create_function_url_config", "update_function_url_config", "delete_function_url_config"),
        (Written("AWS::Lambda::Url"),),
    ),
    **dict.fromkeys(
        ("put_rule", "put_targets", "remove_targets", "delete_rule"),
        (Written("AWS::Events::Rule", None, _keeps_warm),),
    ),
    **dict.fromkeys(
        ("add_permission", "remove_permission"), (Written("AWS::Lambda::Permission", None, _keeps_warm),)
    ),
    "delete_alarms": (Written("AWS::CloudWatch::Alarm", None, _is_of_an_endpoint),),
    "update_stage": (STAGE,),
    "delete_rest_api": (API,),
    "delete_parameters": (Written("AWS::SSM::Parameter"),),
    **dict.fromkeys(("delete_bucket", "delete_bucket_policy"), ()),  # by destroy, when the stack is gone
    **dict.fromkeys(("create_change_set", "execute_change_set", "delete_change_set", "delete_stack"), ()),
    **dict.fromkeys(("invoke", "publish", "put_events", "start_execution", "stop_execution"), ()),
}
"""By operation of boto3. Those without anything tell somebody something, or are CloudFormation itself."""
SERVING_CODE = Written("AWS::Lambda::Function", "Code")
"""Of a serving function the stack writes the placeholder into $LATEST, which nothing serves: what is published of it
before and after has a number, and stays as it is."""


def operations() -> set[str]:
    session = botocore.session.get_session()
    models = [session.get_service_model(service) for service in SERVICES]
    return {xform_name(name) for model in models for name in model.operation_names}


def called() -> Iterator[str]:
    """The operations that the product's sources name, by attribute or by text."""
    known = operations()
    files = [
        ROOT / "app.py",
        *(file for place in ("chalicelib", "workflows") for file in (ROOT / place).rglob("*.py")),
    ]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = getattr(node, "attr", getattr(node, "value", None))
            if isinstance(name, str) and name in known:
                yield name


def resources(template: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, resource in template["Resources"].items():
        yield name, resource["Type"], resource.get("Properties", {})


def held(template: Mapping[str, Any], written: Written) -> list[str]:
    """The resources, or properties of such, that the template holds and the program rewrites."""
    return [
        f"{name}.{written.property}" if written.property else name
        for name, kind, properties in resources(template)
        if kind == written.type and written.which(properties)
        if written.property is None or written.property in properties
    ]


def test_every_call_that_writes_is_known_with_what_it_writes() -> None:
    assert {name for name in called() if not name.startswith(READING)} == set(WRITES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_that_the_program_rewrites_is_in_a_template(name: str) -> None:
    rewritten = {each for several in WRITES.values() for each in several} - {SERVING_CODE}

    assert [each for written in rewritten for each in held(TEMPLATES[name], written)] == []


@pytest.mark.parametrize("name", ["main", "main, every setting"])
def test_code_that_the_stack_gives_a_serving_function_is_the_placeholder_and_serves_nothing(name: str) -> None:
    serving = [
        properties
        for _, kind, properties in resources(TEMPLATES[name])
        if kind == SERVING_CODE.type and str(properties["FunctionName"]).startswith(serving_prefix("prod"))
    ]

    assert serving
    assert all("PlaceholderSha256" in json.dumps(each["Code"]) for each in serving)


@pytest.mark.parametrize(
    ("resource", "operation"),
    [
        ({"Type": "AWS::SSM::Parameter", "Properties": {"Value": "no tokens"}}, "delete_parameters"),
        ({"Type": "AWS::Lambda::Alias", "Properties": {"FunctionVersion": "1"}}, "update_alias"),
        ({"Type": "AWS::ApiGateway::Stage", "Properties": {}}, "update_stage"),
        (
            {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/nightswap-prod-nightly"}},
            "put_retention_policy",
        ),
        (
            {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": {"FunctionName": "nightswap-prod-nightly"}},
            "put_function_event_invoke_config",
        ),
    ],
)
def test_template_that_held_what_the_program_rewrites_would_be_found(
    resource: Mapping[str, Any], operation: str
) -> None:
    assert [held({"Resources": {"Mistake": resource}}, each) for each in WRITES[operation]] == [["Mistake"]]
