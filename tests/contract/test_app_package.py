"""What `chalice package` makes of the app for each stage: nothing left for Chalice to guess, and nothing too much.

The real command runs in a folder with the files that it reads, so that the clone stays as it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings.stage import StageSettings
from workflows.deploying.chalice_app.app import chalice
from workflows.doctor.machine.requirements import chalice_package
from workflows.stacks.functions import RUNTIME

ROOT = Path(__file__).parents[2]
CHALICE = Path(sys.executable).with_name("chalice")
STAGES = ("local", "prod")
SIZE_LIMIT_BYTES = 1_000_000
"""Lambda takes 50 MB (docs: gettingstarted-limits), but a small package is a short cold start."""

GATEWAY_LIMIT_SECONDS = 29
FUNCTIONS = {"APIHandler": "app.app", "Authorize": "app.authorize", "Nightly": "app.nightly"}
POLICIES = {"ApiHandlerRole": "", "AuthorizeRole": "-authorize", "NightlyRole": "-nightly"}
PATHS_WITHOUT_TOKEN = {"/", "/health"}


@dataclass(frozen=True)
class Packaged:
    stage: str
    resources: dict[str, dict[str, Any]]
    archive: Path
    files: dict[str, int]
    """Path in the archive, and size in bytes."""

    def properties(self, resource: str) -> dict[str, Any]:
        found: dict[str, Any] = self.resources[resource]["Properties"]
        return found


def copied(project: Path) -> Path:
    """The files that Chalice reads, in that folder."""
    for name in ("app.py", "requirements.txt"):
        shutil.copy2(ROOT / name, project / name)
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".chalice", project / ".chalice", ignore=shutil.ignore_patterns("deployed", "deployments"))
    return project


@pytest.fixture(scope="module", params=STAGES)
def packaged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    stage = request.param
    project = copied(tmp_path_factory.mktemp(f"package-{stage}"))
    done = subprocess.run(
        [str(CHALICE), "package", "--stage", stage, "packaged"],
        cwd=project,
        env={"HOME": str(project), "AWS_DEFAULT_REGION": "eu-west-1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    archive = project / "packaged" / "deployment.zip"
    with zipfile.ZipFile(archive) as opened:
        files = {each.filename: each.file_size for each in opened.infolist()}
    template = json.loads((project / "packaged" / "sam.json").read_bytes())
    return Packaged(stage, template["Resources"], archive, files)


def committed(name: str) -> Any:
    return json.loads((ROOT / ".chalice" / name).read_bytes())


@pytest.mark.parametrize("runtime", ["python3.11", "python3.12", "python3.13"])
def test_runtime_is_the_settings_whatever_python_packs(runtime: str, tmp_path: Path) -> None:
    project = copied(tmp_path)

    done = subprocess.run(
        [*chalice(runtime), "package", "--stage", "prod", "packaged"],
        cwd=project,
        env={"HOME": str(project), "AWS_DEFAULT_REGION": "eu-west-1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    resources = json.loads((project / "packaged" / "sam.json").read_bytes())["Resources"].values()
    functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
    assert [each["Runtime"] for each in functions] == [runtime] * len(FUNCTIONS)
    assert [each.stem.rpartition("-")[2] for each in (project / ".chalice/deployments").iterdir()] == [runtime]
    assert (done.stdout.strip(), done.stderr) == ("Creating deployment package.", "")


def test_runtime_of_the_app_is_the_tasks_unless_it_is_set() -> None:
    assert StageSettings().app_runtime == RUNTIME


def test_package_has_the_three_functions_and_no_other(packaged: Packaged) -> None:
    functions = {
        name: each["Properties"]["Handler"]
        for name, each in packaged.resources.items()
        if each["Type"] == "AWS::Serverless::Function"
    }

    assert functions == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_gives_up_before_the_gateway_does(packaged: Packaged, function: str) -> None:
    properties = packaged.properties(function)

    assert (properties["Timeout"], properties["MemorySize"]) == (28, 512)
    assert properties["Timeout"] < GATEWAY_LIMIT_SECONDS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_is_told_its_stage(packaged: Packaged, function: str) -> None:
    told = packaged.properties(function)["Environment"]["Variables"]

    assert told == committed("config.json")["stages"][packaged.stage]["environment_variables"]
    assert told["NIGHTSWAP_STAGE"] == packaged.stage


@pytest.mark.parametrize("role", POLICIES)
def test_function_may_do_what_its_committed_policy_says(packaged: Packaged, role: str) -> None:
    policies = packaged.properties(role)["Policies"]

    assert [each["PolicyDocument"] for each in policies] == [
        committed(f"policy-{packaged.stage}{POLICIES[role]}.json")
    ]
    assert "ManagedPolicyArns" not in packaged.properties(role)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_has_its_own_role(packaged: Packaged, function: str) -> None:
    roles = {name.lower(): name for name in POLICIES}
    own = roles[f"{function}role".lower()]

    assert packaged.properties(function)["Role"] == {"Fn::GetAtt": [own, "Arn"]}


def test_nightly_run_comes_at_three_in_the_night(packaged: Packaged) -> None:
    events = packaged.properties("Nightly")["Events"]

    assert events == {"NightlyEvent": {"Type": "Schedule", "Properties": {"Schedule": "cron(0 3 * * ? *)"}}}


def test_api_is_regional_and_named_as_its_stage(packaged: Packaged) -> None:
    properties = packaged.properties("RestAPI")

    assert (properties["EndpointConfiguration"], properties["StageName"]) == ("REGIONAL", packaged.stage)


def test_authorizer_is_asked_for_every_token_once_a_minute(packaged: Packaged) -> None:
    (name, definition), *others = packaged.properties("RestAPI")["DefinitionBody"]["securityDefinitions"].items()

    authorizer = definition["x-amazon-apigateway-authorizer"]
    assert (name, others) == ("authorize", [])
    assert (definition["in"], definition["name"]) == ("header", "Authorization")
    assert (authorizer["type"], authorizer["authorizerResultTtlInSeconds"]) == ("token", 60)
    assert "${Authorize.Arn}" in authorizer["authorizerUri"]["Fn::Sub"]


def test_every_path_but_two_needs_a_token(packaged: Packaged) -> None:
    paths = packaged.properties("RestAPI")["DefinitionBody"]["paths"]

    unprotected = {
        path
        for path, methods in paths.items()
        for each in methods.values()
        if each.get("security") != [{"authorize": []}]
    }

    assert unprotected == PATHS_WITHOUT_TOKEN


def test_nothing_else_is_created(packaged: Packaged) -> None:
    kinds = {each["Type"] for each in packaged.resources.values()}

    assert kinds == {
        "AWS::Serverless::Function",
        "AWS::Serverless::Api",
        "AWS::IAM::Role",
        "AWS::Lambda::Permission",
    }


def test_archive_holds_the_app_and_chalice_and_nothing_else(packaged: Packaged) -> None:
    """No scikit-learn, pandas, numpy or boto3, and none of lambdas and workflows: Lambda's runtime has the rest."""
    assert {path.partition("/")[0] for path in packaged.files} == {"app.py", "chalicelib", "chalice"}


def test_archive_holds_all_of_chalicelib(packaged: Packaged) -> None:
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chalicelib").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {path for path in packaged.files if path.startswith("chalicelib/")} == sources


def test_archive_holds_the_page(packaged: Packaged) -> None:
    assert packaged.files["chalicelib/dashboard/page.html"] > 0


def test_archive_is_small(packaged: Packaged) -> None:
    assert packaged.archive.stat().st_size < SIZE_LIMIT_BYTES


def test_archive_starts_by_itself(packaged: Packaged, tmp_path: Path) -> None:
    """Unpacked where nothing of the clone is in reach, beside the boto3 that Lambda's runtime has."""
    with zipfile.ZipFile(packaged.archive) as opened:
        opened.extractall(tmp_path)
    script = "import app, chalice, chalicelib; print(app.__file__, chalice.__file__, chalicelib.__file__)"

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert [Path(each).is_relative_to(tmp_path) for each in done.stdout.split()] == [True, True, True]


def test_doctor_packages_the_app_where_no_region_is_set(packaged: Packaged, tmp_path: Path) -> None:
    project = packaged.archive.parents[1]
    build = chalice_package(packaged.stage, root=project, environ={"HOME": str(project)})

    trouble = build(tmp_path / "built")

    assert trouble == ""
    assert (tmp_path / "built" / "deployment.zip").exists()


def test_chalice_that_does_not_end_is_a_failure_in_words(tmp_path: Path) -> None:
    build = chalice_package("local", root=ROOT, environ={"HOME": str(tmp_path)}, timeout_seconds=0.01)

    assert build(tmp_path) == "it took more than 0.01 s; perhaps an index of packages does not answer"
