"""The two stacks of a stage, as they should be."""

from __future__ import annotations

from chalicelib.names import Names
from workflows.deploying.cloudformation.wanted import data_stack, main_stack, stage_tags
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import DEFAULTS

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
TAGS = {"nightswap:app": "nightswap", "nightswap:stage": "prod"}


def test_data_stack_adopts_what_is_there() -> None:
    wanted = data_stack(NAMES, settings=DEFAULTS)

    assert (wanted.name, wanted.adopts, wanted.tags) == (NAMES.data_stack, True, TAGS)
    assert (wanted.template, wanted.parameters) == (data_template(NAMES, settings=DEFAULTS), {})


def test_main_stack_has_the_stage_its_models_and_what_was_uploaded() -> None:
    for with_layers in (True, False):
        wanted = main_stack(
            NAMES, models=["a"], settings=DEFAULTS, parameters={"Code": "key"}, with_layers=with_layers
        )

        assert (wanted.name, wanted.adopts, wanted.tags) == (NAMES.stack, False, TAGS)
        assert wanted.parameters == {"Code": "key"}
        assert wanted.template == main_template("prod", models=["a"], settings=DEFAULTS, with_layers=with_layers)


def test_stage_is_told_by_its_tags() -> None:
    assert stage_tags("prod") == TAGS
