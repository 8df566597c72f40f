"""Each check of the stage on something healthy and on something broken, which it names with the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.errors import PackagingFailed, RecipeInvalid
from workflows.doctor.finding import Severity, is_healthy
from workflows.doctor.stage.function_sizes import check_sizes
from workflows.doctor.stage.runtimes import check_runtimes
from workflows.doctor.stage.stage_settings import check_recipes, check_settings
from workflows.packaging.sizes import FunctionSize, Part
from workflows.stacks.settings import CONFIG

ROOT = Path(__file__).parents[4]


def test_function_over_the_limit_names_what_has_to_go() -> None:
    large = FunctionSize(function="train", layers=("sklearn",), parts=(Part("scipy", 300_000_000), Part("a", 1)))

    (found,) = check_sizes(lambda: [large])

    assert (found.severity, found.where) == (Severity.ERROR, "train")
    assert "scipy" in found.what


def test_function_within_the_limit_is_told_with_its_room() -> None:
    small = FunctionSize(function="train", layers=("sklearn",), parts=(Part("scipy", 100_000_000),))

    (found,) = check_sizes(lambda: [small])

    assert (found.severity, found.where) == (Severity.OK, "train")
    assert found.what == "100 MB unzipped with its layers, 162 MB below the limit"


def test_function_of_code_alone_is_told_with_a_decimal() -> None:
    code = FunctionSize(function="the serving function of loans", layers=(), parts=(Part("serve", 123_456),))

    (found,) = check_sizes(lambda: [code])

    assert found.what == "0.1 MB unzipped with its layers, 262 MB below the limit"


def test_package_that_cannot_be_built_is_an_error() -> None:
    def measure() -> list[FunctionSize]:
        raise PackagingFailed("the package index is not reachable")

    (found,) = check_sizes(measure)

    assert "not reachable" in found.what


@pytest.mark.parametrize(("runtime", "expected"), [("python3.13", True), ("python3.11", False)])
def test_runtime_has_to_be_the_one_of_the_wheels(runtime: str, expected: bool) -> None:
    properties = {"Runtime": runtime, "Architectures": ["x86_64"], "MemorySize": 512}
    template = {"Resources": {"Train": {"Type": "AWS::Lambda::Function", "Properties": properties}}}

    assert is_healthy(check_runtimes(template)) is expected


def test_runtime_of_no_wheel_is_told_with_the_file_that_sets_it() -> None:
    properties = {"Runtime": "python3.13", "Architectures": ["arm64"], "MemorySize": 512}
    template = {"Resources": {"Train": {"Type": "AWS::Lambda::Function", "Properties": properties}}}
    wrong = {
        "Resources": {"Train": {"Type": "AWS::Lambda::Function", "Properties": properties | {"Runtime": "go1.x"}}}
    }

    (fine,) = check_runtimes(template)
    (found,) = check_runtimes(wrong)

    assert (fine.severity, fine.where) == (Severity.OK, "python3.13, arm64")
    assert (found.severity, found.where) == (Severity.ERROR, "go1.x, arm64")
    assert found.way_out == "set the functions to that, in workflows/stacks/functions.py"


def test_memory_that_a_new_account_does_not_grant_is_a_note_with_the_way_out() -> None:
    properties = {"Runtime": "python3.13", "Architectures": ["x86_64"], "MemorySize": 3009}
    template = {"Resources": {"Train": {"Type": "AWS::Lambda::Function", "Properties": properties}}}

    _, found = check_runtimes(template)

    assert (found.severity, found.where) == (Severity.NOTE, "Train")
    assert (found.what, found.way_out) == (
        "has 3009 MB, and a new account grants 3008",
        "ask AWS support for more if the deployment is refused, or take less",
    )


def test_memory_that_a_new_account_grants_needs_no_note() -> None:
    properties = {"Runtime": "python3.13", "Architectures": ["x86_64"], "MemorySize": 3008}

    (fine,) = check_runtimes({"Resources": {"Train": {"Type": "AWS::Lambda::Function", "Properties": properties}}})

    assert fine.severity is Severity.OK


def stage_folder(folder: Path, **variables: str) -> Path:
    config = json.loads((ROOT / ".chalice" / "config.json").read_bytes())
    config["stages"]["prod"]["environment_variables"] |= variables
    (folder / ".chalice").mkdir()
    for file in (ROOT / ".chalice").glob("policy-*.json"):
        (folder / ".chalice" / file.name).write_bytes(file.read_bytes())
    (folder / ".chalice" / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"NIGHTSWAP_SHEDULE": "x"}, "NIGHTSWAP_SHEDULE"),
        ({"NIGHTSWAP_DEFAULT_MODEL": "No Model"}, "NIGHTSWAP_DEFAULT_MODEL"),
        ({"NIGHTSWAP_STAGE": "local"}, "act on that stage"),
        ({"NIGHTSWAP_SCHEDULE": "cron(0 3 * * * *)"}, "NIGHTSWAP_SCHEDULE is 'cron(0 3 * * * *)': expected ? in"),
        ({"NIGHTSWAP_SCHEDULE": "0 3 * * *"}, "NIGHTSWAP_SCHEDULE is '0 3 * * *': expected an EventBridge"),
        ({"NIGHTSWAP_SCHEDULE": ""}, "NIGHTSWAP_SCHEDULE is missing"),
        ({"NIGHTSWAP_ALERT_EMAIL": "ops"}, "NIGHTSWAP_ALERT_EMAIL is 'ops'"),
        ({"NIGHTSWAP_SERVING_MEMORY_MB": "64"}, "expected 128 to 10240"),
    ],
)
def test_wrong_setting_is_named(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    findings = list(check_settings("prod", root=stage_folder(tmp_path, **variables)))

    assert any(words in each.what for each in findings if each.severity is Severity.ERROR)


def test_settings_of_the_committed_stages_are_in_order() -> None:
    assert all(is_healthy(check_settings(stage, root=ROOT)) for stage in ("local", "prod"))


def test_unknown_stage_and_missing_policy_are_errors(tmp_path: Path) -> None:
    root = stage_folder(tmp_path)
    (root / ".chalice" / "policy-prod.json").unlink()

    assert not is_healthy(check_settings("nope", root=root))
    assert not is_healthy(check_settings("prod", root=root))


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000])
def test_policy_file_that_is_no_json_is_an_error(tmp_path: Path, content: str) -> None:
    root = stage_folder(tmp_path)
    (root / ".chalice" / "policy-prod.json").write_text(content)

    (found,) = check_settings("prod", root=root)

    assert "missing or no JSON" in found.what


def test_function_of_the_app_without_a_policy_is_an_error(tmp_path: Path) -> None:
    root = stage_folder(tmp_path)
    config = json.loads((root / CONFIG).read_bytes())
    del config["stages"]["prod"]["lambda_functions"]["nightly"]
    (root / CONFIG).write_text(json.dumps(config))

    (found,) = check_settings("prod", root=root)

    assert "nightly names no iam_policy_file" in found.what


def test_broken_recipe_and_default_model_without_one_are_errors() -> None:
    def load(model: str) -> object:
        raise RecipeInvalid("two columns have one name")

    findings = list(check_recipes("prod", root=ROOT, models=["loans"], load=load, problems=["my-loans.py is none"]))

    assert [each.severity for each in findings] == [Severity.ERROR] * 3
    assert findings[0].what == "my-loans.py is none"
