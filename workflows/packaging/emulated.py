"""Runs a function's package under Lambda's own runtime client and runtime emulator, for tests and benchmarks only.

The process sees only the folders of the function, of its layers and of the runtime. Both of the emulator's addresses
are given, because by itself it would listen on all of the machine's.
"""

from __future__ import annotations

import io
import json
import os
import platform
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from chalicelib.errors import PackagingFailed
from workflows.local import ports
from workflows.local.environment import HOST
from workflows.packaging.archive import Package
from workflows.packaging.layers import Layer

ACCOUNT = "012345678912"
REGION = "us-east-1"
"""The emulator writes these two, and the function's name, into the ARN that a function is invoked by."""

RUNTIME = Layer(name="runtime", with_bytecode=True)
"""What Lambda's own Python has beside its standard library: runtime client and boto3; no function takes it along."""

EMULATORS = {"x86_64": "aws-lambda-rie-x86_64", "aarch64": "aws-lambda-rie-arm64", "arm64": "aws-lambda-rie-arm64"}
START_SECONDS = 10.0
INVOKE_SECONDS = 120.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.002


def emulator(root: Path) -> Path:
    """The emulator's program, which comes with the SAM command line; raises PackagingFailed where it is missing."""
    name = EMULATORS.get(platform.machine(), "aws-lambda-rie")
    found = sorted((root / ".venv-packages").glob(f"lib/python*/site-packages/samcli/local/rapid/{name}"))
    if not found:
        raise PackagingFailed(
            f"Lambda's runtime emulator {name} is missing: run make .venv-packages/.ready", problem="no_emulator"
        )
    return found[0]


def unpack(package: Package, *, into: Path, wanted: Callable[[str], bool] = lambda _path: True) -> Path:
    """The package's files in a folder; `wanted` may leave some out, by their path in the package."""
    with zipfile.ZipFile(io.BytesIO(package.body)) as archive:
        archive.extractall(into, members=[name for name in archive.namelist() if wanted(name)])
    return into


@dataclass
class Failure(Exception):
    """What the function's error is for Lambda: `kind` is the exception's class name, or the runtime's own word."""

    kind: str
    message: str


@dataclass(kw_only=True)
class EmulatedFunction:
    """A function in a process of its own, from the first invocation on. As a context manager it ends with it.

    `path` are the folders that it sees, in Lambda's order: its code, which is the first, its layers, the runtime's.
    """

    emulator: Path
    python: Path
    handler: str
    path: Sequence[Path]
    log: Path
    name: str = "function"
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: float = STOP_SECONDS
    """It has so long to end by itself."""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    port: int = 0
    """Where the emulator listens; 0 before it is started."""

    def __enter__(self) -> EmulatedFunction:
        self.port, api = ports.free(2)
        command = [
            self.emulator,
            "--log-level",
            "error",
            "--runtime-interface-emulator-address",
            f"{HOST}:{self.port}",
        ]
        command += ["--runtime-api-address", f"{HOST}:{api}"]
        command += [self.python, "-S", "-s", "-m", "awslambdaric", self.handler]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(each) for each in command],
                cwd=self.path[0],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.terminate()  # it takes the function's process along
        try:
            self._process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def invoke(self, event: Any) -> Any:
        """What the handler answers to the event; raises Failure when it raises, or cannot be loaded."""
        url = f"http://{HOST}:{self.port}/2015-03-31/functions/function/invocations"
        answer = json.loads(self._post(url, json.dumps(event).encode()))
        if isinstance(answer, dict) and "errorType" in answer:
            raise Failure(answer["errorType"], answer.get("errorMessage", ""))
        return answer

    def _post(self, url: str, body: bytes) -> bytes:
        """It is repeated until the emulator listens."""
        deadline = time.monotonic() + START_SECONDS
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while True:
            try:
                with opener.open(url, data=body, timeout=INVOKE_SECONDS) as answer:
                    content: bytes = answer.read()
                    return content
            except urllib.error.HTTPError as error:
                with error:
                    return error.read()
            except urllib.error.URLError as exc:
                refused = isinstance(exc.reason, ConnectionRefusedError)
                if not refused or time.monotonic() > deadline or self._ended:
                    said = self.log.read_text(errors="replace")
                    raise PackagingFailed(
                        f"the runtime emulator does not answer ({exc.reason}): {said}", problem="no_emulator"
                    ) from exc
                time.sleep(POLL_SECONDS)

    @property
    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _environment(self) -> dict[str, str]:
        """Lambda's own variables and the function's. Bytecode cannot be written there, so it is not written here."""
        return {
            "PATH": "/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": str(self.log.parent),
            "PYTHONPATH": os.pathsep.join(str(folder) for folder in self.path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(self.path[0]),
            "_HANDLER": self.handler,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            **self.environment,
        }
