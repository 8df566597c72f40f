"""Tokens of a release that kept them in one parameter go on to open what they opened."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.api import access
from chalicelib.api.access import Token
from chalicelib.errors import DeploymentFailed
from tests.fakes.store import InMemoryStore
from workflows.deploying.chalice_app import old_tokens
from workflows.deploying.progress import Step

SECRET = "s" * 43
OLD = {"name": "ada", "sha256": access.digest(SECRET), "scopes": ["predict"]}
TOKEN = Token("ada", access.digest(SECRET), ("predict",))


class Parameter:
    """SSM with one parameter, or with none; or one that may not be read."""

    def __init__(self, value: str | None, *, code: str = "ParameterNotFound") -> None:
        self.value = value
        self._code = code

    def get_parameter(self, *, Name: str) -> Any:
        if self.value is None:
            raise ClientError({"Error": {"Code": self._code, "Message": Name}}, "GetParameter")
        return {"Parameter": {"Name": Name, "Value": self.value}}

    def delete_parameters(self, *, Names: list[str]) -> None:
        assert Names == ["/nightswap/prod/tokens"]
        self.value = None


def moved(value: str | None, store: InMemoryStore) -> list[Step]:
    steps: list[Step] = []
    old_tokens.move(Parameter(value), store, stage="prod", report=steps.append)
    return steps


def test_old_token_opens_what_it_opened() -> None:
    store = InMemoryStore()

    (step,) = moved(json.dumps({"tokens": [OLD]}), store)

    assert "ada" in step.subject
    assert access.find(store, header=f"Bearer {SECRET}") == TOKEN


def test_token_that_was_removed_meanwhile_does_not_come_back() -> None:
    store = InMemoryStore()
    store.put(TOKEN.key, replace(TOKEN, removed_at="2026-11-21T03:00:00.000Z").to_body())

    assert moved(json.dumps({"tokens": [OLD]}), store) == []
    assert access.find(store, header=f"Bearer {SECRET}") is None


def test_stage_without_the_parameter_has_nothing_to_move() -> None:
    assert moved(None, InMemoryStore()) == []


@pytest.mark.parametrize("value", ["", "{", "[]", "{}", '{"tokens": [{}]}', '{"tokens": 7}'])
def test_parameter_that_holds_no_tokens_is_named_with_the_way_out(value: str) -> None:
    with pytest.raises(DeploymentFailed, match=r"/nightswap/prod/tokens holds no tokens .*aws ssm delete-parameter"):
        moved(value, InMemoryStore())


def test_parameter_that_may_not_be_read_is_not_taken_for_a_missing_one() -> None:
    refusing = Parameter(None, code="AccessDeniedException")

    with pytest.raises(DeploymentFailed, match="looking for parameter /nightswap/prod/tokens: AccessDeniedException"):
        old_tokens.move(refusing, InMemoryStore(), stage="prod", report=lambda _: None)


def test_parameter_goes() -> None:
    parameter = Parameter("{}")

    old_tokens.forget(parameter, stage="prod")

    assert parameter.value is None
