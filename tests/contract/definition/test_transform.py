"""The machine that transforms a batch: what it asks of SageMaker, and that every job of it has an end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.edges.hosting.transform_jobs import TIMEOUT
from chalicelib.limits import INFERENCE_BODY_BYTES, TRANSFORM_CHUNK_BYTES
from tests.contract.definition.mistakes import STATELINT, Mistake
from tests.contract.definition.transform_mistakes import MISTAKES_IN_A_TRANSFORM
from workflows.cli.main import group
from workflows.definitions.checker import lint, problems
from workflows.definitions.checks import machines
from workflows.definitions.rendering import TRANSFORM, golden, rendered
from workflows.inference import media_types

ROOT = Path(__file__).parents[3]
STATES = json.loads(golden(TRANSFORM))["States"]
ASKED = STATES["Transform"]["Parameters"]


def test_golden_definition_is_what_the_source_renders_and_is_sound() -> None:
    assert rendered(ROOT, engine=TRANSFORM) == golden(TRANSFORM), "run `make render` and look at the difference"
    assert problems(golden(TRANSFORM), machine=machines.TRANSFORM) == []


def test_command_prints_it_and_takes_no_other_option_beside_it() -> None:
    printed = CliRunner().invoke(group, ["render", "--batch-transform"])
    assert (printed.exit_code, printed.output) == (0, golden(TRANSFORM))

    for option in (["--engine", "sagemaker"], ["--target", "endpoint"], ["--tuner"]):
        refused = CliRunner().invoke(group, ["render", "--batch-transform", *option])
        assert (refused.exit_code, "which no other option changes" in refused.output) == (2, True)


def test_time_is_that_of_the_order_and_after_any_failure_sagemaker_is_told_to_stop_the_job() -> None:
    assert STATES["Transform"]["TimeoutSecondsPath"] == "$.timeout_seconds"
    over, caught = STATES["Transform"]["Catch"]
    assert (over["ErrorEquals"], over["Next"]) == (["States.Timeout"], "TimedOut")
    assert (STATES["TimedOut"]["Result"]["Cause"], STATES["TimedOut"]["Next"]) == (TIMEOUT, "StopTransform")
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "StopTransform")
    assert STATES["StopTransform"]["Parameters"]["TransformJobName.$"] == ASKED["TransformJobName.$"]
    assert STATES["NotTransformed"]["CausePath"] == f"{caught['ResultPath']}.Cause"


def test_request_is_one_that_the_server_reads_and_answers_line_by_line() -> None:
    assert ASKED["MaxPayloadInMB"] * 2**20 <= INFERENCE_BODY_BYTES
    assert ASKED["MaxPayloadInMB"] * 10**6 >= TRANSFORM_CHUNK_BYTES
    assert media_types.of_content(ASKED["TransformInput"]["ContentType"]).name == media_types.JSON_LINES
    answer = media_types.of_answer(ASKED["TransformOutput"]["Accept"])
    assert (answer.name, answer.parameters) == (media_types.JSON_LINES, {"refused": "inline", "warnings": "inline"})
    assert ASKED["TransformInput"]["SplitType"] == ASKED["TransformOutput"]["AssembleWith"] == "Line"


@pytest.mark.parametrize("mistake", MISTAKES_IN_A_TRANSFORM, ids=lambda mistake: mistake.name)
def test_mistake_in_the_transform_is_found(mistake: Mistake) -> None:
    assert problems(mistake.text(), machine=machines.TRANSFORM)
    assert bool(lint(mistake.text())) is (mistake.found_by == STATELINT)
