"""Names inside the main template."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib import names
from chalicelib.names import state_name
from chalicelib.settings import StageSettings
from workflows.stacks.functions import TASK_SIZES, serving_configuration
from workflows.stacks.main import main_template, serving_id

MODEL_NAMES = st.from_regex(names.MODEL_NAME, fullmatch=True)


@given(MODEL_NAMES, MODEL_NAMES)
def test_two_models_never_share_a_logical_id(one: str, other: str) -> None:
    assert (serving_id(one) == serving_id(other)) == (one == other)


@given(MODEL_NAMES)
def test_logical_id_is_letters_and_digits(model: str) -> None:
    assert serving_id(model).isalnum()


def test_every_task_has_its_size() -> None:
    assert tuple(TASK_SIZES) == names.PIPELINE


def test_serving_functions_have_the_configuration_that_the_fingerprint_counts() -> None:
    template = main_template("local", models=["a-model"])

    properties = template["Resources"]["ServeAXmodelFunction"]["Properties"]
    assert properties.items() >= serving_configuration().items()


def test_stage_without_models_has_no_serving_function() -> None:
    template = main_template("local", models=[])

    assert not [logical_id for logical_id in template["Resources"] if logical_id.startswith("Serve")]


def test_days_after_which_a_model_is_stale_are_a_setting() -> None:
    template = main_template("local", models=[], settings=StageSettings(stale_days=7))

    for task in names.PIPELINE:
        environment = template["Resources"][f"{state_name(task)}Function"]["Properties"]["Environment"]
        assert environment["Variables"]["NIGHTSWAP_STALE_DAYS"] == "7"
