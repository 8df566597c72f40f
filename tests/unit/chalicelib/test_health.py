from __future__ import annotations

import pytest

from chalicelib import health
from chalicelib.errors import NoLiveModel, StackMissing
from tests.fakes.edges import FakeOutside
from tests.unit.chalicelib.nights import MODEL, outside, promote


def test_stage_is_healthy_when_its_default_model_is_live() -> None:
    night = outside()
    promote(night.edges, run="run-1")

    assert health.check(night.functions, model=MODEL, stage="prod") == {
        "status": "ok",
        "model": MODEL,
        "model_version": 1,
        "function_version": "1",
    }


def test_version_that_other_hands_made_live_is_healthy_without_a_number() -> None:
    night = outside()
    night.functions.publish(MODEL, b"by hand")
    night.functions.create_alias(MODEL, function_version="1", description="by hand")

    assert health.check(night.functions, model=MODEL, stage="prod")["model_version"] is None


@pytest.mark.parametrize("models", [(), ("another",)])
def test_stage_without_the_function_names_the_command_that_helps(models: tuple[str, ...]) -> None:
    with pytest.raises(StackMissing, match="nightswap deploy --stage prod") as caught:
        health.check(FakeOutside(*models).functions, model=MODEL, stage="prod")

    assert caught.value.status == 503


def test_model_without_a_live_version_names_the_command_that_helps() -> None:
    with pytest.raises(NoLiveModel, match="nightswap retrain --model kdd99-http --stage prod") as caught:
        health.check(outside().functions, model=MODEL, stage="prod")

    assert caught.value.status == 503
