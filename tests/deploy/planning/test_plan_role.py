"""The role of the CI job that plans may do what a plan needs and no more: a pull request brings its own code."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from tests.clone import ROOT
from tests.deploy.planning.asked_on import Asked
from tests.deploy.planning.conftest import MODELS, Project
from tests.deploy.planning.recording import recording
from workflows.stacks.settings import CONFIG

COMMENT = "".join(
    line.removeprefix("#")
    for line in (ROOT / ".github/workflows/nightswap.yml").read_text(encoding="utf-8").splitlines()
    if line.startswith("#")
)
NAMED = set(re.findall(r"\b[a-z0-9]+:[A-Z][A-Za-z]*\*?[A-Za-z]*", COMMENT.partition("All that plan asks for is:")[2]))
BELOW = {"s3:GetObject": ("deploy/", "work/plan/"), "s3:PutObject": ("work/plan/",)}
S3_CONFIGURATION = "s3:Get*Configuration"
"""IAM's name for GetBucketEncryption and GetBucketLifecycle."""
MANY = tuple(f"model-{number}" for number in range(3))


@pytest.fixture(scope="module")
def asked(project: Project) -> Iterator[set[Asked]]:
    """All that is asked to plan a stage that tells somebody of alarms, is kept warm, loses a model and gets so many
    that its template is too long for a call."""
    config = json.loads((project.root / CONFIG).read_bytes())
    config["stages"]["local"]["environment_variables"]["NIGHTSWAP_ALERT_EMAIL"] = "ops@example.com"
    config["stages"]["local"]["environment_variables"]["NIGHTSWAP_KEEP_WARM_MINUTES"] = "5"
    (project.root / CONFIG).write_text(json.dumps(config))
    project.deploy(models=(*MODELS, "loans"))
    local = os.environ["AWS_ENDPOINT_URL"]
    with recording(local) as recorded:
        os.environ["AWS_ENDPOINT_URL"] = recorded.endpoint
        project.plan()
        project.plan(models=(*MODELS, *MANY))
        os.environ["AWS_ENDPOINT_URL"] = local
        yield recorded.asked


def test_all_that_plan_asks_for_is_named_and_nothing_else(asked: set[Asked]) -> None:
    actions = {each.action for each in asked}

    assert {each for each in actions if not any(fnmatchcase(each, name) for name in NAMED)} == set()
    assert {name for name in NAMED if not any(fnmatchcase(each, name) for each in actions)} == {S3_CONFIGURATION}


def test_of_objects_it_reads_what_a_deployment_put_there_and_no_data(asked: set[Asked]) -> None:
    objects = [(each.action, each.resource.partition("/")[2]) for each in asked if each.action.endswith("Object")]

    assert {action for action, _ in objects} == set(BELOW)
    assert [(action, key) for action, key in objects if not key.startswith(BELOW[action])] == []
    assert all(f"{action} below {' and '.join(places)}" in COMMENT for action, places in BELOW.items())
