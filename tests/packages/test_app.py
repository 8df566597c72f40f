"""What `chalice package` makes of the app, under Lambda's own runtime, against the stage with its live model."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.packages.conftest import STAGE, Deployed
from tests.packages.stand import Stand
from workflows.deploying.chalice_app.app import CHALICE
from workflows.packaging.archive import Package
from workflows.packaging.emulated import ACCOUNT, REGION

HANDLERS = {"app.app", "app.authorize", "app.nightly"}
BOTO3 = ("boto3", "botocore")
STRANGER = {
    "type": "TOKEN",
    "authorizationToken": "Bearer x",
    "methodArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:api/{STAGE}/GET/predict",
}


@dataclass(frozen=True)
class App:
    """The app's package, started once for every event."""

    stand: Stand
    deployed: Deployed
    code: Path
    handlers: set[str]
    variables: dict[str, str]

    def handle(self, handler: str, event: dict[str, Any], *, without: tuple[str, ...] = ()) -> Any:
        return self.stand.once(
            handler,
            event,
            code=self.code,
            without=without,
            name="app",
            environment=self.deployed.for_functions(self.variables),
        )

    def get(
        self, path: str, query: dict[str, str] | None = None, *, without: tuple[str, ...] = ()
    ) -> tuple[int, Any]:
        """What API Gateway hands on, and its answer's status and body."""
        answer = self.handle(
            "app.app",
            {
                "requestContext": {"httpMethod": "GET", "resourcePath": path, "identity": {}, "path": path},
                "path": path,
                "headers": {"accept": "application/json"},
                "multiValueHeaders": {},
                "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
                "pathParameters": {},
                "stageVariables": None,
                "body": None,
                "isBase64Encoded": False,
            },
            without=without,
        )
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture(scope="module")
def app(stand: Stand, deployed: Deployed, recorded: Any, tmp_path_factory: pytest.TempPathFactory) -> App:
    packaged = tmp_path_factory.mktemp("app")
    subprocess.run(
        [str(CHALICE), "package", "--stage", STAGE, str(packaged)],
        cwd=deployed.clone.folder,
        env=deployed.environment,
        capture_output=True,
        timeout=120,
        check=True,
    )
    template = json.loads((packaged / "sam.json").read_bytes())
    resources = template["Resources"].values()
    functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
    package = Package((packaged / "deployment.zip").read_bytes(), sha256="")
    return App(
        stand,
        deployed,
        code=stand.at("app", package),
        handlers={each["Handler"] for each in functions},
        variables=functions[0]["Environment"]["Variables"],
    )


def test_health_says_that_the_model_is_live(app: App) -> None:
    status, body = app.get("/health")

    assert status == 200, body


def test_predict_answers_with_the_live_model(app: App) -> None:
    status, body = app.get("/predict", {"duration": "0", "src_bytes": "54540", "dst_bytes": "8314"})

    assert (status, body["label"], body["model_version"]) == (200, "attack", 1)


def test_unknown_token_is_let_through_nowhere(app: App) -> None:
    answer = app.handle("app.authorize", STRANGER)

    allowed = [
        each for each in answer["policyDocument"]["Statement"] if each["Effect"] == "Allow" and each["Resource"]
    ]
    assert allowed == []


def test_package_has_the_handlers_that_are_started_here(app: App) -> None:
    assert app.handlers == HANDLERS


def test_prediction_and_its_token_need_no_library_of_the_runtime(app: App) -> None:
    asked = {"duration": "0", "src_bytes": "54540", "dst_bytes": "8314"}

    assert app.handle("app.authorize", STRANGER, without=BOTO3) == app.handle("app.authorize", STRANGER)
    assert app.get("/predict", asked, without=BOTO3) == app.get("/predict", asked)
