"""An account of its own for every test, and clones that deploy to it as a user's would: by credentials and region."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import http_connections
from tests.clone import ROOT, Clone
from tests.given import local_aws
from workflows.local.process import LocalAws

STAGE = "prod"
BUCKET = f"nightswap-{STAGE}-000000000000-us-east-1"
DEADLINE_SECONDS = 60


@dataclass
class Account:
    """What AWS is to the clones: the emulator behind an endpoint, and nothing that has to do with stage `local`."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "COLUMNS": "200",
        }

    def client(self, service: str) -> Any:
        return local_aws.client(service, endpoint=self.endpoint)

    def apis(self) -> list[str]:
        return [str(api["id"]) for api in self.client("apigateway").get_rest_apis()["items"]]

    def functions(self) -> list[str]:
        return [str(each["FunctionName"]) for each in self.client("lambda").list_functions()["Functions"]]

    def roles(self) -> list[str]:
        return [str(each["RoleName"]) for each in self.client("iam").list_roles()["Roles"]]


class UserClone(Clone):
    """A clone, and a terminal in it that has the account's credentials."""

    def __init__(self, folder: Path, account: Account) -> None:
        super().__init__(folder)
        self.account = account

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | self.account.environment

    @property
    def record(self) -> Path:
        return self.folder / ".chalice" / "deployed" / f"{STAGE}.json"

    def does(self, *arguments: str) -> str:
        """Run a command that has to succeed; returns what it printed."""
        done = self.nightswap(*arguments, "--stage", STAGE)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def fails(self, *arguments: str) -> str:
        """Run a command that has to fail; returns its message."""
        done = self.nightswap(*arguments, "--stage", STAGE)
        assert done.returncode != 0, f"{arguments}\n{done.stdout}"
        return " ".join(f"{done.stdout} {done.stderr}".split())

    def deploys(self) -> str:
        """Deploy; returns the API's address."""
        printed = self.does("deploy")
        found = re.search(rf"deployed stage {STAGE}: (\S+)", printed)
        assert found is not None, printed
        return found.group(1)

    def retrains(self) -> None:
        """Give it data, and retrain until the model is live."""
        file = http_connections.write(self.folder / "night1.csv.gz", http_connections.rows())
        self.does("data", "add", str(file))
        assert "Promoted" in self.does("retrain", "--watch")

    def is_killed_during(self, *arguments: str, at: str) -> None:
        """Run a command, and kill it and Chalice with it by SIGKILL as soon as it prints something that matches."""
        log = self.folder / "killed.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "workflows.cli", *arguments, "--stage", STAGE],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not re.search(at, log.read_text()):
            assert process.poll() is None, f"it ended with {process.returncode} before {at!r}:\n{log.read_text()}"
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait(timeout=10) == -signal.SIGKILL


@pytest.fixture
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with LocalAws.start(ROOT, state=tmp_path_factory.mktemp("aws"), short_port=0) as started:
        yield Account(started.endpoint)


@pytest.fixture
def new_clone(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], UserClone]:
    """Makes one more clone of the project, which has never deployed anything."""

    def make() -> UserClone:
        return UserClone(tmp_path_factory.mktemp("clone"), account)

    return make


@pytest.fixture
def clone(new_clone: Callable[[], UserClone]) -> UserClone:
    return new_clone()
