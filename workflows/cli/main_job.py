"""Does the whole job on one machine: deploys to the local AWS, adds data, retrains through the API, predicts.

`nightswap local up` calls it; each step is a function of the steps before, and each can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.api.access import OPERATE, PREDICT
from chalicelib.audit import serving_checks
from chalicelib.edges import Edges
from chalicelib.errors import CommandFailed
from chalicelib.registry import catalog, models
from chalicelib.registry.report import Report
from chalicelib.runs import runs
from workflows.api_client import ApiClient
from workflows.checking.file import LocalFile
from workflows.cli import tokens
from workflows.cli.bringing_back import bring_back
from workflows.cli.stage import Stage
from workflows.data_set.objects import name, objects, put, remove_object
from workflows.local.state import whole_files
from workflows.sample_data import SAMPLE_FILES, sample
from workflows.sample_data.download import Progress

TOKEN_NAME = "local"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class MainJob:
    """The state that the steps share. `say` prints one line for the user."""

    stage: Stage
    url: str
    folder: Path
    """The clone's state folder."""
    model: str
    say: Say

    @property
    def edges(self) -> Edges:
        return self.stage.edges

    def recover(self) -> None:
        """Tell how an interrupted run ended, put back what the local AWS lost when killed, and say what is left.

        A candidate may have kept its share of the traffic: the next run of its model takes it back.
        """
        for run in runs.recent(self.edges, limit=1, model=self.model):
            if run["error"] == "States.ServiceRestart":
                self.say(f"run {run['run']} failed: the local AWS was stopped while it was going")
            elif run["outcome"] and run["error"]:
                self.say(f"run {run['run']} failed: {run['error']}: {run['reason']}")
        bring_back(self.edges, who="local up", say=self.say)
        for model in catalog.models(self.edges.store):
            for problem in serving_checks.problems(self.edges, model=model, alias=self.edges.functions.alias(model)):
                self.say(problem)

    def client(self) -> ApiClient:
        """The API with a token that stays the same from start to start."""
        kept = self.folder / "token"
        secret = kept.read_text(errors="replace").strip() if kept.exists() else ""
        if not secret or not tokens.is_valid(self.edges, secret):
            secret = tokens.issue(self.edges, name=TOKEN_NAME, scopes=(PREDICT, OPERATE), replace=True)
            whole_files.write(kept, secret.encode())
        return ApiClient(url=self.url, token=secret)

    def provide_data(self, given: Path | None, *, progress: Progress) -> None:
        """The user's file; else what is there; else the sample, which gives way to the user's file."""
        present = [name(each, model=self.model) for each in objects(self.edges, model=self.model)]
        if given is not None:
            put(self.edges, LocalFile.at(given), model=self.model)
            self.say(f"data: {given.name}, as given")
            for each in set(present) & set(SAMPLE_FILES) - {given.name}:
                remove_object(self.edges, each, model=self.model)
                self.say(f"data: took the sample {each} out again")
        elif present:
            self.say(f"data: {', '.join(present)}, as in the bucket")
        else:
            found = sample(self.folder / "cache", report=self.say, progress=progress)
            put(self.edges, LocalFile.at(found.path), model=self.model)
            self.say(f"data: {found.path.name}: {found.description}")

    def start_retrain(self, client: ApiClient) -> str:
        """POST /retrain; returns the run's name."""
        answer = client.post("/retrain", {"model": self.model, "reason": "local up"})
        if answer.status not in {200, 202}:
            raise CommandFailed(f"POST /retrain answered {answer.status}: {answer.body}")
        return str(answer.body["run"])

    def run(self, client: ApiClient, run: str) -> dict[str, Any]:
        answer = client.get(f"/runs/{run}")
        if answer.status != 200:
            raise CommandFailed(f"GET /runs/{run} answered {answer.status}: {answer.body}")
        found: dict[str, Any] = answer.body
        return found

    def report(self, run: str) -> Report:
        return runs.report(self.edges, run=run)

    def live(self) -> dict[str, Any]:
        return models.describe(self.edges, model=self.model)
