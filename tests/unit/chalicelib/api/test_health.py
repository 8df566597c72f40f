from __future__ import annotations

import pytest

from chalicelib.api import health
from chalicelib.errors import Busy, FunctionUnavailable, NoLiveModel, ServingFailed, StackMissing
from tests.fakes.edges import FakeOutside
from tests.given.interference import interfered, raising
from tests.given.moves import after_nights
from tests.given.nights import MODEL, outside, promote


def test_stage_is_healthy_when_its_default_model_is_live(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")

    assert health.check(night.edges, night.edges.functions, model=MODEL, stage="prod") == {
        "status": "ok",
        "model": MODEL,
        "model_version": 1,
        "function_version": "1",
    }


def test_live_version_that_fails_is_no_health(night: FakeOutside) -> None:
    night.functions.publish(MODEL, b"by hand")
    night.functions.create_alias(MODEL, function_version="1", description="by hand")

    with pytest.raises(ServingFailed, match="version 1 of the serving function of kdd99-http failed"):
        health.check(night.edges, night.edges.functions, model=MODEL, stage="prod")


@pytest.mark.parametrize(
    "answer", [b"", b"null", b"[]", b"{}", b'{"body": {}}', b'{"body": {"model_version": null}}']
)
def test_function_that_nightswap_did_not_make_is_no_health(answer: bytes) -> None:
    night = FakeOutside(MODEL, handler=lambda *_: answer)
    night.functions.publish(MODEL, b"another's")
    night.functions.create_alias(MODEL, function_version="1", description="")

    with pytest.raises(ServingFailed, match="does not say which model version it is"):
        health.check(night.edges, night.edges.functions, model=MODEL, stage="prod")


def test_live_version_that_does_not_answer_is_busy(night: FakeOutside) -> None:
    away = interfered(night.functions, "invoke", before=raising(FunctionUnavailable("throttled")))

    with pytest.raises(Busy, match="busy or away"):
        health.check(night.edges, away, model=MODEL, stage="prod")


@pytest.mark.parametrize("models", [(), ("another",)])
def test_stage_without_the_function_names_the_command_that_helps(models: tuple[str, ...]) -> None:
    stage = FakeOutside(*models)

    with pytest.raises(StackMissing, match="nightswap deploy --stage prod") as caught:
        health.check(stage.edges, stage.edges.functions, model=MODEL, stage="prod")

    assert caught.value.status == 503


def test_model_without_a_live_version_names_the_command_that_helps() -> None:
    stage = outside()

    with pytest.raises(NoLiveModel, match="nightswap retrain --model kdd99-http --stage prod") as caught:
        health.check(stage.edges, stage.edges.functions, model=MODEL, stage="prod")

    assert caught.value.status == 503


def test_model_whose_alias_is_gone_names_what_the_ledger_knows_and_what_puts_it_back() -> None:
    night = after_nights(2)
    night.functions.delete_alias(MODEL)

    with pytest.raises(NoLiveModel) as caught:
        health.check(night.edges, night.edges.functions, model=MODEL, stage="prod")

    assert caught.value.message == (
        f"the alias of {MODEL} is gone, and by entry 2 of the ledger version 2 is live: the next run puts it back, or"
        f" at once nightswap restore {MODEL} --stage prod"
    )
