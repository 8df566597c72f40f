"""The tasks that end a run, in a stage whose versions may have endpoints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.contracts.decisions import NOTHING_NEW
from chalicelib.contracts.runs import RecordOutcomeTask, RestoreAliasTask
from chalicelib.registry import run_documents
from chalicelib.registry.run_documents import DONE, State
from chalicelib.runs import outcomes
from chalicelib.settings.reading import ON
from chalicelib.settings.tasks import TaskSettings
from lambdas import record_outcome, restore_alias
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, outside
from tests.unit.lambdas.nightly_batch import SETTINGS

RUN = "a-run"
HOSTING = replace(SETTINGS, endpoints=ON)
REFUSED = {"Error": "SageMaker.AmazonSageMakerException", "Cause": "Rate exceeded"}


def with_an_endpoint_of_nobody() -> FakeOutside:
    night = outside()
    night.endpoints.make(MODEL, 9)
    return night


@pytest.mark.parametrize(("settings", "left"), [(HOSTING, 0), (SETTINGS, 1)])
def test_end_of_a_run_deletes_endpoints_where_there_may_be_any(settings: TaskSettings, left: int) -> None:
    night = with_an_endpoint_of_nobody()

    record_outcome.run(
        RecordOutcomeTask(run=RUN, model=MODEL, outcome=NOTHING_NEW, reason="known"), night.edges, settings
    )

    assert len(night.endpoints.of(MODEL)) == left


@pytest.mark.parametrize(("settings", "left"), [(HOSTING, 0), (SETTINGS, 1)])
def test_end_of_a_run_that_failed_does_so_too(settings: TaskSettings, left: int) -> None:
    night = with_an_endpoint_of_nobody()

    restore_alias.run(RestoreAliasTask(run=RUN, model=MODEL, failure=REFUSED), night.edges, settings)

    assert len(night.endpoints.of(MODEL)) == left


@pytest.mark.parametrize(
    ("state", "error", "reason"),
    [
        ("VersionModel", "EndpointFailed", "the version got no endpoint: AWS was asked too often"),
        ("Preprocess", "TrainingFailed", "the training job was not started: SageMaker was asked too often"),
    ],
)
def test_refusal_of_sagemaker_is_told_by_what_the_run_had_come_to(state: str, error: str, reason: str) -> None:
    night = outside()
    done = State(state=state, status=DONE, started_at="2026-11-21T03:00:00.000Z", memory_mb=512)
    run_documents.keep_state(night.edges, done, run=RUN)

    restore_alias.run(RestoreAliasTask(run=RUN, model=MODEL, failure=REFUSED), night.edges, SETTINGS)

    ended = outcomes.find(night.edges, run=RUN)
    assert ended is not None
    assert ended.error == error
    assert ended.reason.startswith(reason)
