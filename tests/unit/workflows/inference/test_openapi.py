from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from tests.given.inference import GOOD, service, with_an_array
from workflows.inference import openapi, scoring
from workflows.inference.package import health

SERVICE = service()
DOCUMENT = openapi.document(SERVICE, has_token=False)


def fits(value: object, schema: str, *, document: dict[str, Any] = DOCUMENT) -> bool:
    whole = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    return bool(jsonschema.Draft202012Validator(whole).is_valid(value))


def test_document_has_the_two_routes_of_the_contract() -> None:
    assert {path: [*methods] for path, methods in DOCUMENT["paths"].items()} == {
        "/ping": ["get"],
        "/invocations": ["post"],
    }
    assert DOCUMENT["info"] == {"title": "nightswap: flows", "version": "7"}


def test_what_is_answered_fits_the_document() -> None:
    for instances in ([GOOD], [{**GOOD, "age": None}, GOOD]):
        status, body = scoring.score(SERVICE, {"instances": instances, "why": 2})
        assert status == 200
        assert fits(body, "Answer")
    assert fits(health(SERVICE), "Health")
    assert fits(scoring.score(SERVICE, {"instances": [{}]})[1], "Error")


@pytest.mark.parametrize(
    ("instance", "is_taken"),
    [
        (GOOD, True),
        (GOOD | {"age": None}, True),
        ({name: GOOD[name] for name in GOOD if name != "age"}, True),
        ({name: GOOD[name] for name in GOOD if name != "size"}, False),
        (GOOD | {"size": "20"}, False),
        (GOOD | {"size": -1}, False),
        (GOOD | {"zone": "x"}, False),
        (GOOD | {"colour": 1}, False),
    ],
)
def test_instance_fits_the_document_where_it_is_scored(instance: dict[str, Any], is_taken: bool) -> None:
    assert fits(instance, "Instance") is is_taken
    assert (scoring.score(SERVICE, {"instances": [instance]})[0] == 200) is is_taken


def test_clipped_column_takes_numbers_beyond_its_bounds() -> None:
    document = openapi.document(service(outside="clip"), has_token=False)

    assert fits(GOOD | {"size": -1}, "Instance", document=document)


def test_date_is_a_text() -> None:
    document = openapi.document(service(kind="date"), has_token=False)

    assert document["components"]["schemas"]["Instance"]["properties"]["size"]["type"] == "string"


def test_token_is_told() -> None:
    document = openapi.document(SERVICE, has_token=True)

    assert document["paths"]["/invocations"]["post"]["security"] == [{"token": []}]
    assert "security" not in document["paths"]["/ping"]["get"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


@pytest.mark.parametrize(
    ("pixels", "is_taken"),
    [([1, 2, 3], True), ([1, 2], False), ([1, 2, 256], False), ([1, 2, None], False), (None, False)],
)
def test_instance_with_an_array_fits_where_the_service_takes_it(pixels: object, is_taken: bool) -> None:
    taking = with_an_array()
    instance = {"age": 4, "pixels": pixels}

    assert fits(instance, "Instance", document=openapi.document(taking, has_token=False)) is is_taken
    assert (scoring.score(taking, {"instances": [instance]})[0] == 200) is is_taken


def test_document_tells_how_refusals_stand_among_the_answers() -> None:
    answers = DOCUMENT["paths"]["/invocations"]["post"]["responses"]["200"]["content"]

    assert "in its place the error" in answers["application/jsonlines; refused=inline"]["schema"]["description"]
    with_warnings = answers["application/jsonlines; refused=inline; warnings=inline"]["schema"]["description"]
    assert "in its place the error" in with_warnings and "the warnings of all" in with_warnings
