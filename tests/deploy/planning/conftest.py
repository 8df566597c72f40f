"""A clone and a local AWS of its own, where plans are made and carried out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.names import Names
from tests.clone import ROOT, Clone
from tests.given import local_aws
from workflows.deploying.asking import clients_of
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources, function_names
from workflows.deploying.deploy import Deployed, deploy
from workflows.deploying.destroy import Destruction
from workflows.deploying.progress import Report
from workflows.doctor.machine.requirements import chalice_package
from workflows.local.process import LocalAws
from workflows.packaging.needs import NOTHING, Needs
from workflows.planning.plan import Plan, make_plan
from workflows.planning.wanted import wanted

MODELS = ("kdd99-http",)


class Project:
    """A clone that is planned and deployed as stage `local`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.names = Names(stage="local", account="000000000000", region="us-east-1")

    def plan(
        self,
        *,
        models: tuple[str, ...] = MODELS,
        needs: Needs = NOTHING,
        with_layers: bool = False,
        report: Report = lambda _: None,
    ) -> Plan:
        clients = clients_of(boto3.Session())
        return make_plan(
            wanted(
                self.names,
                root=self.root,
                models=models,
                with_layers=with_layers,
                report=report,
                needs=needs,
            ),
            clients=clients,
            existing=ChaliceResources(
                names=self.names,
                clients=clients,
                functions=function_names("local", root=self.root),
            ),
            package=chalice_package("local", root=self.root, environ=os.environ),
            root=self.root,
        )

    def deploy(
        self,
        *,
        models: tuple[str, ...] = MODELS,
        needs: Needs = NOTHING,
        removes: tuple[str, ...] = (),
        with_layers: bool = False,
        report: Report = lambda _: None,
    ) -> Deployed:
        return deploy(
            "local",
            session=boto3.Session(),
            root=self.root,
            models=models,
            report=report,
            with_layers=with_layers,
            needs=needs,
            removes=removes,
        )

    def destroy(self) -> None:
        Destruction(
            names=self.names,
            clients=clients_of(boto3.Session()),
            root=self.root,
            environ=os.environ,
            report=lambda _: None,
            keep_data=False,
        ).carry_out()

    def client(self, service: Any) -> Any:
        return boto3.client(service)

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a file of the clone, as a developer would."""
        text = (self.root / path).read_text()
        assert old in text, f"{path} does not hold {old!r}"
        (self.root / path).write_text(text.replace(old, new, 1))

    def edit_policy(self, name: str, *, action: str) -> None:
        """Add an action to the first statement of a policy file."""
        file = self.root / ".chalice" / name
        document = json.loads(file.read_bytes())
        document["Statement"][0]["Action"].append(action)
        file.write_text(json.dumps(document))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """In an environment that knows no other AWS."""
    with (
        LocalAws.start(ROOT, state=tmp_path_factory.mktemp("aws"), short_port=0) as started,
        local_aws.reached_alone(started.endpoint),
    ):
        yield Project(Clone(tmp_path_factory.mktemp("clone")).folder)
