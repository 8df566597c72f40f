"""A deployment that would take a model off the air is refused, unless the model is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.errors import DeploymentFailed
from tests.fakes.edges import FakeOutside
from tests.unit.workflows.deploying.fake_account import FakeClient
from workflows.deploying.departures import SERVING_FUNCTION, Departure, departures, refuse_unnamed, stacked_models

PACKAGE = b"a package"


def outside(*models: str, live: Sequence[str] = ()) -> FakeOutside:
    found = FakeOutside(*models)
    for model in live:
        version = found.functions.publish(model, PACKAGE)
        found.functions.create_alias(model, function_version=version.function_version, description="")
    return found


def going(there: FakeOutside, *, wanted: Sequence[str]) -> tuple[Departure, ...]:
    return departures(there.functions.models(), wanted=wanted, store=there.store, functions=there.functions)


def refuse(there: FakeOutside, *, wanted: Sequence[str], told: Sequence[str] = ()) -> None:
    models = there.functions.models()
    refuse_unnamed(going(there, wanted=wanted), told=told, wanted=wanted, there=models, stage="prod")


def test_live_model_is_not_removed_without_being_named() -> None:
    with pytest.raises(DeploymentFailed) as refused:
        refuse(outside("cars", "loans", live=["loans"]), wanted=["cars"])

    said = refused.value.message
    assert "loans (live with function version 1)" in said
    assert "Nothing was changed" in said
    assert said.endswith("nightswap deploy --stage prod --remove-model loans")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (layout.version("loans", 1, "manifest.json"), "has versions in the registry"),
        (layout.ledger_entry("loans", 1), "has a ledger"),
    ],
)
def test_model_whose_alias_is_gone_but_not_its_past_is_not_removed_either(key: str, words: str) -> None:
    there = outside("cars", "loans")
    there.store.put(key, b"{}")

    with pytest.raises(DeploymentFailed, match=rf"loans \({words}\)"):
        refuse(there, wanted=["cars"])


def test_every_model_that_would_go_is_told_at_once() -> None:
    with pytest.raises(DeploymentFailed, match="--remove-model boats --remove-model loans"):
        refuse(outside("boats", "cars", "loans", live=["boats", "loans"]), wanted=["cars"])


def test_renamed_recipe_is_a_removed_one() -> None:
    with pytest.raises(DeploymentFailed, match=r"loans \(live"):
        refuse(outside("loans", live=["loans"]), wanted=["credits"])


def test_named_model_goes() -> None:
    there = outside("cars", "loans", live=["loans"])

    refuse(there, wanted=["cars"], told=["loans"])

    assert going(there, wanted=["cars"])[0].loses == ("live with function version 1",)


def test_naming_one_model_lets_no_other_go() -> None:
    with pytest.raises(DeploymentFailed, match=r"--remove-model loans$"):
        refuse(outside("boats", "cars", "loans", live=["boats", "loans"]), wanted=["cars"], told=["boats"])


def test_model_that_never_had_a_version_goes_by_itself() -> None:
    refuse(outside("cars", "loans"), wanted=["cars"])


def test_nothing_goes_where_every_model_is_wanted() -> None:
    there = outside("cars", live=["cars"])

    refuse(there, wanted=["cars", "loans"])

    assert going(there, wanted=["cars"]) == ()


def test_model_with_a_recipe_cannot_be_named() -> None:
    with pytest.raises(DeploymentFailed, match="names cars, whose recipe is there"):
        refuse(outside("cars"), wanted=["cars"], told=["cars"])


def test_slip_in_a_name_is_told() -> None:
    with pytest.raises(DeploymentFailed, match=r"names lones, which .* deployed are cars, loans"):
        refuse(outside("cars", "loans", live=["loans"]), wanted=["cars"], told=["lones"])


def test_models_of_the_stack_are_those_with_a_serving_function_of_the_stage() -> None:
    statuses = {"serve-loans": "UPDATE_COMPLETE", "serve-cars": "CREATE_COMPLETE", "serve-old": "DELETE_COMPLETE"}
    resources: list[dict[str, Any]] = [
        {"PhysicalResourceId": f"nightswap-prod-{name}", "ResourceType": SERVING_FUNCTION, "ResourceStatus": status}
        for name, status in {**statuses, "train": "CREATE_COMPLETE"}.items()
    ]
    resources += [
        {"ResourceType": SERVING_FUNCTION, "ResourceStatus": "CREATE_IN_PROGRESS"},
        {"PhysicalResourceId": "x", "ResourceType": "AWS::IAM::Role", "ResourceStatus": "CREATE_COMPLETE"},
    ]
    client = FakeClient(pages={"list_stack_resources": [{"StackResourceSummaries": resources}]})

    assert stacked_models(client, stage="prod", stack="nightswap-prod") == ("cars", "loans")


class Refusing:
    """CloudFormation, which refuses to list."""

    def __init__(self, code: str, message: str) -> None:
        self._error = ClientError({"Error": {"Code": code, "Message": message}}, "ListStackResources")

    def get_paginator(self, _operation: str) -> Refusing:
        return self

    def paginate(self, **_given: str) -> Any:
        raise self._error


def test_stack_that_does_not_exist_has_no_models() -> None:
    client = Refusing("ValidationError", "Stack with id nightswap-prod does not exist")

    assert stacked_models(client, stage="prod", stack="nightswap-prod") == ()


def test_stack_that_may_not_be_looked_at_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(DeploymentFailed, match="looking for stack nightswap-prod: AccessDenied"):
        stacked_models(Refusing("AccessDenied", "no"), stage="prod", stack="nightswap-prod")
