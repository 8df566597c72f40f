"""docs/batches.md tells of --transform what the command does: its options, their bounds, its price, its failures."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.endpoints import INSTANCES_MAX
from chalicelib.contracts.transforms import TRANSFORM_HOURLY
from chalicelib.edges.hosting import transform_jobs
from chalicelib.limits import BATCH_RECORDS, TRANSFORM_CHUNK_BYTES, TRANSFORM_MINUTES
from tests.contract.docs import pages
from tests.sagemaker import test_batch_transforms
from workflows.cli import transforms

PAGE = pages.PAGES["batches.md"]
ROWS: dict[str, Any] = {cells[0]: cells[1:] for cells in pages.rows(PAGE)}
PROBLEMS = (
    transform_jobs.NOT_STARTED,
    transform_jobs.MODEL_GONE,
    transform_jobs.NOT_PERMITTED,
    transform_jobs.LIMIT_REACHED,
    transform_jobs.JOB_FAILED,
    transform_jobs.JOB_STOPPED,
    transform_jobs.NOT_WHOLE,
)


def test_each_option_has_its_default_and_its_bound() -> None:
    told = {name: cells for name, cells in ROWS.items() if name.startswith("`--")}

    assert {name: cells[0] for name, cells in told.items()} == {
        "`--instance-type`": transforms.INSTANCE_TYPE,
        "`--instances`": str(transforms.INSTANCES),
        "`--max-minutes`": str(transforms.MINUTES),
    }
    assert f"at most {INSTANCES_MAX};" in told["`--instances`"][1]
    assert told["`--max-minutes`"][1].endswith(f"at most {TRANSFORM_MINUTES:,}")


def test_size_of_a_chunk_and_the_price_are_those_of_the_code() -> None:
    assert f"{BATCH_RECORDS:,} records and {TRANSFORM_CHUNK_BYTES // 10**6} MB" in PAGE
    assert f"ml.m5.large\nis ${TRANSFORM_HOURLY['ml.m5.large']} an hour" in PAGE


def test_each_problem_of_a_failure_is_told_once() -> None:
    table = PAGE.partition("| TransformFailed, `problem` | means |\n")[2].partition("\n\n")[0]
    told = ", ".join(line.split("|")[1].strip() for line in table.splitlines()[1:])

    assert sorted(told.split(", ")) == sorted(PROBLEMS)


def test_what_the_tests_scored_is_told() -> None:
    assert f"a file of {test_batch_transforms.RECORDS:,} records" in " ".join(PAGE.split())
