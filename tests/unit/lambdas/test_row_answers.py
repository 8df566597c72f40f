"""What was answered row by row is kept beside the report, or the report says why not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from chalicelib import layout
from chalicelib.contracts.training import EvaluateTask
from lambdas import row_answers
from lambdas.model.evaluation.tally.row_answers import RowAnswers
from lambdas.model.splitting.row_hashes import row_hashes
from tests.fakes.edges import FakeOutside
from tests.given import data
from tests.given.holdouts import evaluate
from tests.given.kept_rows import ByRow
from tests.given.nights import MODEL
from tests.given.present import present

RECIPE = data.numeric_recipe(model=MODEL, cross_validation_folds=0)
HOLDOUT = data.table(RECIPE, rows=40, seed=5).take(np.r_[np.arange(40), np.arange(10)])
RUN = "kdd99-http-nightly-20261121T0300Z"
KEY = layout.row_answers(MODEL, RUN)
MINE = ByRow(RECIPE.class_names, seed=1)


@cache
def task(judging: int = 1) -> EvaluateTask:
    uris = {name: "s3://b/k" for name in ("holdout_uri", "artifact_uri", "answers_uri")}
    return EvaluateTask(run=RUN, model=MODEL, artifact_sha256="", judging=judging, **uris)


def judged(
    night: FakeOutside, *, rows: int = len(HOLDOUT), disk_bytes: int = 0, judging: int = 1
) -> dict[str, object]:
    """What the report says of the answers, of a holdout of so many rows as far as is known before it is read."""
    answers = MINE.score(HOLDOUT.features(RECIPE))
    with row_answers.collecting(RECIPE, rows=rows, disk_bytes=disk_bytes) as collected:
        evaluate(RECIPE, holdout=HOLDOUT, answers=answers, artifact=MINE, champion=None, keep=collected.add)
        return row_answers.keep(night.edges, collected, task(judging))


def test_answers_are_kept_and_told() -> None:
    night = FakeOutside(MODEL)

    told = judged(night, judging=2)

    body = present(night.store.find(KEY)).body
    found = RowAnswers.decode(body)
    assert told == {"rows": 50, "distinct_rows": 40, "bytes": len(body)}
    assert found.judging == 2
    assert found.hashes.tolist() == sorted(set(row_hashes(HOLDOUT).tolist()))


def test_repeated_task_writes_the_same_bytes() -> None:
    night = FakeOutside(MODEL)

    bodies = [present(night.store.find(KEY)).body for _ in range(2) if judged(night)]

    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("rows", "problem"), [(1_000_000, None), (1_000_001, "1,000,001 rows are more than 1,000,000")]
)
def test_answers_for_too_many_rows_are_not_kept_and_the_report_says_so(rows: int, problem: str | None) -> None:
    night = FakeOutside(MODEL)

    told = judged(night, rows=rows)

    assert told.get("problem") == problem
    assert (night.store.find(KEY) is None) == (problem is not None)


def test_disk_that_the_holdout_needs_itself_is_not_taken_from_it() -> None:
    night = FakeOutside(MODEL)

    told = judged(night, disk_bytes=10**15)

    assert told == {"problem": "50 rows take 2,200 bytes of /tmp, which has 0 beside the holdout"}
    assert night.store.find(KEY) is None
