"""nightswap model remove: what it refuses, and what it deletes of a model that is off the air already.

How it takes a model off the air is shown on the local AWS, in tests/deploy/test_departures.py.
"""

from __future__ import annotations

import click
import pytest

from chalicelib.errors import CommandFailed
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, register

GONE = "loans"


def with_leftovers() -> FakeStage:
    stage = FakeStage(FakeOutside(MODEL))
    stage.outside.store.put(f"datasets/{GONE}/night.csv", b"rows")
    stage.outside.store.put(f"models/{GONE}/pin.json", b"{}")
    register(stage.edges, run="run-1")
    return stage


def test_data_of_a_model_that_is_off_the_air_is_deleted_when_it_is_confirmed() -> None:
    stage = with_leftovers()
    before = len(stage.outside.store.list(""))

    result = stage.run("model", "remove", GONE, "--data", "--yes")

    assert result.output.splitlines() == [
        "2 objects are deleted for good: the data set, the versions and the ledger of loans",
        "loans is removed",
    ]
    assert len(stage.outside.store.list("")) == before - 2


def test_nothing_is_deleted_when_nobody_confirms() -> None:
    stage = with_leftovers()

    result = stage.run("model", "remove", GONE, "--data")

    assert isinstance(result.exception, click.Abort | SystemExit)
    assert "Remove loans from stage test?" in result.output
    assert len(stage.outside.store.list(f"datasets/{GONE}/")) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((MODEL,), "take lambdas/recipes/kdd99_http.py away, then repeat this"),
        ((MODEL, "--data"), "the recipe of kdd99-http is there"),
        (
            (GONE,),
            f"no model loans: deployed are {MODEL}; with --data, what is kept of one that was removed goes",
        ),
        (("boats", "--data"), f"has no model boats: deployed are {MODEL}"),
    ],
)
def test_a_model_that_is_not_to_go_or_is_not_there_is_refused(arguments: tuple[str, ...], words: str) -> None:
    stage = with_leftovers()
    before = stage.outside.store.list("")

    refused = stage.run("model", "remove", *arguments, "--yes").exception

    assert isinstance(refused, CommandFailed)
    assert words in refused.message
    assert stage.outside.store.list("") == before


def test_what_is_no_name_of_a_model_is_wrong_usage() -> None:
    result = with_leftovers().run("model", "remove", "../loans", "--yes")

    assert result.exit_code == 2
    assert "'../loans' is not a model's name" in result.stderr
