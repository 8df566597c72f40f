"""Each check on something healthy and on something broken, which it names with the way out."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from chalicelib.errors import DeploymentFailed, PackagingFailed, RecipeInvalid
from chalicelib.names import Names
from tests.fakes.store import InMemoryStore
from workflows.deploying import record
from workflows.doctor.account.credentials import check_region, who_calls
from workflows.doctor.account.existing import check_bucket, check_stacks
from workflows.doctor.account.limits import check_limits
from workflows.doctor.finding import Finding, Severity, is_healthy, refuse, unhindered
from workflows.doctor.machine.environments import pins
from workflows.doctor.machine.recipe_files import check_recipe_files
from workflows.doctor.machine.requirements import check_requirements
from workflows.doctor.machine.tools import check_tools
from workflows.doctor.stage.chalice_record import check_record
from workflows.doctor.stage.function_sizes import check_sizes
from workflows.doctor.stage.runtimes import check_runtimes
from workflows.doctor.stage.stage_settings import check_recipes, check_settings
from workflows.packaging.sizes import FunctionSize, Part
from workflows.stacks.settings import CONFIG

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
ROOT = Path(__file__).parents[4]


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "AnyOperation")


class Answering:
    """A client whose every operation gives the answer, or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __getattr__(self, _operation: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def worst(findings: list[Finding]) -> Severity:
    return max((each.severity for each in findings), key=list(Severity).index)


@pytest.mark.parametrize(
    ("version", "expected"), [((3, 11), True), ((3, 13), True), ((3, 10), False), ((3, 14), False)]
)
def test_python_has_to_be_one_that_lambda_has(version: tuple[int, int], expected: bool) -> None:
    findings = list(check_tools(ROOT, python=version, which=lambda tool: tool))

    assert is_healthy(findings) is expected


def test_nothing_is_said_of_the_apps_python_which_is_a_setting_of_the_stage() -> None:
    findings = list(check_tools(ROOT, python=(3, 11), which=lambda tool: tool))

    assert findings[0].what == "Python 3.11 is supported"


def test_missing_tool_is_named() -> None:
    findings = list(check_tools(ROOT, which=lambda tool: None if tool == "git" else tool))

    assert [each.where for each in findings if each.severity is Severity.ERROR] == ["git"]


def test_lock_with_a_version_for_each_python_pins_both() -> None:
    found = pins("numpy==2.3.5 ; python_version < '3.12' \\\nnumpy==2.4.0 ; python_version >= '3.12' \\\n")

    assert found["numpy"].versions == {"2.3.5", "2.4.0"}
    assert not found["numpy"].everywhere


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (NoCredentialsError(), "there are none"),
        (refusal("ExpiredToken"), "have expired"),
        (refusal("InvalidClientTokenId"), "are not known"),
        (refusal("AccessDenied"), "are refused"),
    ],
)
def test_credentials_that_do_not_work_are_explained(raised: Exception, words: str) -> None:
    caller = who_calls(Answering(raised))

    assert caller.account is None
    assert words in caller.findings[0].what
    assert caller.findings[0].way_out


def test_missing_region_is_an_error() -> None:
    assert not is_healthy(check_region(None))
    assert is_healthy(check_region("eu-west-1"))


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_region_of_another_partition_is_an_error(region: str) -> None:
    (finding,) = check_region(region)

    assert not is_healthy([finding])
    assert f"is {region}, in AWS's partition aws-" in finding.what
    assert "eu-west-1" in finding.way_out


@pytest.mark.parametrize(("concurrency", "expected"), [(10, Severity.WARNING), (1000, Severity.OK)])
def test_limits_of_a_new_account_are_a_warning(concurrency: int, expected: Severity) -> None:
    answer = {
        "AccountLimit": {"ConcurrentExecutions": concurrency, "TotalCodeSize": 100},
        "AccountUsage": {"TotalCodeSize": 1},
    }

    assert worst(list(check_limits(Answering(answer)))) is expected


@pytest.mark.parametrize(("code", "expected"), [("404", True), ("403", False)])
def test_bucket_of_another_account_is_an_error(code: str, expected: bool) -> None:
    findings = check_bucket(Answering(refusal(code)), NAMES, stack_exists=False)

    assert is_healthy(findings) is expected


def test_kept_bucket_is_adopted() -> None:
    (found,) = check_bucket(Answering({}), NAMES, stack_exists=False)

    assert found.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("tags", "status", "expected"),
    [
        ([], "CREATE_COMPLETE", Severity.ERROR),
        ([{"Key": "nightswap:stage", "Value": "prod"}], "CREATE_COMPLETE", Severity.OK),
        ([{"Key": "nightswap:stage", "Value": "prod"}], "UPDATE_IN_PROGRESS", Severity.NOTE),
        ([{"Key": "nightswap:stage", "Value": "prod"}], "UPDATE_ROLLBACK_FAILED", Severity.ERROR),
    ],
)
def test_stack_without_our_tag_is_somebody_elses(tags: Any, status: str, expected: Severity) -> None:
    client = Answering({"Stacks": [{"StackStatus": status, "Tags": tags}]})

    assert worst(list(check_stacks(client, NAMES))) is expected


def test_refused_look_is_a_warning_and_not_the_end() -> None:
    (found,) = unhindered(check_limits(Answering(refusal("AccessDenied"))), where="limits")

    assert (found.severity, found.where) == (Severity.WARNING, "limits")


def test_requirement_that_chalice_drops_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# ours\nrequests==2\nscipy\n")

    def build(folder: Path) -> str:
        with zipfile.ZipFile(folder / "deployment.zip", "w") as archive:
            archive.writestr("requests-2.0.dist-info/METADATA", "")
        return ""

    found = {each.severity: each.what for each in check_requirements(tmp_path, build=build)}

    assert "requests" in found[Severity.OK]
    assert "scipy" in found[Severity.ERROR]


def test_empty_requirements_are_not_built(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# nothing\n")

    assert is_healthy(check_requirements(tmp_path, build=lambda _: "must not be called"))


def test_function_over_the_limit_names_what_has_to_go() -> None:
    large = FunctionSize(function="train", layers=("sklearn",), parts=(Part("scipy", 300_000_000), Part("a", 1)))

    (found,) = check_sizes(lambda: [large])

    assert found.severity is Severity.ERROR
    assert "scipy" in found.what


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
        ({"NIGHTSWAP_SERVING_MEMORY_MB": "64"}, "expected 128 to 3008"),
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


@pytest.mark.parametrize("content", ["{", "[" * 100_000])
def test_record_that_is_no_json_names_no_other_account(tmp_path: Path, content: str) -> None:
    record.path("prod", root=tmp_path).parent.mkdir(parents=True)
    record.path("prod", root=tmp_path).write_text(content)

    (found,) = check_record(NAMES, root=tmp_path, store=InMemoryStore(), apis=["api-1"])

    assert "does not name the stage's REST API api-1" in found.what


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

    findings = list(check_recipes("prod", root=ROOT, models=["loans"], load=load))

    assert [each.severity for each in findings] == [Severity.ERROR, Severity.ERROR]


def test_file_that_only_looks_like_a_recipe_is_an_error() -> None:
    findings = list(check_recipe_files([], load=lambda _: None, problems=["lambdas/recipes/my-loans.py is no"]))

    assert [(each.severity, each.what) for each in findings] == [
        (Severity.ERROR, "lambdas/recipes/my-loans.py is no")
    ]


def test_deployment_with_a_broken_recipe_is_refused_and_names_every_one() -> None:
    def load(model: str) -> object:
        if model == "cars":
            return None
        raise RecipeInvalid(f"lambdas/recipes/{model}.py, line 3: no")

    refuse(check_recipe_files(["cars"], load=load))
    with pytest.raises(DeploymentFailed) as raised:
        refuse(check_recipe_files(["boats", "cars", "loans"], load=load))

    assert raised.value.message == (
        "recipe boats cannot be used: lambdas/recipes/boats.py, line 3: no\n"
        "recipe loans cannot be used: lambdas/recipes/loans.py, line 3: no\n"
        "Nothing was changed: correct that, and repeat the command"
    )
