"""The order of the checks of an account: nothing is asked that cannot be answered, and no refusal ends the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import RecipeInvalid
from tests.fakes.store import InMemoryStore
from workflows.doctor.examination import Account, Checkout, examine_account, examine_checkout
from workflows.doctor.finding import Severity
from workflows.packaging.needs import NOTHING, Needs
from workflows.packaging.sizes import FunctionSize, Part
from workflows.stacks.main_stack import serving_id
from workflows.stacks.settings import CONFIG

CHECKOUT = Checkout(
    root=Path(__file__).parents[4],
    stage="prod",
    models=("kdd99-http",),
    load_recipe=lambda model: None,
    recipe_problems=(),
    needs=lambda: NOTHING,
    build=lambda folder: "",
    measure=None,
)


class Refusing:
    """A client that may do nothing but say who calls."""

    def __init__(self, *, knows_caller: bool) -> None:
        self._knows_caller = knows_caller

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(*_: str, **__: Any) -> Any:
            if operation == "get_caller_identity" and self._knows_caller:
                return {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/somebody"}
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)

        return call


def account(*, region: str | None = "eu-west-1", knows_caller: bool = True, asked: list[str]) -> Account:
    def clients(service: str) -> Any:
        asked.append(service)
        return Refusing(knows_caller=knows_caller)

    return Account(region=region, clients=clients, store=lambda _: InMemoryStore(), apis=lambda _: ())


@pytest.mark.parametrize("region", [None, "cn-north-1"])
def test_without_a_region_that_will_do_nobody_is_asked(region: str | None) -> None:
    asked: list[str] = []

    (found,) = examine_account(CHECKOUT, account(region=region, asked=asked))

    assert (found.where, found.severity, asked) == ("AWS region", Severity.ERROR, [])


def test_caller_whom_nobody_knows_is_asked_for_nothing_else() -> None:
    asked: list[str] = []

    _, found = examine_account(CHECKOUT, account(knows_caller=False, asked=asked))

    assert (found.where, found.severity, asked) == ("AWS credentials", Severity.ERROR, ["sts"])


def test_what_is_refused_is_named_and_the_rest_is_looked_at() -> None:
    asked: list[str] = []

    found = [(each.where, each.severity) for each in examine_account(CHECKOUT, account(asked=asked))]

    assert found == [
        ("AWS region", Severity.OK),
        ("AWS credentials", Severity.OK),
        ("AWS permissions", Severity.NOTE),
        ("Lambda's limits", Severity.WARNING),
        ("existing names", Severity.WARNING),
        (".chalice/deployed/prod.json", Severity.OK),
    ]
    assert asked == ["sts", "iam", "lambda", "cloudformation"]


def configured(root: Path, **variables: str) -> Checkout:
    """A clone in which the stage has these settings too."""
    config = json.loads((CHECKOUT.root / CONFIG).read_bytes())
    config["stages"]["prod"]["environment_variables"] |= variables
    (root / CONFIG).parent.mkdir()
    (root / CONFIG).write_text(json.dumps(config))
    (root / "requirements.txt").touch()
    return replace(CHECKOUT, root=root)


def test_direct_lane_is_looked_at_where_it_is_wanted(tmp_path: Path) -> None:
    checkout = configured(tmp_path, NIGHTSWAP_DIRECT_CONCURRENCY="5")

    found = [(each.where, each.severity) for each in examine_account(checkout, account(asked=[]))]

    assert ("NIGHTSWAP_DIRECT_CONCURRENCY", Severity.WARNING) in found


@pytest.mark.parametrize(("memory_mb", "noted"), [("3008", []), ("3009", ["TrainFunction"]), ("much", [])])
def test_memory_that_a_stage_sets_is_held_against_a_new_accounts(
    tmp_path: Path, memory_mb: str, noted: list[str]
) -> None:
    found = list(examine_checkout(configured(tmp_path, NIGHTSWAP_TRAIN_MEMORY_MB=memory_mb)))

    assert [each.where for each in found if "a new account grants 3008" in each.what] == noted


def test_files_that_only_look_like_recipes_are_told(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()

    found = list(examine_checkout(replace(CHECKOUT, root=tmp_path, recipe_problems=("loan.py is none",))))

    assert [(each.where, each.severity) for each in found if each.what == "loan.py is none"] == [
        ("recipes", Severity.ERROR)
    ]


def test_memory_that_a_recipe_sets_is_held_against_a_new_accounts(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    (model, *_) = CHECKOUT.models
    checkout = replace(CHECKOUT, root=tmp_path, needs=lambda: Needs(memory_mb={model: 5000}))

    found = [each for each in examine_checkout(checkout) if "a new account grants 3008" in each.what]

    assert [(each.where, each.severity) for each in found] == [(f"{serving_id(model)}Function", Severity.NOTE)]
    assert found[0].what.startswith("has 5000 MB")


def test_recipe_that_cannot_be_loaded_hinders_no_other_check(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()

    def needs() -> Needs:
        raise RecipeInvalid("recipe loans: no")

    found = [each.where for each in examine_checkout(replace(CHECKOUT, root=tmp_path, needs=needs))]

    assert "python3.13, x86_64" in found


def test_sizes_are_measured_where_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    small = FunctionSize(function="train", layers=(), parts=(Part("numpy", 1_000_000),))

    found = list(examine_checkout(replace(CHECKOUT, root=tmp_path, measure=lambda: [small])))

    assert "1 MB unzipped with its layers" in found[-1].what
