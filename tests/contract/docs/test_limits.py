"""docs/limits.md has every limit that a user meets, with its number."""

from __future__ import annotations

from types import ModuleType

import pytest

from chalicelib import limits
from chalicelib.api import access
from chalicelib.aws import patience
from chalicelib.batches import batch_requests
from chalicelib.names import Names
from chalicelib.promotion import promotion
from chalicelib.settings.texts import TASK_SECONDS
from lambdas.model.data import room
from lambdas.model.formats.scorecard import size as scorecard_size
from lambdas.model.reading import records
from lambdas.model.recipe import rules as recipe_rules
from lambdas.serve import handler
from tests.contract.docs import pages
from workflows.checking import file
from workflows.definitions.checks import policies
from workflows.doctor.account.lambda_limits import NEW_ACCOUNT_CONCURRENCY
from workflows.doctor.stage import runtimes
from workflows.stacks.data_stack import RUN_DAYS, SUPERSEDED_DAYS, data_template
from workflows.stacks.functions import task_sizes
from workflows.stacks.main_stack import main_template

PAGE = pages.PAGES["limits.md"]
ROWS = pages.rows(PAGE)
SIZES = task_sizes()
OTHERS: dict[ModuleType, tuple[str, ...]] = {
    batch_requests: ("WAIT_SECONDS",),
    access: ("TOKEN_LIMIT",),
    patience: ("GATEWAY_SECONDS",),
    handler: ("INSTANCES_MAX",),
    promotion: ("SHIFTS_MAX",),
    recipe_rules: ("BAKE_SECONDS_MAX", "FOLDS_MAX"),
    scorecard_size: ("ARTIFACT_BYTES_MAX",),
    file: ("KEY_BYTES_MAX",),
    records: ("FIELD_CHARACTERS",),
}
KNOWN = {
    **{name: value for name, value in vars(limits).items() if name.isupper()},
    **{name: getattr(module, name) for module, names in OTHERS.items() for name in names},
}


def test_every_limit_of_the_code_and_no_other_is_in_a_table_once_with_its_number() -> None:
    told = [(cells[2].strip("`"), cells[1]) for cells in ROWS if len(cells) == 3 and cells[2].startswith("`")]

    assert sorted(told) == sorted((name, f"{value:,}") for name, value in KNOWN.items())


def test_every_function_is_in_the_table_with_its_memory_and_time() -> None:
    told = {cells[0]: cells[1:] for cells in ROWS if cells[0].strip("`") in SIZES}

    assert told == {f"`{name}`": [f"{size.memory_mb:,}", f"{size.timeout_seconds:,}"] for name, size in SIZES.items()}
    assert f"longer than {TASK_SECONDS.stop - 1} s" in PAGE
    assert f"{policies.LAMBDA_LIMIT_SECONDS // 60} minutes" in PAGE


@pytest.mark.parametrize("demand", [room.PREPROCESS, room.TRAIN, room.EVALUATE], ids=lambda demand: demand.task)
def test_the_memory_that_a_task_takes_is_told(demand: room.Demand) -> None:
    (cells,) = [cells for cells in ROWS if cells[0] == demand.task]

    assert cells[1:4] == [str(demand.base_mb), str(demand.copies), str(demand.row_bytes)]
    assert f"{room.MEMORY_MB_MAX:,} MB at most (`MEMORY_MB_MAX`)" in PAGE


def test_as_many_rows_fit_as_the_page_says() -> None:
    rows, table_bytes = 8_000_000, 3 * 8 + 4 * len("normal")
    taken = (
        room.PREPROCESS.base_mb + rows * (room.PREPROCESS.copies * table_bytes + room.PREPROCESS.row_bytes) / room.MB
    )

    assert f"about {rows // 10**6} million rows of 3 numbers" in PAGE
    assert 0.8 < taken / SIZES["preprocess"].memory_mb < 1


def test_as_many_models_fit_into_a_stack_as_the_page_says() -> None:
    one, two, most = (
        len(main_template("prod", models=[f"model-{number}" for number in range(count)])["Resources"])
        for count in (1, 2, 65)
    )

    assert (
        f"about 65 models:\nCloudFormation takes 500 resources in a stack, and each model needs {two - one}" in PAGE
    )
    assert most <= 500 < most + two - one


def test_what_goes_by_age_is_told() -> None:
    bucket = data_template(Names(stage="prod", account="123456789012", region="eu-west-1"))["Resources"]["Bucket"]
    days = {rule["Id"]: rule for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]}

    assert f"| documents of a run | {RUN_DAYS} |" in PAGE
    assert f"once they are replaced or deleted | {SUPERSEDED_DAYS} |" in PAGE
    assert f"when it dies | {days['intermediates']['ExpirationInDays']} |" in PAGE


def test_what_a_new_account_lacks_is_told() -> None:
    assert (
        f"{NEW_ACCOUNT_CONCURRENCY} concurrent executions, and functions of\n{runtimes.NEW_ACCOUNT_MB:,} MB" in PAGE
    )
    assert f"has {patience.SERVING_SECONDS} s a call" in PAGE
