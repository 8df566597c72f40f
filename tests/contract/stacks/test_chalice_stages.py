"""The files that Chalice reads for each stage: complete, and in step with each other."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings.api import ApiSettings
from chalicelib.settings.reading import load
from tests.clone import Clone
from workflows.deploying.chalice_app.app import CHALICE

FOLDER = Path(__file__).parents[3] / ".chalice"
CONFIG = json.loads((FOLDER / "config.json").read_bytes())
FUNCTIONS = ("", "-nightly", "-authorize")
STAGES = pytest.mark.parametrize("stage", ["local", "prod"])


def statements(stage: str, function: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"policy-{stage}{function}.json").read_bytes())["Statement"]
    return found


def test_both_stages_are_configured() -> None:
    assert set(CONFIG["stages"]) == {"local", "prod"}


@pytest.mark.parametrize("file", ["config.json", *(f"policy-STAGE{function}.json" for function in FUNCTIONS)])
def test_stages_differ_in_their_name_alone(file: str) -> None:
    if file == "config.json":
        local, prod = (json.dumps(CONFIG["stages"][stage]) for stage in ("local", "prod"))
    else:
        local, prod = ((FOLDER / file.replace("STAGE", stage)).read_text() for stage in ("local", "prod"))

    assert local.replace('"local"', '"prod"').replace("-local", "-prod").replace("/local/", "/prod/") == prod


@STAGES
def test_app_accepts_the_settings_of_the_stage(stage: str) -> None:
    settings = load(ApiSettings, CONFIG["stages"][stage]["environment_variables"])

    assert settings.stage == stage
    assert CONFIG["stages"][stage]["api_gateway_stage"] == stage


@STAGES
def test_every_function_has_its_policy_file(stage: str) -> None:
    configured = CONFIG["stages"][stage]
    named = [configured["iam_policy_file"]]
    named += [each["iam_policy_file"] for each in configured["lambda_functions"].values()]

    assert sorted(named) == sorted(f"policy-{stage}{function}.json" for function in FUNCTIONS)
    assert CONFIG["autogen_policy"] is False


def test_stages_share_what_costs_and_bounds_a_call() -> None:
    """At the edge there would be a CloudFront that nobody sees; memory is what the plan's bill counts."""
    shared = {name: value for name, value in CONFIG.items() if name != "stages"}

    assert shared == {
        "version": "2.0",
        "app_name": "nightswap",
        "autogen_policy": False,
        "api_gateway_endpoint_type": "REGIONAL",
        "lambda_timeout": 28,
        "lambda_memory_size": 512,
    }


def test_lambda_gives_up_before_the_gateway_does() -> None:
    assert CONFIG["lambda_timeout"] < 29


def test_chalice_gives_each_function_its_own_policy_and_packs_nothing_else(tmp_path: Path) -> None:
    root = Clone(tmp_path).folder
    environ = {"PATH": os.environ["PATH"], "HOME": str(root), "AWS_DEFAULT_REGION": "eu-west-1"}

    subprocess.run(
        [str(CHALICE), "package", "--stage", "prod", "out"], cwd=root, env=environ, check=True, capture_output=True
    )

    resources = json.loads((root / "out" / "sam.json").read_bytes())["Resources"]
    for role, function in {"ApiHandlerRole": "", "NightlyRole": "-nightly", "AuthorizeRole": "-authorize"}.items():
        (policy,) = resources[role]["Properties"]["Policies"]
        assert policy["PolicyDocument"]["Statement"] == statements("prod", function)
    with zipfile.ZipFile(root / "out" / "deployment.zip") as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"app.py", "chalice", "chalicelib"}
