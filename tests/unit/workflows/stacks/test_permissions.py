"""The table of grants covers every task, and its patterns are those of the bucket's layout."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from chalicelib import layout, names, outcomes
from lambdas.model import answers, table
from workflows.stacks import permissions
from workflows.stacks.permissions import TASK_GRANTS, task_statements


def test_every_task_has_its_grant() -> None:
    assert tuple(TASK_GRANTS) == names.TASKS


@pytest.mark.parametrize(
    ("pattern", "key"),
    [
        (permissions.DATASETS, layout.dataset("m", "a.csv")),
        (*permissions.documents("report"), layout.run_document("a-run", "report")),
        (permissions.WORK, layout.work("a-run", "train/X.npy")),
        (permissions.SPLITS[0], layout.work("a-run", "train/") + table.FILES[0]),
        (permissions.SPLITS[1], layout.work("a-run", "holdout/") + table.FILES[0]),
        (permissions.ANSWERS, layout.work("a-run", "answers/") + answers.FILES[0]),
        (permissions.ARTIFACT, layout.work("a-run", outcomes.ARTIFACT)),
        (permissions.VERSIONS, layout.version("m", 7, "model.json")),
        (permissions.REJECTED, layout.rejected("m", "a-run", "report.json")),
        (permissions.JUDGED, layout.judged("m")),
        (permissions.LOCKS, layout.lease("m")),
        (permissions.LEDGER, layout.ledger_entry("m", 1)),
    ],
)
def test_pattern_matches_the_keys_of_the_layout(pattern: str, key: str) -> None:
    assert fnmatchcase(key, pattern)


@pytest.mark.parametrize("task", names.TASKS)
def test_task_documents_its_run_and_logs(task: str) -> None:
    actions = [action for statement in task_statements("prod", task) for action in statement["Action"]]

    assert set(permissions.documents(task.replace("-", "_"))) <= set(TASK_GRANTS[task].writes)
    assert {"logs:PutLogEvents", "s3:PutObject"} <= set(actions)


def test_no_task_writes_the_document_of_another() -> None:
    own = {task: permissions.documents(task.replace("-", "_")) for task in names.TASKS}

    for task, grant in TASK_GRANTS.items():
        others = {pattern for other in names.TASKS if other != task for pattern in own[other]}
        assert others.isdisjoint(grant.writes)


def test_what_is_deleted_on_condition_may_be_read() -> None:
    for grant in TASK_GRANTS.values():
        assert permissions.LOCKS not in grant.deletes or permissions.LOCKS in grant.reads


def test_no_task_may_change_the_data_set_or_a_serving_configuration() -> None:
    for grant in TASK_GRANTS.values():
        assert permissions.DATASETS not in grant.writes + grant.deletes
        assert "lambda:UpdateFunctionConfiguration" not in grant.serving
