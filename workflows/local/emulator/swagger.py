"""Translates a Swagger 2.0 document with API Gateway's extensions into bodies of the plain REST API operations.

Pure; `rest_apis` sends the result. Read along with "OpenAPI extensions for API Gateway" in AWS's guide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

VERBS = {each: each.upper() for each in ("get", "post", "put", "delete", "patch", "head", "options")}
VERBS["x-amazon-apigateway-any-method"] = "ANY"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path. The fields are the bodies of PutMethod, PutMethodResponse (by status),
    PutIntegration and PutIntegrationResponse (by status)."""

    path: str
    verb: str
    method: Json
    responses: dict[str, Json] = field(default_factory=dict)
    integration: Json | None = None
    integration_responses: dict[str, Json] = field(default_factory=dict)


def settings(document: Json) -> Json:
    """The body of CreateRestApi; the same names serve as paths of UpdateRestApi.

    >>> settings({"info": {"title": "shop", "version": "1.0"}})
    {'name': 'shop', 'version': '1.0', 'binaryMediaTypes': []}
    """
    info = document["info"]
    found = {
        "name": info["title"],
        "version": str(info.get("version", "")),
        "binaryMediaTypes": document.get("x-amazon-apigateway-binary-media-types") or [],
    }
    if policy := document.get("x-amazon-apigateway-policy"):
        found["policy"] = json.dumps(policy)
    return found


def authorizers(document: Json) -> dict[str, Json]:
    """The bodies of CreateAuthorizer, by the name of the security scheme."""
    return {
        name: {
            **scheme["x-amazon-apigateway-authorizer"],
            "name": name,
            "type": scheme["x-amazon-apigateway-authorizer"]["type"].upper(),
            "identitySource": scheme["x-amazon-apigateway-authorizer"].get("identitySource")
            or f"method.request.header.{scheme.get('name', 'Authorization')}",
        }
        for name, scheme in _schemes(document).items()
        if "x-amazon-apigateway-authorizer" in scheme
    }


def routes(document: Json, authorizer_ids: Mapping[str, str]) -> Iterator[Route]:
    """All routes; `authorizer_ids` are what CreateAuthorizer answered, by the name of the security scheme."""
    for path, item in (document.get("paths") or {}).items():
        for verb, operation in item.items():
            if verb.lower() in VERBS:
                security = operation.get("security", document.get("security")) or []
                yield _route(path, VERBS[verb.lower()], operation, _method(document, security, authorizer_ids))


def _route(path: str, verb: str, operation: Json, method: Json) -> Route:
    integration = operation.get("x-amazon-apigateway-integration") or {}
    parameters = {
        f"method.request.path.{each['name']}": True
        for each in operation.get("parameters") or []
        if each.get("in") == "path"
    }
    return Route(
        path=path,
        verb=verb,
        method={**method, "requestParameters": parameters},
        responses={
            status: {
                "responseParameters": {f"method.response.header.{name}": False for name in each.get("headers", {})}
            }
            for status, each in (operation.get("responses") or {}).items()
        },
        integration=_integration(integration) if integration else None,
        integration_responses={
            each["statusCode"]: {
                "selectionPattern": "" if pattern == "default" else pattern,
                "responseParameters": each.get("responseParameters") or {},
                "responseTemplates": each.get("responseTemplates") or {},
            }
            for pattern, each in (integration.get("responses") or {}).items()
        },
    )


def _integration(extension: Json) -> Json:
    return {name: value for name, value in extension.items() if name != "responses"} | {
        "type": extension["type"].upper(),
        "passthroughBehavior": extension.get("passthroughBehavior", "when_no_match").upper(),
    }


def _method(document: Json, security: list[Json], authorizer_ids: Mapping[str, str]) -> Json:
    method: Json = {"authorizationType": "NONE"}
    for name, scopes in ((name, scopes) for each in security for name, scopes in each.items()):
        scheme = _schemes(document).get(name, {})
        if name in authorizer_ids:
            kind = scheme["x-amazon-apigateway-authorizer"]["type"].upper()
            method["authorizationType"] = kind if kind == "COGNITO_USER_POOLS" else "CUSTOM"
            method["authorizerId"] = authorizer_ids[name]
        elif scheme.get("x-amazon-apigateway-authtype") == "awsSigv4":
            method["authorizationType"] = "AWS_IAM"
        else:
            method["apiKeyRequired"] = True
        if scopes:
            method["authorizationScopes"] = scopes
    return method


def _schemes(document: Json) -> Json:
    return document.get("securityDefinitions") or {}
