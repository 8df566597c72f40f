"""What is asked: the contract server, this clone's local AWS, or any URL. A context ends what it started."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3

from benchmarks.inference import bare, package, running
from benchmarks.load.generator import ROOT, Asked
from benchmarks.scoring import EVENT
from chalicelib.limits import INFERENCE_CONNECTIONS
from workflows.api_client import ApiClient
from workflows.inference.application import Application
from workflows.inference.package import open_package
from workflows.inference.running import Server, configured
from workflows.local.process import LocalAws

MODEL = "kdd99-http"
IDLE_MINUTES = 20
"""After which a function's process is ended, in minutes of the scenario."""
STARTS_WITHIN = 180.0
JSON = {"content-type": "application/json"}
ONE_ROW = json.dumps(EVENT)
COPIED = ("chalicelib", "lambdas", "workflows", ".chalice")
UNBOUNDED = {"NIGHTSWAP_REQUESTS_PER_SECOND": "10000", "NIGHTSWAP_BURST": "5000"}
REASON = "a promotion amid the load"


class TargetMissing(Exception):
    """What is to be asked is not there."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """`process` and those that it started are the server, where it is on this machine."""

    name: str
    asked: Asked
    process: int | None = None
    promote: Callable[[], str] | None = None
    """Makes another version live, and tells which; None where the target has no alias, or one version."""
    server_ms: Callable[[float], tuple[float, float]] | None = None
    """Mean and maximum that the serving function took since a time, where the answers do not tell it."""


class Timed:
    """An application that says in Server-Timing how long it took, from the request's head to the answer's."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        begun = time.perf_counter()

        async def timed(message: Any) -> None:
            if message["type"] == "http.response.start":
                told = f"total;dur={1000 * (time.perf_counter() - begun):.3f}".encode()
                message["headers"].append((b"server-timing", told))
            await send(message)

        await self._application(scope, receive, timed)


def _timed(folder: Path, listener: socket.socket) -> None:
    application: Any = Timed(Application(open_package(folder)))
    Server(configured(application, connections=INFERENCE_CONNECTIONS)).run(sockets=[listener])


@contextmanager
def contract_server() -> Iterator[Target]:
    """What `nightswap serve` runs, with a version of a model; it serves one version, so nothing is promoted."""
    with tempfile.TemporaryDirectory() as made, running(partial(_timed, package(Path(made)))) as (port, process):
        yield Target(name="serve", asked=_posted(f"http://127.0.0.1:{port}"), process=process)


@contextmanager
def fixed_bytes() -> Iterator[Target]:
    """The baseline: uvicorn, which answers whatever is asked with the same bytes."""
    with running(bare) as (port, process):
        yield Target(name="fixed bytes", asked=_posted(f"http://127.0.0.1:{port}"), process=process)


def _posted(host: str) -> Asked:
    return Asked(host=host, path="/invocations", method="POST", headers=JSON, body=ONE_ROW)


@contextmanager
def local_aws(*, time_factor: float) -> Iterator[Target]:
    """GET /predict of a local AWS of its own, in a copy of this clone, with a second version to promote.

    Its gateway lets through what the functions can do: a stage's usual rate would be measured else.
    """
    idle = f"{60 * IDLE_MINUTES * time_factor:g}"
    command = [sys.executable, "-m", "workflows.cli", "local", "up", "--port", "0", "--idle-seconds", idle]
    with tempfile.TemporaryDirectory(prefix="nightswap-load-") as made, tempfile.TemporaryFile() as log:
        folder = _copied(Path(made))
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield _of_local(_come_up(process, log, folder), folder)
        finally:
            process.terminate()  # a shell lets what it runs in the background ignore an interrupt
            process.wait()


def _copied(folder: Path) -> Path:
    """What `nightswap local up` needs, with this clone's environments and a gateway without bounds."""
    ignored = shutil.ignore_patterns("__pycache__", "deployed", "deployments")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("app.py", "requirements.txt", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder / name)
    for name in (".venv", ".venv-emulator"):
        (folder / name).symlink_to(ROOT / name)
    file = folder / ".chalice" / "config.json"
    config = json.loads(file.read_bytes())
    config["stages"]["local"]["environment_variables"] |= UNBOUNDED
    file.write_text(json.dumps(config), "utf-8")
    return folder


def _come_up(process: subprocess.Popen[bytes], log: Any, folder: Path) -> LocalAws:
    deadline = time.monotonic() + STARTS_WITHIN
    said = b""
    while b"serving on" not in said and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
        log.seek(0)
        said = log.read()
    found = LocalAws.running(folder)
    if found is None or b"serving on" not in said:
        raise TargetMissing(f"the local AWS did not come up:\n{said.decode(errors='replace')[-1_000:]}")
    return found


def _of_local(found: LocalAws, folder: Path) -> Target:
    token = (folder / ".nightswap" / "token").read_text("utf-8").strip()
    client = ApiClient(found.short_url, token)
    return Target(
        name="local AWS",
        asked=Asked(
            host=found.short_url,
            path=f"/predict?{urlencode({'model': MODEL, **EVENT['instances'][0]})}",
            headers={"authorization": f"Bearer {token}"},
        ),
        process=found.pid,
        promote=_promotion(client),
        server_ms=partial(_durations, found.endpoint),
    )


def _promotion(client: ApiClient) -> Callable[[], str] | None:
    """Trains a second version first where there is one alone, so that there is something to promote."""
    if len(_versions(client)) < 2:
        run = client.post("/retrain", {"model": MODEL, "force": True, "reason": REASON}).body["run"]
        while client.get(f"/runs/{run}").body.get("status") != "ended":
            time.sleep(0.5)
    if len(_versions(client)) < 2:
        return None

    def promote() -> str:
        live = client.get(f"/models/{MODEL}").body["live"]["model_version"]
        other = next(each for each in _versions(client) if each != live)
        body = {"reason": REASON, "lift_quarantine": True}
        answer = client.post(f"/models/{MODEL}/versions/{other}/promote", body)
        return f"version {live} to {other}: {answer.status} {json.dumps(answer.body)[:200]}"

    return promote


def _versions(client: ApiClient) -> list[int]:
    found = client.get(f"/models/{MODEL}/versions").body
    return [each["model_version"] for each in found["versions"]]


def _durations(endpoint: str, since: float) -> tuple[float, float]:
    """CloudWatch's, of the serving function, as the local AWS counts them."""
    account = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    watch = account.client("cloudwatch", endpoint_url=endpoint)
    points = watch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Duration",
        Dimensions=[{"Name": "FunctionName", "Value": f"nightswap-local-serve-{MODEL}"}],
        StartTime=datetime.fromtimestamp(since, UTC) - timedelta(minutes=1),
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
        Period=60,
        Statistics=["SampleCount", "Sum", "Maximum"],
    )["Datapoints"]
    count = sum(each["SampleCount"] for each in points) or 1
    return sum(each["Sum"] for each in points) / count, max((each["Maximum"] for each in points), default=0.0)


@contextmanager
def address(url: str, *, token: str | None) -> Iterator[Target]:
    """A URL is asked as it stands, by GET; one of /invocations is sent a row of KDD Cup 99 by POST."""
    parts = urlsplit(url)
    host, path = f"{parts.scheme}://{parts.netloc}", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {"authorization": f"Bearer {token}"} if token else {}
    asked = Asked(host=host, path=path, headers=headers)
    if parts.path.endswith("/invocations"):
        asked = Asked(host=host, path=path, method="POST", headers=headers | JSON, body=ONE_ROW)
    yield Target(name=host, asked=asked)
