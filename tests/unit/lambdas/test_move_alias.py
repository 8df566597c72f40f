from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.interventions import MoveAnswered
from chalicelib.documents import documents
from chalicelib.errors import ContractBroken, FunctionUnavailable
from chalicelib.interventions import fitness
from chalicelib.registry import registry
from lambdas import move_alias
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.serving_function import with_layers
from tests.given.interference import raising, with_functions, with_store
from tests.given.moves import after_nights, request, serving
from tests.given.nights import MODEL, outside, register
from tests.given.serving_code import ServingCode


def test_move_is_answered_200_with_what_was_done() -> None:
    night = after_nights(2)

    answered = move_alias.run(request("rollback"), night.edges)

    assert answered.status == 200
    assert (answered.body["moved"], answered.body["to"]["model_version"]) == (True, 1)
    assert serving(night) == ("1", {})


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"action": "promote", "model_version": 9}, 404, "VersionUnknown"),
        ({"action": "rollback", "model_version": 9}, 404, "VersionUnknown"),
        ({"action": "rollback"}, 409, "VersionUnfit"),
        ({"action": "jump"}, 400, "BadRequest"),
    ],
)
def test_request_that_cannot_be_is_an_answer(changes: dict[str, Any], status: int, code: str) -> None:
    answered = move_alias.run(request(**changes), after_nights(1).edges)

    assert (answered.status, answered.body["Code"]) == (status, code)
    assert answered.body["Message"]


def test_version_whose_layers_its_function_lacks_is_refused_before_the_alias_moves() -> None:
    night = after_nights(1)
    night.functions.configure(MODEL, **with_layers("onnx"))
    register(night.edges, run="run-2", layers=["onnx"])
    without = InMemoryFunctions(MODEL, clock=night.clock, handler=ServingCode())
    edges = replace(night.edges, functions=without)
    live = fitness.verify(edges, model=MODEL, model_version=1)  # which publishes it again
    without.create_alias(MODEL, function_version=live, description="put back by hand")

    answered = move_alias.run(request("promote", model_version=2), edges)

    assert (answered.status, answered.body["Code"]) == (409, "VersionUnfit")
    assert "the layers onnx: run nightswap deploy" in answered.body["Message"]
    alias = without.alias(MODEL)
    assert alias is not None and (alias.function_version, dict(alias.weights)) == (live, {})


def test_nothing_live_is_an_answer() -> None:
    assert move_alias.run(request("pin"), outside().edges).status == 503


def test_service_that_is_away_is_an_answer_after_which_the_request_may_be_repeated() -> None:
    night = after_nights(2)
    away = with_functions(night.edges, "update_alias", before=raising(FunctionUnavailable("no answer")))

    answered = [move_alias.run(request("rollback"), edges) for edges in (away, night.edges)]

    assert [(each.status, each.body.get("Code")) for each in answered] == [(503, "FunctionUnavailable"), (200, None)]


def test_fault_of_our_own_is_raised() -> None:
    night = after_nights(2)
    broken = with_store(night.edges, "put_if_absent", before=raising(ContractBroken("a field too many")))

    with pytest.raises(ContractBroken):
        move_alias.run(request("rollback"), broken)


def test_damaged_document_is_an_answer_that_names_it() -> None:
    night = after_nights(2)
    key = layout.version(MODEL, 2, registry.MANIFEST)
    night.store.put(key, b"{")

    answered = move_alias.run(request("rollback"), night.edges)

    assert (answered.status, answered.body["Code"]) == (503, "RegistryIncomplete")
    assert answered.body["Message"].startswith(f"{key} is damaged: its 1 bytes are no JSON")


def test_log_tells_of_the_request_and_of_its_end(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="nightswap"):
        move_alias.run(request("rollback"), after_nights(1).edges)

    line = json.loads(caplog.messages[-1])
    assert (line["event"], line["action"], line["who"]) == ("move_answered", "rollback", "ada")
    assert (line["status"], line["code"]) == (409, "VersionUnfit")


def test_refused_request_leaves_no_decision() -> None:
    night = after_nights(1)

    refused = move_alias.run(request("rollback"), night.edges)

    assert isinstance(refused, MoveAnswered)
    assert documents.find(night.store, layout.requested_move(request("rollback").name)) is None
