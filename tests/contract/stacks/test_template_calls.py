"""Each service's own model accepts what both templates say to the service."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.model import StringShape
from botocore.validate import ParamValidator

from chalicelib import names
from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.reading import of_type
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template

NAMES = names.Names(stage="prod", account="123456789012", region="eu-west-1")
DATA = data_template(NAMES)
MAIN = main_template("prod", models=["kdd99-http", "mnist"])


def complaints(service: str, operation: str, given: dict[str, Any]) -> str:
    """What botocore's model of the service says against a call."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    assert model.input_shape is not None
    return str(ParamValidator().validate(given, model.input_shape).generate_report())


def allowed_values(service: str, shape: str) -> list[str]:
    found = botocore.session.get_session().get_service_model(service).shape_for(shape)
    assert isinstance(found, StringShape)
    return list(found.enum)


def test_lambda_accepts_every_function() -> None:
    for function in of_type(MAIN, "AWS::Lambda::Function").values():
        assert complaints("lambda", "CreateFunction", function) == ""
        assert function["Runtime"] in allowed_values("lambda", "Runtime")
        assert set(function["Architectures"]) <= set(allowed_values("lambda", "Architecture"))
        assert function["Timeout"] <= 900
        assert 128 <= function["MemorySize"] <= 3008
        assert len(function["FunctionName"]) <= 64


def test_lambda_accepts_every_layer() -> None:
    for layer in of_type(MAIN, "AWS::Lambda::LayerVersion").values():
        assert complaints("lambda", "PublishLayerVersion", layer) == ""


def test_other_services_accept_their_resources() -> None:
    (rule,) = of_type(MAIN, "AWS::Events::Rule").values()
    (permission,) = of_type(MAIN, "AWS::Lambda::Permission").values()

    assert complaints("events", "PutTargets", {"Rule": "any", "Targets": rule["Targets"]}) == ""
    assert complaints("lambda", "AddPermission", {"StatementId": "any", **permission}) == ""


def test_address_of_the_settings_is_subscribed_to_the_topic() -> None:
    data = data_template(NAMES, settings=StageSettings(alert_email="ops@example.com"))

    assert of_type(DATA, "AWS::SNS::Subscription") == {}
    (subscription,) = of_type(data, "AWS::SNS::Subscription").values()
    assert complaints("sns", "Subscribe", subscription) == ""
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")


def test_failed_repair_is_told_to_the_topic() -> None:
    (config,) = of_type(MAIN, "AWS::Lambda::EventInvokeConfig").values()
    (topic,) = of_type(DATA, "AWS::SNS::Topic").values()

    assert complaints("lambda", "PutFunctionEventInvokeConfig", config) == ""
    assert config["DestinationConfig"]["OnFailure"]["Destination"].endswith(f":{topic['TopicName']}")
    assert MAIN["Resources"]["RestoreAliasFailures"]["Properties"]["FunctionName"] == {"Ref": "RestoreAliasFunction"}
