from __future__ import annotations

from typing import Any

from workflows.local.emulator import swagger

LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"
DOCUMENT: dict[str, Any] = {
    "info": {"title": "nightswap", "version": "1.0"},
    "securityDefinitions": {
        "door": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": LAMBDA},
        },
        "signed": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"},
        "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    },
    "paths": {
        "/runs/{run}": {
            "parameters": [{"name": "shared", "in": "query"}],
            "get": {
                "parameters": [{"name": "run", "in": "path"}, {"name": "page", "in": "query"}],
                "security": [{"door": []}],
                "responses": {"200": {"headers": {"X-Run": {"type": "string"}}}},
                "x-amazon-apigateway-integration": {
                    "type": "aws_proxy",
                    "uri": LAMBDA,
                    "responses": {"default": {"statusCode": "200"}, "4..": {"statusCode": "400"}},
                },
            },
        }
    },
}


def _routes(**changes: Any) -> list[swagger.Route]:
    operation = DOCUMENT["paths"]["/runs/{run}"]["get"] | changes
    return list(swagger.routes(DOCUMENT | {"paths": {"/runs/{run}": {"get": operation}}}, {"door": "a1"}))


def test_settings_carry_title_binary_types_and_policy() -> None:
    document = DOCUMENT | {
        "x-amazon-apigateway-binary-media-types": ["image/png"],
        "x-amazon-apigateway-policy": {"Version": "2012-10-17"},
    }

    assert swagger.settings(document) == {
        "name": "nightswap",
        "version": "1.0",
        "binaryMediaTypes": ["image/png"],
        "policy": '{"Version": "2012-10-17"}',
    }


def test_only_schemes_with_an_authorizer_become_one() -> None:
    assert swagger.authorizers(DOCUMENT) == {
        "door": {
            "type": "TOKEN",
            "authorizerUri": LAMBDA,
            "name": "door",
            "identitySource": "method.request.header.Authorization",
        }
    }


def test_route_has_its_method_responses_and_integration() -> None:
    (route,) = _routes()

    assert (route.path, route.verb) == ("/runs/{run}", "GET")
    assert route.method == {
        "authorizationType": "CUSTOM",
        "authorizerId": "a1",
        "requestParameters": {"method.request.path.run": True},
    }
    assert route.responses == {"200": {"responseParameters": {"method.response.header.X-Run": False}}}
    assert route.integration == {"type": "AWS_PROXY", "uri": LAMBDA, "passthroughBehavior": "WHEN_NO_MATCH"}
    assert [body["selectionPattern"] for body in route.integration_responses.values()] == ["", "4.."]


def test_security_schemes_without_an_authorizer() -> None:
    (signed,) = _routes(security=[{"signed": []}])
    (keyed,) = _routes(security=[{"api_key": []}])
    (open_to_all,) = _routes(security=[])

    assert signed.method["authorizationType"] == "AWS_IAM"
    assert (keyed.method["authorizationType"], keyed.method["apiKeyRequired"]) == ("NONE", True)
    assert open_to_all.method["authorizationType"] == "NONE"


def test_scopes_are_handed_on() -> None:
    (route,) = _routes(security=[{"door": ["operate"]}])

    assert route.method["authorizationScopes"] == ["operate"]


def test_method_of_any_verb_and_method_without_integration() -> None:
    document: dict[str, Any] = {"paths": {"/any": {"x-amazon-apigateway-any-method": {}}}}

    (route,) = swagger.routes(document, {})

    assert (route.verb, route.integration, route.integration_responses) == ("ANY", None, {})
