"""A clone of the project in a folder of its own, where tests run its commands as a user would."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.given import local_aws

ROOT = Path(__file__).resolve().parents[1]
COPIED = (
    "app.py",
    "chalicelib",
    "lambdas",
    "workflows",
    ".chalice",
    "requirements.txt",
    "pyproject.toml",
    "Makefile",
)
NOT_COPIED = ("deployed", "deployments")
LINKED = (".venv", ".venv-emulator", ".venv-definitions", ".venv-uv")
DEADLINE_SECONDS = 120


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


class Clone:
    """The project's files in `folder`, with this checkout's environments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(*NOT_COPIED))
            else:
                shutil.copy2(source, folder / name)
        for name in LINKED:
            (folder / name).symlink_to(ROOT / name)

    @property
    def environment(self) -> dict[str, str]:
        """A user's: nothing of the test run's own."""
        kept = {name: os.environ[name] for name in ("PATH", "TZ")}
        return {**kept, "HOME": str(self.folder), "LANG": "C.UTF-8", "TERM": "dumb"}

    def nightswap(
        self, *arguments: str, environment: dict[str, str] | None = None, seconds: float = DEADLINE_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "workflows.cli", *arguments],
            cwd=self.folder,
            env=self.environment | (environment or {}),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def set(self, variable: str, value: str, *, stage: str = "local") -> None:
        """Set a variable of the stage, as a developer would."""
        file = self.folder / ".chalice" / "config.json"
        config = json.loads(file.read_bytes())
        config["stages"][stage]["environment_variables"][variable] = value
        file.write_text(json.dumps(config))

    def json(self, *arguments: str) -> Any:
        done = self.nightswap(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def up(self, *arguments: str) -> LocalUp:
        """Start `nightswap local up`, which goes on until it is stopped."""
        return self._start(sys.executable, "-m", "workflows.cli", "local", "up", *arguments)

    def make_run(self, *arguments: str) -> LocalUp:
        """Start `make run`, which goes on until it is stopped."""
        return self._start("make", "run", *arguments)

    def _start(self, *command: str) -> LocalUp:
        with (self.folder / "up.log").open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return LocalUp(self, process, self.folder / "up.log")


@dataclass
class LocalUp:
    """A `nightswap local up` that is going on."""

    clone: Clone
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Until its output matches; fails, with the output, when it ends before or takes too long."""

        def found() -> re.Match[str] | None:
            return re.search(pattern, self.said)

        def over() -> bool:
            return found() is not None or self.process.poll() is not None

        until(over, what=f"local up to say {pattern!r}", log=lambda: self.said)
        match = found()
        assert match is not None, f"local up ended with {self.process.returncode} before {pattern!r}:\n{self.said}"
        return match

    def serving(self) -> LocalUp:
        self.wait_for(r"serving on (http://\S+)")
        return self

    @property
    def url(self) -> str:
        return str(self._recorded["short_url"])

    @property
    def endpoint(self) -> str:
        return str(self._recorded["endpoint"])

    @property
    def server_pid(self) -> int:
        return int(self._recorded["pid"])

    @property
    def _recorded(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.clone.folder / ".nightswap" / "local.json").read_text())
        return found

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS."""
        return local_aws.client(service, endpoint=self.endpoint)

    def make_cold(self, function: str) -> None:
        """Its next calls start processes: those that it has are of code that was replaced, by the same."""
        functions = self.client("lambda")
        with urllib.request.urlopen(functions.get_function(FunctionName=function)["Code"]["Location"]) as code:
            functions.update_function_code(FunctionName=function, ZipFile=code.read())

    @property
    def token(self) -> str:
        return (self.clone.folder / ".nightswap" / "token").read_text().strip()

    def interrupt(self) -> int:
        """Ctrl-C, which a terminal sends to all of its foreground processes; returns the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Call the API at its short address; `body` is sent as JSON, bytes as they are; token "" sends none."""
        secret = self.token if token is None else token
        sent = {"Content-Type": "application/json", **(headers or {})}
        if secret:
            sent["Authorization"] = f"Bearer {secret}"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, _decoded(answer.read()), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _decoded(error.read()), dict(error.headers))

    def ended(self, run: str) -> dict[str, Any]:
        """The run, once it has ended."""
        found: dict[str, Any] = {}

        def over() -> bool:
            found.update(self.call("GET", f"/runs/{run}").body)
            return found.get("status") == "ended"

        until(over, what=f"run {run} to end", log=lambda: json.dumps(found, indent=1))
        return found

    def retrain(self, **wish: Any) -> dict[str, Any]:
        """Start a run through the API and wait for its end."""
        answer = self.call("POST", "/retrain", wish)
        assert answer.status in {200, 202}, answer
        return self.ended(answer.body["run"])

    def live(self, model: str = "kdd99-http") -> Any:
        return self.call("GET", f"/models/{model}").body["live"]


def until(condition: Callable[[], bool], *, what: str, log: Callable[[], str]) -> None:
    """Wait for a condition; fails with the log at the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE_SECONDS} s for {what}:\n{log()}"
        time.sleep(0.05)


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
