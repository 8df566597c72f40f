"""Names inside the main template."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import names
from chalicelib.edges.serving_functions import LAYERS
from chalicelib.names import state_name
from chalicelib.settings.reading import load
from chalicelib.settings.stage import StageSettings
from workflows.packaging.needs import NOTHING, Needs
from workflows.stacks.functions import DATA_TASKS, serving_configuration, task_sizes
from workflows.stacks.main_stack import main_template, serving_id

WANTED = {"MEMORY_MB": "3008", "SECONDS": "777", "STORAGE_MB": "2048"}
MODEL_NAMES = st.from_regex(names.MODEL_NAME.pattern, fullmatch=True)


@given(MODEL_NAMES, MODEL_NAMES)
def test_two_models_never_share_a_logical_id(one: str, other: str) -> None:
    assert (serving_id(one) == serving_id(other)) == (one == other)


@given(MODEL_NAMES)
def test_logical_id_is_letters_and_digits(model: str) -> None:
    assert serving_id(model).isalnum()


def test_every_task_has_its_size() -> None:
    assert tuple(task_sizes()) == names.PIPELINE


@pytest.mark.parametrize("task", DATA_TASKS)
def test_size_of_a_data_task_is_a_setting_and_changes_that_function_alone(task: str) -> None:
    wanted = {f"NIGHTSWAP_{task.upper()}_{what}": size for what, size in WANTED.items()}
    before, after = (
        main_template("local", models=["a-model"], settings=settings)["Resources"]
        for settings in (StageSettings(), load(StageSettings, wanted))
    )

    (changed,) = [name for name, each in after.items() if each != before[name]]
    assert changed == f"{state_name(task)}Function"
    new: dict[str, object] = {"MemorySize": 3008, "Timeout": 777, "EphemeralStorage": {"Size": 2048}}
    assert after[changed]["Properties"] == before[changed]["Properties"] | new


def test_all_other_tasks_have_one_size_but_the_times_of_a_move_and_of_a_batch_are_fixed() -> None:
    wanted = {f"NIGHTSWAP_TASK_{what}": size for what, size in WANTED.items()}
    before, after = (
        main_template("local", models=["a-model"], settings=settings)["Resources"]
        for settings in (StageSettings(), load(StageSettings, wanted))
    )

    changed = {name for name, each in after.items() if each != before[name]}
    assert changed == {f"{state_name(task)}Function" for task in names.PIPELINE if task not in DATA_TASKS}
    for name in changed:
        seconds = {"MoveAliasFunction": 20, "PredictBatchFunction": 890}.get(name, 777)
        new = {"MemorySize": 3008, "Timeout": seconds, "EphemeralStorage": {"Size": 2048}}
        assert after[name]["Properties"] == before[name]["Properties"] | new


def test_size_of_a_data_task_is_no_part_of_the_fingerprint() -> None:
    larger = StageSettings(preprocess_memory_mb=3008, train_seconds=120, evaluate_storage_mb=10_240)

    assert serving_configuration(larger) == serving_configuration()


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


def test_another_format_changes_the_function_that_serves_it_and_those_that_make_and_score_it() -> None:
    needs = Needs(serving={"a": ("numpy", "pandas")}, export=("pandas",))
    before, after = (
        main_template("local", models=["a", "b"], needs=given)["Resources"] for given in (NOTHING, needs)
    )

    changed = {name: each["Properties"] for name, each in after.items() if each != before[name]}
    assert changed.keys() == {"ServeAFunction", "TrainFunction", "EvaluateFunction"}
    assert changed["ServeAFunction"]["Environment"]["Variables"] == {LAYERS: "numpy,pandas"}
    assert changed["ServeAFunction"]["Layers"] == [{"Ref": "NumpyLayer"}, {"Ref": "PandasLayer"}]
    assert changed["TrainFunction"]["Environment"]["Variables"]["NIGHTSWAP_SERVING_LAYERS"] == "a=numpy,pandas"


def test_function_that_asks_an_endpoint_is_given_no_layer_of_its_format_and_the_tasks_are() -> None:
    needs = Needs(serving={"a": ("numpy", "pandas")}, export=("pandas",), endpoints=("a",))

    resources = main_template("local", models=["a"], needs=needs, settings=StageSettings(endpoint_image="an-image"))[
        "Resources"
    ]

    serving, train, evaluate = (
        resources[f"{name}Function"]["Properties"] for name in ("ServeA", "Train", "Evaluate")
    )
    assert "Layers" not in serving and "Environment" not in serving
    assert train["Environment"]["Variables"]["NIGHTSWAP_SERVING_LAYERS"] == "a=numpy,pandas"
    assert evaluate["Layers"] == [{"Ref": "NumpyLayer"}, {"Ref": "PandasLayer"}]


def test_memory_and_time_that_a_recipe_sets_change_the_function_of_that_model_alone() -> None:
    needs = Needs(memory_mb={"a": 5000}, timeout_seconds={"a": 50})
    before, after = (
        main_template("local", models=["a", "b"], needs=given)["Resources"] for given in (NOTHING, needs)
    )

    ((name, changed),) = [(name, each["Properties"]) for name, each in after.items() if each != before[name]]
    assert name == "ServeAFunction"
    assert changed == {**before[name]["Properties"], "MemorySize": 5000, "Timeout": 50}


def test_artifacts_that_may_be_too_large_for_a_package_change_the_role_of_that_model_alone() -> None:
    before, after = (
        main_template("local", models=["a", "b"], needs=given)["Resources"]
        for given in (NOTHING, Needs(stored=("a",)))
    )

    ((name, changed),) = [(name, each["Properties"]) for name, each in after.items() if each != before[name]]
    _, reading = changed["Policies"][0]["PolicyDocument"]["Statement"]
    assert name == "ServeARole"
    assert reading["Action"] == ["s3:GetObjectVersion"]
    assert [each["Fn::Sub"].rpartition("}/")[2] for each in reading["Resource"]] == ["models/a/versions/*/model.*"]


def test_what_a_recipe_leaves_out_is_as_the_stage_has_it() -> None:
    needs = Needs(timeout_seconds={"a": 50})
    template = main_template("local", models=["a"], settings=StageSettings(serving_memory_mb=256), needs=needs)

    properties = template["Resources"]["ServeAFunction"]["Properties"]
    assert (properties["MemorySize"], properties["Timeout"]) == (256, 50)


def test_direct_lane_bounds_the_calls_at_once_of_each_serving_function_alone() -> None:
    before, after = (
        main_template("local", models=["a", "b"], settings=StageSettings(direct_concurrency=count))["Resources"]
        for count in (0, 5)
    )

    changed = {name: each["Properties"] for name, each in after.items() if each != before[name]}
    bound = {"ReservedConcurrentExecutions": 5}
    assert changed == {name: before[name]["Properties"] | bound for name in ("ServeAFunction", "ServeBFunction")}
    assert serving_configuration(StageSettings(direct_concurrency=5)) == serving_configuration()


def test_layers_of_a_function_are_told_where_there_are_none_to_attach() -> None:
    template = main_template("local", models=["a"], needs=Needs(serving={"a": ("numpy",)}), with_layers=False)

    properties = template["Resources"]["ServeAFunction"]["Properties"]
    assert "Layers" not in properties
    assert properties["Environment"]["Variables"] == {LAYERS: "numpy"}
