"""The image's entry point in a Python that sees the image's files alone; another suite adds Lambda's runtime."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.container.conftest import MODEL, VERSION, event, registry_with

GOOD = {"size": 2.5, "age": 4, "flag": "SF"}
ASK = """
import json, sys
from predict import handler
print(json.dumps([handler(event, None) for event in json.load(sys.stdin)]))
"""


@pytest.fixture(scope="module")
def image(package: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    registry_with(package).lay_out(folder)
    return folder / "image"


def answers(image: Path, *events: dict[str, Any]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(image)!r})\n{ASK}"],
        input=json.dumps(events),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_rows_are_answered_by_the_images_own_model_as_text_and_as_base64(image: Path) -> None:
    rows = json.dumps({"instances": [GOOD]})
    encoded = base64.b64encode(rows.encode()).decode()

    as_text, as_base64, by_name = answers(
        image,
        event(rows),
        event(encoded, is_base64=True, content_type=None),
        event(json.dumps({"instances": [GOOD], "model": MODEL})),
    )

    assert as_text == as_base64 == by_name
    assert (as_text["statusCode"], as_text["headers"]) == (200, {"content-type": "application/json"})
    body = json.loads(as_text["body"])
    assert (body["model"], body["model_version"], len(body["predictions"])) == (MODEL, VERSION, 1)


def test_refusals_are_those_of_the_api(image: Path) -> None:
    sent = {
        (415, "WrongContentType", "Content-Type"): event("size=2.5", content_type="text/csv"),
        (400, "BadRequest", None): event(None),
        (413, "BodyTooLarge", None): event(" " * 1_000_001),
        (404, "ModelUnknown", "model"): event(json.dumps({"instances": [GOOD], "model": "others"})),
        (400, "InstancesEmpty", "instances"): event('{"instances": []}'),
    }

    said = answers(image, *sent.values())

    bodies = [json.loads(each["body"]) for each in said]
    assert [
        (each["statusCode"], body["Code"], body.get("Field")) for each, body in zip(said, bodies, strict=True)
    ] == [*sent]
    assert bodies[3]["Accepted"] == MODEL
