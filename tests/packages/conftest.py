"""The stand, a stage of its own on a local AWS, and one retrain in it, task by task, in the tasks' real packages.

The Python is Lambda's where this machine has it, else the present one; the tests' names say which it was.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib import layout, names
from chalicelib.errors import PackagingFailed
from tests import http_connections
from tests.clone import ROOT, Clone
from tests.given import local_aws
from tests.packages.stand import Stand
from workflows.deploying.deploy import deploy
from workflows.local.process import LocalAws
from workflows.packaging import layers
from workflows.packaging.archive import Package
from workflows.packaging.bytecode import Interpreter, interpreter
from workflows.packaging.emulated import ACCOUNT, REGION, RUNTIME, emulator
from workflows.packaging.layers import LAYERS_OF_TASK
from workflows.packaging.wheels import PYTHON

STAGE = "local"
MODEL = "kdd99-http"
RUN = "kdd99-http-packages"
PRESENT = Interpreter(Path(sys.executable), platform.python_version())
FOUND = interpreter(PYTHON) or PRESENT
"""The Python that the packages are started with."""


@pytest.fixture(scope="session", autouse=True)
def no_real_account() -> Iterator[None]:
    with local_aws.reached_alone():
        yield


@pytest.fixture(scope="session", params=[FOUND], ids=[f"python{FOUND.version}"])
def stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """Without emulator or package index the suite ends at once, and says what is missing."""
    architecture = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
    python: Interpreter = request.param
    version = ".".join(python.version.split(".")[:2])
    try:
        program = emulator(ROOT)
        runtime = layers.build(RUNTIME, root=ROOT, architecture=architecture, report=print, python=version)
    except PackagingFailed as exc:
        pytest.exit(f"no package can be started: {exc.message}", returncode=1)
    folder = tmp_path_factory.mktemp("stand")
    return Stand(
        root=ROOT, folder=folder, emulator=program, python=python, architecture=architecture, runtime=runtime
    )


@dataclass(frozen=True)
class Deployed:
    """A stage on a local AWS, in the account that Lambda's emulator names."""

    clone: Clone
    session: boto3.Session
    environment: dict[str, str]
    bucket: str

    def client(self, service: str) -> Any:
        endpoint = self.environment["AWS_ENDPOINT_URL"]
        return self.session.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]

    def object(self, key: str) -> bytes:
        body: bytes = self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def package(self, key: str) -> Package:
        body = self.object(key)
        return Package(body, hashlib.sha256(body).hexdigest())

    def for_functions(self, configured: dict[str, str]) -> dict[str, str]:
        """A function's environment: as the stack configured it, and the way to this AWS."""
        return {name: value for name, value in self.environment.items() if name.startswith("AWS_")} | configured


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    clone = Clone(tmp_path_factory.mktemp("clone"))
    with LocalAws.start(clone.folder, state=tmp_path_factory.mktemp("aws"), short_port=0) as aws:
        environment = aws.environment(clone.environment) | {"AWS_ACCESS_KEY_ID": ACCOUNT}
        session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="test", region_name=REGION)
        done = deploy(STAGE, session=session, root=clone.folder, models=[MODEL], report=print, environ=environment)
        yield Deployed(clone, session, environment, done.bucket)


@dataclass(frozen=True)
class Tasks:
    """Starts the stack's functions, each as the stack has configured it."""

    stand: Stand
    deployed: Deployed

    def __call__(self, task: str, event: dict[str, Any], *, without: tuple[str, ...] = ()) -> Any:
        name = names.task_function(STAGE, task)
        configured = self.deployed.client("lambda").get_function_configuration(FunctionName=name)
        variables = configured["Environment"]["Variables"]
        code = self.deployed.package(layout.deployed(b64decode(configured["CodeSha256"]).hex(), ".zip"))
        return self.stand.once(
            configured["Handler"],
            event,
            code=self.stand.at("tasks", code),
            layers_of_it=LAYERS_OF_TASK[task],
            without=without,
            name=name,
            environment=self.deployed.for_functions(variables),
        )


@pytest.fixture(scope="session")
def run_task(stand: Stand, deployed: Deployed) -> Tasks:
    return Tasks(stand, deployed)


@pytest.fixture(scope="session")
def data(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = http_connections.write(tmp_path_factory.mktemp("data") / "night1.csv.gz", http_connections.rows())
    key = layout.dataset(MODEL, file.name)
    deployed.client("s3").put_object(Bucket=deployed.bucket, Key=key, Body=file.read_bytes())
    return key


@pytest.fixture(scope="session")
def restored(run_task: Tasks, data: str) -> Any:
    return run_task("restore-alias", {"run": RUN, "model": MODEL, "failure": None})


@pytest.fixture(scope="session")
def preprocessed(run_task: Tasks, restored: Any) -> Any:
    return run_task("preprocess", {"run": RUN, "model": MODEL, "force": False})


@pytest.fixture(scope="session")
def trained(run_task: Tasks, preprocessed: Any) -> Any:
    uris = {name: preprocessed[name] for name in ("train_uri", "holdout_uri")}
    return run_task("train", {"run": RUN, "model": MODEL, **uris})


@pytest.fixture(scope="session")
def evaluated(run_task: Tasks, preprocessed: Any, trained: Any) -> Any:
    holdout = {"holdout_uri": preprocessed["holdout_uri"], "judging": 1}
    return run_task("evaluate", {"run": RUN, "model": MODEL, **holdout, **trained})


@pytest.fixture(scope="session")
def versioned(run_task: Tasks, preprocessed: Any, trained: Any, evaluated: Any) -> Any:
    event = {"run": RUN, "model": MODEL, "fingerprint": preprocessed["fingerprint"]}
    event |= {name: trained[name] for name in ("artifact_uri", "artifact_sha256")}
    event |= {name: evaluated[name] for name in ("report_uri", "replay_uri", "serving_sha256")}
    return run_task("version-model", event)


def numbers(versioned: Any) -> dict[str, Any]:
    """What the machine hands on of a version."""
    return {name: versioned[name] for name in ("model_version", "function_version")}


@pytest.fixture(scope="session")
def replayed(run_task: Tasks, evaluated: Any, versioned: Any) -> Any:
    champion = evaluated["champion_revision_id"]
    event = {"run": RUN, "model": MODEL, **numbers(versioned), "champion_revision_id": champion, "is_approved": False}
    return run_task("replay", event)


@pytest.fixture(scope="session")
def shifting(preprocessed: Any, evaluated: Any, versioned: Any, replayed: Any) -> dict[str, Any]:
    """A ShiftTrafficTask."""
    event = {"run": RUN, "model": MODEL, **numbers(versioned), "fingerprint": preprocessed["fingerprint"]}
    event |= {"judging": evaluated["judging"], "who": RUN, "why": ""}
    return event | {name: replayed[name] for name in ("shift", "since", "revision_id")}


@pytest.fixture(scope="session")
def shifted(run_task: Tasks, shifting: dict[str, Any]) -> Any:
    return run_task("shift-traffic", shifting)


@pytest.fixture(scope="session")
def swapped(run_task: Tasks, shifting: dict[str, Any], shifted: Any) -> Any:
    asked = {name: value for name, value in shifting.items() if name != "since"}
    return run_task("swap-alias", {**asked, "rollout": "every share was healthy"})


@pytest.fixture(scope="session")
def recorded(run_task: Tasks, swapped: Any) -> Any:
    wish = {"run": RUN, "model": MODEL, "outcome": swapped["decision"], "reason": swapped["reason"]}
    return run_task("record-outcome", wish)
