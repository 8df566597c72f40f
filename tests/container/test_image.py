"""The image's function under Lambda's own runtime client and emulator, asked as API Gateway asks."""

from __future__ import annotations

import base64
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lambdas.model.formats.fitted import Fitted
from tests.container.conftest import MODEL, VERSION, Start, event
from tests.container.image import Image
from tests.given import data
from workflows.packaging.emulated import EmulatedFunction, Failure
from workflows.stacks.functions import RUNTIME

GOOD = {"size": 2.5, "age": 4, "flag": "SF"}


def answered(function: EmulatedFunction, sent: Any) -> tuple[int, dict[str, Any]]:
    answer = function.invoke(sent)
    assert answer.keys() == {"statusCode", "headers", "body"}
    assert answer["headers"] == {"content-type": "application/json"}
    return answer["statusCode"], json.loads(answer["body"])


def test_image_is_of_the_python_that_the_stack_serves_with(image: Image) -> None:
    assert image.base == f"public.ecr.aws/lambda/python:{RUNTIME.removeprefix('python')}"


def test_image_answers_as_the_estimator_does(function: EmulatedFunction, fitted: Fitted) -> None:
    rows = data.table(fitted.recipe, rows=50, seed=3)
    columns = {name: column.tolist() for name, column in rows.features(fitted.recipe).items()}
    instances = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    status, body = answered(function, event(json.dumps({"instances": instances})))

    assert status == 200
    assert (body["model"], body["model_version"]) == (MODEL, VERSION)
    assert [each["label"] for each in body["predictions"]] == fitted.answers(rows).labels.tolist()


@pytest.mark.parametrize("fields", [{"instances": [GOOD]}, {"instances": [GOOD], "model": MODEL}])
@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", None])
def test_body_may_come_as_base64(
    function: EmulatedFunction, fields: dict[str, Any], content_type: str | None
) -> None:
    encoded = base64.b64encode(json.dumps(fields).encode()).decode()

    as_text = answered(function, event(json.dumps(fields), content_type=content_type))
    as_base64 = answered(function, event(encoded, content_type=content_type, is_base64=True))

    assert as_text == as_base64
    assert as_text[0] == 200


@pytest.mark.parametrize(
    ("sent", "status", "code", "field"),
    [
        (
            event("size=2.5", content_type="application/x-www-form-urlencoded"),
            415,
            "WrongContentType",
            "Content-Type",
        ),
        (event('{"instances": ['), 400, "BadRequest", None),
        (event(None), 400, "BadRequest", None),
        (event("[]"), 400, "BadRequest", None),
        (event('{"instances": [], "instances": []}'), 400, "BadRequest", "instances"),
        (event('{"query": {}}'), 400, "BadRequest", "query"),
        (event('{"instances": []}'), 400, "InstancesEmpty", "instances"),
        (event(json.dumps({"instances": [GOOD | {"colour": 1}]})), 400, "FeatureUnknown", "colour"),
        (event(json.dumps({"instances": [GOOD | {"size": "large"}]})), 400, "FeatureNotANumber", "size"),
        (event(json.dumps({"instances": [GOOD], "model": "others"})), 404, "ModelUnknown", "model"),
        (event(" " * 1_000_001), 413, "BodyTooLarge", None),
    ],
)
def test_bad_request_is_answered_in_the_words_of_the_app(
    function: EmulatedFunction, sent: Any, status: int, code: str, field: str | None
) -> None:
    got, body = answered(function, sent)

    assert (got, body["Code"], body.get("Field")) == (status, code, field)
    assert body["Message"]


def test_image_holds_bytecode_that_lambda_need_not_check(image: Image) -> None:
    sources = list(image.folder.rglob("*.py"))
    bytecode = list(image.folder.rglob("*.pyc"))

    assert {path.stem.partition(".")[0] for path in bytecode} == {path.stem for path in sources}
    assert len(bytecode) == len(sources)
    unchecked_hash = 1
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in bytecode} == {unchecked_hash}


def changed(image: Image, folder: Path) -> Image:
    return replace(image, folder=shutil.copytree(image.folder, folder))


@pytest.mark.parametrize("module", ["responses", "serving_functions", "errors", "names", "prediction"])
def test_missing_module_is_a_function_that_does_not_start(
    image: Image, start: Start, tmp_path: Path, module: str
) -> None:
    less = changed(image, tmp_path / "task")
    for path in (less.folder / "chalicelib").rglob(f"{module}*.py*"):
        path.unlink()

    with start(less) as function, pytest.raises(Failure, match=r"Runtime\.ImportModuleError"):
        function.invoke(event("{}"))


def test_model_that_was_tampered_with_is_not_served(image: Image, start: Start, tmp_path: Path) -> None:
    """An exception is an answer of 500 by API Gateway, and a line in the log."""
    other = changed(image, tmp_path / "task")
    (other.folder / "model.json").write_text("{}")

    with start(other) as function, pytest.raises(Failure, match="PackageBroken"):
        function.invoke(event(json.dumps({"instances": [GOOD]})))
