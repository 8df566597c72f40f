"""The real `chalice deploy`, unmodified, against the local AWS; and the short address of what it deploys."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from workflows.local.process import LocalAws

APP = """
from chalice import AuthResponse, Chalice, Rate

app = Chalice(app_name="nightswap")

@app.authorizer(ttl_seconds=60)
def door(request):
    return AuthResponse(routes=["*"] if request.token == "Bearer good" else [], principal_id="caller")

@app.route("/health")
def health():
    return {"release": 1}

@app.route("/predict", methods=["GET", "POST"], authorizer=door)
def predict():
    request = app.current_request
    return {"query": request.query_params, "body": request.json_body if request.method == "POST" else None}

@app.route("/runs/{run}", cors=True)
def run(run):
    return {"run": run}

@app.schedule(Rate(1, unit=Rate.HOURS))
def nightly(event):
    return "swapped"
"""

CONFIG = {
    "version": "2.0",
    "app_name": "nightswap",
    "manage_iam_role": False,
    "iam_role_arn": "arn:aws:iam::000000000000:role/any",
    "stages": {"local": {"api_gateway_stage": "local"}},
}

Chalice = Callable[..., None]
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / ".chalice").mkdir()
    (folder / ".chalice" / "config.json").write_text(json.dumps(CONFIG))
    (folder / "app.py").write_text(APP)
    (folder / "requirements.txt").write_text("")
    return folder


@pytest.fixture(scope="module")
def chalice(local_aws: LocalAws, project: Path, user_environment: dict[str, str]) -> Chalice:
    """Runs chalice in the project, from a shell that holds a real account's settings."""

    def run(command: str) -> None:
        done = subprocess.run(
            [Path(sys.executable).with_name("chalice"), command, "--stage", "local"],
            cwd=project,
            env=local_aws.environment(user_environment),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def api_id(chalice: Chalice, project: Path) -> Iterator[str]:
    chalice("deploy")
    yield _deployed_id(project)
    chalice("delete")


@pytest.fixture
def ask(local_aws: LocalAws) -> Ask:
    """Asks the short address; answers the status and the JSON."""

    def request(path: str, *, method: str = "GET", body: Any = None, token: str | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(urlsplit(local_aws.short_url).netloc, timeout=20)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answered = connection.getresponse()
            content = answered.read()
            return answered.status, json.loads(content) if content else None
        finally:
            connection.close()

    return request


def test_short_address_says_that_nothing_is_deployed_yet(start_local_aws: Callable[..., LocalAws]) -> None:
    with start_local_aws() as empty:
        connection = http.client.HTTPConnection(urlsplit(empty.short_url).netloc, timeout=20)
        connection.request("GET", "/predict")
        answered = connection.getresponse()
        body = json.loads(answered.read())
        connection.close()

    assert (answered.status, body["error"]) == (503, "NotDeployed")


def test_short_address_is_the_deployed_stage(api_id: str, ask: Ask) -> None:
    assert ask("/health") == (200, {"release": 1})
    assert ask("/runs/a-run%20b") == (200, {"run": "a-run b"})


def test_authorizer_guards_its_routes(api_id: str, ask: Ask) -> None:
    assert [ask("/predict")[0], ask("/predict", token="bad")[0], ask("/predict", token="good")[0]] == [401, 403, 200]


def test_query_and_body_arrive(api_id: str, ask: Ask) -> None:
    assert ask("/predict?src_bytes=54540", token="good")[1]["query"] == {"src_bytes": "54540"}
    assert ask("/predict", method="POST", body={"instances": []}, token="good")[1]["body"] == {"instances": []}


def test_unknown_path_and_preflight_are_answered_by_the_gateway(api_id: str, ask: Ask) -> None:
    assert ask("/nowhere")[0] == 403
    assert ask("/runs/any", method="OPTIONS")[0] == 200


def test_administration_is_out_of_reach_of_the_short_address(api_id: str, ask: Ask) -> None:
    assert ask("/_ministack/health")[0] == 403


def test_schedule_is_a_rule_with_its_function(api_id: str, local_aws: LocalAws, clients: Callable[..., Any]) -> None:
    events = clients(local_aws, "events")

    rules = [each for each in events.list_rules()["Rules"] if "nightly" in each["Name"]]

    assert [each["ScheduleExpression"] for each in rules] == ["rate(1 hour)"]
    assert len(events.list_targets_by_rule(Rule=rules[0]["Name"])["Targets"]) == 1


def test_deploying_again_keeps_the_api_and_follows_the_routes(
    api_id: str, chalice: Chalice, project: Path, ask: Ask, local_aws: LocalAws, clients: Callable[..., Any]
) -> None:
    (project / "app.py").write_text(
        APP.replace("/runs/{run}", "/executions/{run}").replace('"release": 1', '"release": 2')
    )

    chalice("deploy")

    assert _deployed_id(project) == api_id
    assert ask("/health") == (200, {"release": 2})
    assert [ask("/runs/any")[0], ask("/executions/any")[0]] == [403, 200]
    gateway = clients(local_aws, "apigateway")
    assert len(gateway.get_authorizers(restApiId=api_id)["items"]) == 1
    assert len(gateway.get_rest_apis()["items"]) == 1


def test_api_that_was_made_anew_is_found_by_its_name(
    api_id: str, chalice: Chalice, project: Path, ask: Ask, local_aws: LocalAws, clients: Callable[..., Any]
) -> None:
    clients(local_aws, "apigateway").delete_rest_api(restApiId=api_id)
    gone = ask("/health")[0]

    chalice("deploy")

    assert gone == 503
    assert _deployed_id(project) != api_id
    assert ask("/health")[0] == 200


def test_delete_leaves_nothing(
    api_id: str, chalice: Chalice, local_aws: LocalAws, clients: Callable[..., Any], ask: Ask
) -> None:
    chalice("delete")

    functions = clients(local_aws, "lambda").list_functions()["Functions"]
    assert [each for each in functions if each["FunctionName"].startswith("nightswap-local")] == []
    assert clients(local_aws, "apigateway").get_rest_apis()["items"] == []
    assert ask("/health")[0] == 503


def _deployed_id(project: Path) -> str:
    deployed = json.loads((project / ".chalice" / "deployed" / "local.json").read_text())
    return next(str(each["rest_api_id"]) for each in deployed["resources"] if each["resource_type"] == "rest_api")
