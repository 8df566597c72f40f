"""The package that the retrain published, by itself: it needs nothing but Python, not even boto3."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from chalicelib import layout, names
from tests.packages.conftest import MODEL, STAGE, Deployed
from tests.packages.stand import Stand
from workflows.packaging import serving
from workflows.packaging.archive import Package

AWS_LIBRARIES = ("boto3", "botocore")
ATTACK = {"duration": ["0"], "src_bytes": ["54540"], "dst_bytes": ["8314"]}


@pytest.fixture(scope="module")
def published(deployed: Deployed, recorded: Any) -> Package:
    return deployed.package(layout.version(MODEL, 1, "package.zip"))


def test_published_version_is_the_package_of_the_registry(deployed: Deployed, published: Package) -> None:
    function = names.serving_function(STAGE, MODEL)

    version = deployed.client("lambda").get_function_configuration(FunctionName=function, Qualifier="live")

    assert version["CodeSha256"] == base64.b64encode(bytes.fromhex(published.sha256)).decode()
    assert version["Handler"] == serving.HANDLER


def test_published_package_scores_without_any_library(stand: Stand, published: Package) -> None:
    code = stand.at("serving", published)

    with stand.function(serving.HANDLER, code=code, without=AWS_LIBRARIES) as function:
        one = function.invoke({"query": ATTACK})
        two = function.invoke({"instances": [{"duration": 0, "src_bytes": 230, "dst_bytes": 1200}] * 2})
        wrong = function.invoke({"query": {**ATTACK, "duration": ["soon"]}})
        by_url = function.invoke(of_url("duration=0&src_bytes=54540&dst_bytes=8314"))

    assert (one["status"], one["body"]["model_version"]) == (200, 1)
    assert [each["label"] for each in one["body"]["predictions"]] == ["attack"]
    assert [each["label"] for each in two["body"]["predictions"]] == ["normal", "normal"]
    assert wrong["status"] == 400
    assert (by_url["statusCode"], json.loads(by_url["body"])) == (200, one["body"])


def of_url(query: str) -> dict[str, Any]:
    """The event of a function URL, as far as it is read."""
    return {"version": "2.0", "rawQueryString": query, "requestContext": {"http": {"method": "GET"}}}


def test_placeholder_answers_before_the_first_model(stand: Stand) -> None:
    code = stand.at("placeholder", serving.placeholder_package())

    answer = stand.once(serving.HANDLER, {"query": ATTACK}, code=code, without=AWS_LIBRARIES)

    assert (answer["status"], answer["body"]["Code"]) == (503, "NoLiveModel")
