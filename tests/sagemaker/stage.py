"""A stage on the local AWS whose state machine is run by the second engine, with SageMaker in reach."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.layout import Place
from chalicelib.names import APP, Names
from tests import http_connections
from tests.clone import ROOT, Clone
from tests.given import local_aws
from workflows.local.environment import HOST, clean
from workflows.local.process import LocalAws

MODEL = "kdd99-http"
NAMES = Names(stage="local", account="000000000000", region="us-east-1")
PYTHON = ROOT / ".venv-sagemaker/bin/python"
MOVED = ("AWS_ENDPOINT_URL_SFN", "AWS_ENDPOINT_URL_SAGEMAKER", "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING")
"""By these variables a function's boto3 finds the services that are not the local AWS's."""

FIRST_NIGHT = "night1.csv.gz"
DEADLINE_SECONDS, POLL_SECONDS = 280, 0.3


@dataclass
class Stage:
    """Stage `local` in a clone of its own: bucket, functions and API on the local AWS, the machine on the other."""

    clone: Clone
    aws: LocalAws
    engine: str
    """The address of Step Functions and SageMaker."""
    token: str = field(default="")

    def deploy(self) -> None:
        """By `nightswap deploy`; then the machines as they were deployed are created on the second engine."""
        self.command("deploy")
        self.token = self.command("token", "add", "operator", "--scope", "operate", "--scope", "predict")
        there = self.client("stepfunctions")
        for each in there.list_state_machines()["stateMachines"]:
            machine = there.describe_state_machine(stateMachineArn=each["stateMachineArn"])
            same = {name: machine[name] for name in ("name", "definition", "roleArn")}
            self.client("stepfunctions", endpoint=self.engine).create_state_machine(**same)
        functions = self.client("lambda")
        for function in functions.list_functions()["Functions"]:
            name, known = function["FunctionName"], function.get("Environment", {}).get("Variables", {})
            if name.startswith(f"{APP}-{NAMES.stage}"):
                # a serving function asks nothing but its endpoint, and finds it as it finds AWS
                serves = f"-{NAMES.stage}-serve-" in name
                moved = {"AWS_ENDPOINT_URL": self.engine} if serves else dict.fromkeys(MOVED, self.engine)
                functions.update_function_configuration(FunctionName=name, Environment={"Variables": known | moved})

    @property
    def machine(self) -> dict[str, Any]:
        """As the stack made it."""
        found: dict[str, Any] = self.client("stepfunctions").describe_state_machine(
            stateMachineArn=NAMES.state_machine_arn
        )
        return found

    @property
    def definition(self) -> str:
        return str(self.machine["definition"])

    def command(self, *arguments: str) -> str:
        done = self.clone.nightswap(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def client(self, service: str, *, endpoint: str = "") -> Any:
        return local_aws.client(service, endpoint=endpoint or self.aws.endpoint, asks_once=True)

    def object(self, key: str) -> Any:
        """A document of the bucket."""
        return json.load(self.client("s3").get_object(Bucket=NAMES.bucket, Key=key)["Body"])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.aws.short_url}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(error.read()) from error

    @property
    def live(self) -> Any:
        return self.call("GET", f"/models/{MODEL}")["live"]

    def started(self, **wish: Any) -> str:
        return str(self.call("POST", "/retrain", wish)["run"])

    def ended(self, run: str) -> dict[str, Any]:
        """The run, once it has ended."""
        found: dict[str, Any] = {}

        def over() -> bool:
            found.update(self.call("GET", f"/runs/{run}"))
            return bool(found["status"] == "ended")

        self.until(over)
        return found

    def until(self, over: Callable[[], bool]) -> None:
        """Wait for it: a job of SageMaker takes longer than anything on the local AWS."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not over():
            assert time.monotonic() < deadline, f"waited {DEADLINE_SECONDS} s"
            time.sleep(POLL_SECONDS)

    def retrain(self, **wish: Any) -> dict[str, Any]:
        return self.ended(self.started(**wish))

    def promoted(self, rows: list[str] | None = None) -> dict[str, Any]:
        """The first run, of a first night with these rows, which made version 1 live."""
        night = http_connections.write(self.clone.folder / FIRST_NIGHT, rows or http_connections.rows())
        self.command("data", "add", str(night))
        run = self.retrain()
        assert run["outcome"] == "Promoted", json.dumps(run, indent=1)
        return run

    def status(self, run: str) -> str:
        """Of the execution. The run's outcome is recorded before its end."""
        engine = self.client("stepfunctions", endpoint=self.engine)
        return str(engine.describe_execution(executionArn=NAMES.execution_arn(run))["status"])

    def states(self, run: str) -> list[str]:
        """The states that the second engine entered, in order."""
        return [each["stateEnteredEventDetails"]["name"] for each in self._history(run, "stateEnteredEventDetails")]

    def refusals(self, run: str) -> list[str]:
        """The errors with which SageMaker answered, each of which was followed by a try or by the end."""
        return [each["taskFailedEventDetails"]["error"] for each in self._history(run, "taskFailedEventDetails")]

    def _history(self, run: str, details: str) -> list[dict[str, Any]]:
        """The events that have such details."""
        events: list[dict[str, Any]] = self.client("stepfunctions", endpoint=self.engine).get_execution_history(
            executionArn=NAMES.execution_arn(run), maxResults=1000
        )["events"]
        return [each for each in events if details in each]

    def report(self, run: dict[str, Any]) -> dict[str, Any]:
        """What Evaluate found."""
        [evaluated] = [each["result"] for each in run["states"] if each["state"] == "Evaluate"]
        found: dict[str, Any] = self.object(Place.parse(evaluated["report_uri"]).key)
        return found

    def order(self, **order: Any) -> None:
        """How the next job or endpoint of SageMaker goes: the fields of `adapter.orders.Order`."""
        self._tell("orders", order)

    def allow(self, chunks: int) -> None:
        """So many chunks more may be transformed."""
        self._tell("allowed", chunks)

    def kill(self, endpoint: str) -> None:
        """The container of this endpoint ends."""
        self._tell("kills", endpoint)

    def _tell(self, path: str, what: Any) -> None:
        body = json.dumps(what).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.engine}/{path}", data=body), timeout=10):
            pass


def is_deployed_from(committed: str, deployed: str) -> bool:
    """Whether the deployed text is the committed one, with something in the place of each placeholder."""
    pieces = re.split(r"\$\{\w+\}", committed)
    return bool(re.fullmatch('[^"]+'.join(map(re.escape, pieces)), deployed))


@contextmanager
def second_engine(aws: LocalAws, *, work: Path) -> Iterator[str]:
    """Its address, while it runs. It ends with this process, whatever happens."""
    command = [PYTHON, "-m", "tests.sagemaker.adapter.server", "--aws", aws.endpoint, "--work", work]
    command += ["--python", sys.executable]
    environment = clean({"PATH": "/usr/bin:/bin", "HOME": str(work)}, endpoint=aws.endpoint)
    with (work / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdin and process.stdout
    try:
        port = process.stdout.readline().decode().strip()
        assert port, (work / "engine.log").read_text()
        yield f"http://{HOST}:{port}"
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


@contextmanager
def stage_of(folder: Path, *, recipe: Mapping[str, str], **settings: str) -> Iterator[Stage]:
    """A deployed stage whose recipe has these pieces of text replaced, with these settings."""
    clone_folder, work = folder / "clone", folder / "work"
    clone_folder.mkdir()
    work.mkdir()
    clone = Clone(clone_folder)
    file = clone_folder / "lambdas/recipes/kdd99_http.py"
    text = file.read_text()
    for before, after in recipe.items():
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    for name, value in settings.items():
        clone.set(name, value)
    with LocalAws.start(clone_folder, short_port=0) as aws, second_engine(aws, work=work) as engine:
        stage = Stage(clone, aws, engine)
        stage.deploy()
        yield stage
