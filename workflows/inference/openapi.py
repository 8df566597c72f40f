"""Writes the routes and the model's columns as an OpenAPI document, for clients and for tests.

Source: https://spec.openapis.org/oas/v3.1.0.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.cutting import cut
from chalicelib.limits import LISTED_LEVELS

from .media_types import CSV, INLINE, JSON, JSON_LINES, REFUSED, WARNINGS
from .package import Service, columns, features

Document = dict[str, Any]
ROW_CHARACTERS = 1_000
"""Of the names of a row's columns."""

REFUSALS = {
    "400": "the body, or a row of it, cannot be read or scored",
    "401": "the token is missing or wrong",
    "404": "the body names another model",
    "406": "no answer is of a kind that Accept names",
    "408": "the body did not come in time",
    "413": "too many bytes or rows",
    "415": "the body is of another kind",
    "431": "the headers are too large",
    "503": "the server is busy, or stops: try again",
}
TEXT = {"type": "string"}
EACH_LINE = "a prediction in each line, or in its place the error of a row that is refused"
WITH_WARNINGS = f"{EACH_LINE}; the first prediction has the warnings of all"


def document(service: Service, *, has_token: bool) -> Document:
    """Of the two routes of the contract."""
    secured: Document = {"security": [{"token": []}]} if has_token else {}
    schemes: Document = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if has_token else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"nightswap: {service.model}", "version": str(service.model_version)},
        "paths": {"/ping": {"get": _ping()}, "/invocations": {"post": _invocations(service) | secured}},
        "components": {"schemas": _schemas(service)} | schemes,
    }


def _ping() -> Document:
    return {
        "operationId": "ping",
        "summary": "Whether it is healthy, and which version it is",
        "responses": {"200": _said("it is healthy", "Health")},
    }


def _invocations(service: Service) -> Document:
    a_row = cut(",".join(column.name for column in columns(service)), ROW_CHARACTERS)
    return {
        "operationId": "invocations",
        "summary": "Score a batch of rows",
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": _named("Request")},
                JSON_LINES: {"schema": {"type": "string", "description": "an instance in each line"}},
                CSV: {"schema": {"type": "string", "description": f"rows of {a_row}, with or without this header"}},
            },
        },
        "responses": {
            "200": {
                "description": "the predictions, in the order of the rows",
                "content": {
                    JSON: {"schema": _named("Answer")},
                    JSON_LINES: {"schema": TEXT},
                    f"{JSON_LINES}; {REFUSED}={INLINE}": {"schema": {**TEXT, "description": EACH_LINE}},
                    f"{JSON_LINES}; {REFUSED}={INLINE}; {WARNINGS}={INLINE}": {
                        "schema": {**TEXT, "description": WITH_WARNINGS}
                    },
                    CSV: {"schema": TEXT},
                },
            },
            **{status: _said(words, "Error") for status, words in REFUSALS.items()},
        },
    }


def _said(description: str, schema: str) -> Document:
    return {"description": description, "content": {JSON: {"schema": _named(schema)}}}


def _named(schema: str) -> Document:
    return {"$ref": f"#/components/schemas/{schema}"}


def _schemas(service: Service) -> Document:
    classes = list(service.scorer.classes)
    probability = {"type": "number", "minimum": 0, "maximum": 1}
    prediction = _object(
        {
            "label": {"enum": classes},
            "probability": probability,
            "probabilities": _object(dict.fromkeys(classes, probability), wanted=classes),
            "why": {"type": "object"},
        },
        wanted=["label", "probability", "probabilities"],
    )
    model, version = {"const": service.model}, {"const": service.model_version}
    return {
        "Health": _object(
            {"model": model, "model_version": version, "format": TEXT, "artifact_sha256": TEXT},
            wanted=["model", "model_version", "format", "artifact_sha256"],
        ),
        "Instance": _object(
            {feature.name: _feature(feature) for feature in features(service)},
            wanted=[feature.name for feature in features(service) if feature.missing is None],
        ),
        "Request": _object(
            {
                "instances": {"type": "array", "minItems": 1, "items": _named("Instance")},
                "model": model,
                "why": {"type": "integer", "minimum": 1, "maximum": 100},
            },
            wanted=["instances"],
        ),
        "Prediction": prediction,
        "Answer": _object(
            {
                "model": model,
                "model_version": version,
                "predictions": {"type": "array", "items": _named("Prediction")},
                "warnings": {"type": "array", "items": {"type": "object"}},
            },
            wanted=["model", "model_version", "predictions"],
        ),
        "Error": {
            **_object(
                {
                    "Code": TEXT,
                    "Message": TEXT,
                    "Field": {"type": ["string", "null"]},
                    "Accepted": {"type": ["string", "null"]},
                    "Instance": {"type": ["integer", "null"]},
                },
                wanted=["Code", "Message"],
            )
        },
    }


def _object(properties: Mapping[str, Any], *, wanted: Sequence[str]) -> Document:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(wanted),
        "additionalProperties": False,
    }


def _feature(feature: Any) -> Document:
    if not hasattr(feature, "columns"):
        return _column(feature)
    size, kind = len(feature.columns), "array" if feature.missing is None else ["array", "null"]
    number = _column(feature.columns[0])
    return {
        "type": kind,
        "description": feature.accepted,
        "items": number,
        "minItems": size,
        "maxItems": size,
    }


def _column(column: Any) -> Document:
    kind = "number" if getattr(column, "FORM", "") == "a number" else "string"
    told: Document = {"type": kind if column.missing is None else [kind, "null"], "description": column.accepted}
    if hasattr(column, "levels"):
        return told | _categories(column)
    if kind == "number" and getattr(column, "outside", "") != "clip":
        bounds = {"minimum": column.minimum, "maximum": column.maximum}
        told |= {name: bound for name, bound in bounds.items() if bound is not None}
    return told


def _categories(column: Any) -> Document:
    """Those that are accepted, where they are listed and few enough to be told."""
    if column.allowed is None or column.missing is not None or len(column.allowed) > LISTED_LEVELS:
        return {}
    return {"enum": list(column.allowed)}
