"""The table of grants covers every task, and its patterns are those of the bucket's layout."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import pytest

from chalicelib import layout, names
from chalicelib.names import document_name
from chalicelib.promotion import commitment
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from lambdas.model import predictions
from workflows.stacks import grants
from workflows.stacks.grants import TASK_GRANTS
from workflows.stacks.permissions import task_statements


def test_every_function_has_its_grant() -> None:
    assert tuple(TASK_GRANTS) == names.PIPELINE


@pytest.mark.parametrize(
    ("pattern", "key"),
    [
        (grants.DATASETS, layout.dataset("m", "a.csv")),
        (*grants.documents("report"), layout.run_document("a-run", "report")),
        (grants.WORK, layout.work("a-run", "train/X.npy")),
        (grants.SIDES, layout.side("a-run", "train")),
        (grants.SIDES, layout.side("a-run", "holdout")),
        (grants.PARTS, layout.kept_parts("m")),
        (grants.PARTS, layout.part("m", 64 * "a")),
        (grants.ROW_ANSWERS, layout.row_answers("m", "a-run")),
        (grants.ANSWERS, layout.work("a-run", "answers/") + predictions.FILES[0]),
        (grants.ARTIFACT, layout.work("a-run", SCORECARD_FILE)),
        (grants.VERSIONS, layout.version("m", 7, "model.json")),
        (grants.MANIFESTS, layout.version("m", 7, registry.MANIFEST)),
        (grants.BATCHES, f"{layout.BATCH_FILES}a.csv"),
        (grants.BATCH_RESULTS, layout.batch("a-batch", "ended")),
        (grants.BATCH_RESULTS, layout.batch_chunk("a-batch", 1, of="errors")),
        (grants.REJECTED, layout.rejected("m", "a-run", "report.json")),
        (grants.JUDGED, layout.judged("m")),
        (grants.QUARANTINE, layout.quarantined("m", "a" * 64)),
        (grants.QUARANTINE, layout.quarantined("m")),
        (grants.PIN, layout.pin("m")),
        (grants.MOVES, layout.requested_move("a-move")),
        (grants.MOVES, layout.move_told("a-move")),
        (grants.MOVE_TOLD, layout.move_told("a-move")),
        (grants.UNTOLD, layout.untold("m", "a-run-Promoted")),
        (grants.UNTOLD, layout.untold("m")),
        (grants.SAMPLE, layout.work("a-run", registry.REPLAY)),
        (*grants.DECISIONS, layout.run_document("a-run", f"decision_{commitment.SWAP}_1")),
        (grants.LOCKS, layout.lease("m")),
        (grants.LEDGER, layout.ledger_entry("m", 1)),
        (grants.EVIDENCE, layout.evidence("m", 1)),
        (grants.ERASED, layout.erasure("m", 1)),
        (grants.EVIDENCE_AND_ERASED, layout.erasure("m", 1)),
        (grants.EVIDENCE_AND_ERASED, layout.evidence("m", 1)),
    ],
)
def test_pattern_matches_the_keys_of_the_layout(pattern: str, key: str) -> None:
    assert fnmatchcase(key, pattern)


@pytest.mark.parametrize("task", names.TASKS)
def test_task_documents_its_run_and_logs(task: str) -> None:
    actions = [action for statement in task_statements("prod", task) for action in statement["Action"]]

    (own,) = grants.documents(document_name(task))
    assert any(fnmatchcase(own, pattern) for pattern in TASK_GRANTS[task].writes)
    assert {"logs:PutLogEvents", "s3:PutObject"} <= set(actions)


def test_no_task_writes_the_document_of_another() -> None:
    own = {task: grants.documents(document_name(task)) for task in names.TASKS}

    for task, grant in TASK_GRANTS.items():
        others = {pattern for other in names.TASKS if other != task for pattern in own[other]}
        assert others.isdisjoint(grant.writes)


@pytest.mark.parametrize("pattern", [grants.LOCKS, grants.PIN])
def test_what_is_deleted_on_condition_may_be_read(pattern: str) -> None:
    for grant in TASK_GRANTS.values():
        assert pattern not in grant.deletes or pattern in grant.reads


@pytest.mark.parametrize(
    "key",
    [
        layout.untold("m", "a-run-Promoted"),
        layout.run_document("a-run", "told"),
        layout.run_document("a-run", "told_stale"),
        layout.move_told("a-move"),
    ],
)
def test_next_run_may_send_and_mark_every_notice_that_was_kept(key: str) -> None:
    grant = TASK_GRANTS["restore-alias"]

    assert all(any(fnmatchcase(key, pattern) for pattern in each) for each in (grant.reads, grant.writes))
    assert grants.UNTOLD in grant.deletes


@pytest.mark.parametrize("task", [task for task, grant in TASK_GRANTS.items() if grant.announces])
def test_whoever_announces_may_keep_what_nobody_takes(task: str) -> None:
    assert grants.UNTOLD in TASK_GRANTS[task].writes


def test_pattern_stands_once_with_all_that_is_granted_on_it() -> None:
    for task in names.PIPELINE:
        objects = [
            json.dumps(each)
            for statement in task_statements("prod", task)
            for each in statement["Resource"]
            if statement["Action"][0].startswith("s3:") and statement["Action"] != ["s3:ListBucket"]
        ]
        assert len(objects) == len(set(objects))


def test_no_task_may_change_the_data_set_or_a_serving_configuration() -> None:
    for grant in TASK_GRANTS.values():
        assert grants.DATASETS not in grant.writes + grant.deletes
        assert "lambda:UpdateFunctionConfiguration" not in grant.serving


def test_no_task_may_say_that_something_was_erased() -> None:
    for grant in TASK_GRANTS.values():
        assert not any(fnmatchcase(layout.erasure("m", 1), each) for each in (*grant.writes, *grant.deletes))
