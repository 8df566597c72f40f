"""The Chalice app's deployment, with small programs in the place of Chalice where it has to fail or to succeed."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import pytest

from chalicelib.errors import DeploymentFailed
from workflows.deploying.chalice_app.app import CHALICE, RestApi, deploy_app, find_api, url_under
from workflows.deploying.progress import Step
from workflows.packaging.bytecode import Interpreter

API = RestApi("abc123", "https://abc123.execute-api.eu-west-1.amazonaws.com/local/")
RECORD = {
    "resources": [
        {"name": "nightly", "resource_type": "lambda_function"},
        {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": API.api_id, "rest_api_url": API.url},
    ]
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".chalice" / "deployed").mkdir(parents=True)
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps({"stages": {"local": {}, "prod": {}}}))
    return tmp_path


def program(root: Path, source: str) -> Path:
    """An executable that stands in for Chalice's command."""
    path = root / "chalice"
    path.write_text(f"#!{sys.executable}\nimport os, sys\n{source}\n")
    path.chmod(0o755)
    return path


def test_command_is_the_one_beside_our_interpreter() -> None:
    assert CHALICE.parent == Path(sys.executable).parent
    assert CHALICE.exists()


def test_output_is_reported_line_by_line_and_the_api_found(root: Path) -> None:
    source = f"""
print(*sys.argv[1:], os.environ["AWS_ENDPOINT_URL"], os.getcwd())
open(".chalice/deployed/local.json", "w").write({json.dumps(RECORD)!r})
"""
    steps: list[Step] = []

    api = deploy_app(
        "local",
        root=root,
        environ={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
        report=steps.append,
        command=[program(root, source)],
    )

    assert api == API
    assert steps == [Step("chalice", f"deploy --stage local http://127.0.0.1:1 {root}", "")]


def test_package_is_made_and_compiled_before_it_is_deployed(root: Path) -> None:
    version = platform.python_version()
    kept = f".chalice/deployments/abc-python{version.rpartition('.')[0]}.zip"
    source = f"""
import zipfile
if sys.argv[1] == "package":
    os.makedirs(".chalice/deployments")
    with zipfile.ZipFile({kept!r}, "w") as made:
        made.writestr("app.py", "NUMBER = 1")
else:
    print(*(name for name in zipfile.ZipFile({kept!r}).namelist()))
    open(".chalice/deployed/local.json", "w").write({json.dumps(RECORD)!r})
"""
    steps: list[Step] = []
    compiler = Interpreter(Path(sys.executable), version)

    deploy_app(
        "local", root=root, environ={}, report=steps.append, command=[program(root, source)], compiler=compiler
    )

    assert steps == [Step("chalice", f"app.py __pycache__/app.{sys.implementation.cache_tag}.pyc", "")]


def test_failure_shows_all_that_was_printed(root: Path) -> None:
    command = program(root, "print('Creating IAM role'); sys.exit('boom')")

    with pytest.raises(DeploymentFailed, match=r"ended with code 1:\nCreating IAM role\nboom\n"):
        deploy_app("local", root=root, environ={}, report=lambda _: None, command=[command])


def test_api_is_read_from_the_record(root: Path) -> None:
    (root / ".chalice" / "deployed" / "local.json").write_text(json.dumps(RECORD))

    assert find_api("local", root=root) == API


def test_missing_record_says_how_to_deploy(root: Path) -> None:
    with pytest.raises(DeploymentFailed, match="nightswap deploy --stage local"):
        find_api("local", root=root)


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"resources": 7}', '{"resources": [{}]}'])
def test_damaged_record_says_what_to_do(root: Path, body: str) -> None:
    (root / ".chalice" / "deployed" / "local.json").write_text(body)

    with pytest.raises(DeploymentFailed, match=r"is not a record of Chalice's .*: delete the file, and deploy"):
        find_api("local", root=root)


def test_checkout_without_its_folder_cannot_be_deployed(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match="cannot be written, and Chalice keeps its package"):
        deploy_app("local", root=tmp_path, environ={}, report=lambda _: None, command=[CHALICE])


def test_record_without_an_api_says_what_to_do(root: Path) -> None:
    (root / ".chalice" / "deployed" / "local.json").write_text(json.dumps({"resources": []}))

    with pytest.raises(DeploymentFailed, match="names no REST API: delete the file"):
        find_api("local", root=root)


def test_address_on_aws_is_the_one_that_chalice_recorded() -> None:
    assert url_under(None, API, stage="local") == "https://abc123.execute-api.eu-west-1.amazonaws.com/local"


@pytest.mark.parametrize("endpoint_url", ["http://127.0.0.1:4566", "http://127.0.0.1:4566/"])
def test_address_under_an_endpoint_is_below_it(endpoint_url: str) -> None:
    assert url_under(endpoint_url, API, stage="local") == "http://127.0.0.1:4566/_aws/execute-api/abc123/local"
