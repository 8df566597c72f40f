from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from chalicelib.errors import EstimatorUnsupported
from lambdas import recipes
from lambdas.model.formats.all_formats import FORMATS, Format
from lambdas.model.recipe import Endpoint, Serving
from tests.fakes.formats import CodeOf
from workflows.checking.formats import check_engines, endpoints_of, needs_of, serving_packages, sizes_of
from workflows.packaging.layers import LAYERS, LAYERS_OF_TASK, layer_of
from workflows.packaging.needs import NOTHING

PLAIN = Format(file="model.json", serving=(), code=CodeOf)
HEAVY = Format(file="model.heavy", serving=(), code=CodeOf, layers=("numpy", "pandas"), export_layers=("pandas",))
TABLE = {"plain": PLAIN, "heavy": HEAVY}


def test_stage_of_models_that_python_alone_scores_has_the_layers_of_its_tasks() -> None:
    assert needs_of({"a": "plain"}, table=TABLE) == NOTHING
    assert NOTHING.layers == ("numpy", "pandas", "sklearn")
    assert {task: NOTHING.of_task(task) for task in LAYERS_OF_TASK} == LAYERS_OF_TASK


def test_serving_function_of_a_model_and_the_tasks_that_make_and_score_it_have_the_layers_of_its_format() -> None:
    needs = needs_of({"a": "plain", "b": "heavy"}, table=TABLE)

    assert needs.serving == {"b": ("numpy", "pandas")}
    assert needs.of_task("evaluate") == ("numpy", "pandas")
    assert needs.of_task("train") == ("numpy", "sklearn", "pandas")
    assert needs.of_task("replay") == ()


def test_models_whose_artifacts_may_be_too_large_for_a_package_are_known() -> None:
    table = {**TABLE, "huge": replace(PLAIN, stored=True)}

    assert needs_of({"a": "plain", "b": "huge"}, table=table).stored == ("b",)
    assert [name for name, each in FORMATS.items() if each.stored] == ["onnx"]


def test_models_with_endpoints_are_known_and_those_without_instances() -> None:
    targets = {"a": None, "b": Endpoint(), "c": Endpoint(serverless=2048)}

    assert endpoints_of(targets) == (("b", "c"), ("c",))


def test_what_recipes_require_is_a_layer_of_train_alone() -> None:
    needs = needs_of({"a": "plain"}, required=["xgboost-cpu"], table=TABLE)

    assert needs.of_task("train") == ("numpy", "sklearn", "requires")
    assert needs.of_task("evaluate") == ("numpy",)
    assert needs.layers == ("numpy", "pandas", "sklearn", "requires")
    assert layer_of("requires").lock == "lambdas/recipes/requires.txt"
    assert layer_of("numpy") is LAYERS["numpy"]


def test_train_has_what_imports_need_unless_recipes_require_packages_that_take_its_room() -> None:
    table = {**TABLE, "graph": replace(HEAVY, import_layers=("numpy", "skl2onnx"))}

    assert needs_of({"a": "graph"}, table=table).export == ("pandas", "numpy", "skl2onnx")
    assert needs_of({"a": "graph"}, required=["xgboost-cpu"], table=table).export == ("pandas", "requires")
    assert needs_of({"a": "plain"}, table=table).export == ()


def test_memory_and_time_are_asked_for_by_the_recipes_alone_that_set_them() -> None:
    serving = {"a": Serving(memory_mb=5000, timeout_seconds=50), "b": Serving(), "c": Serving(memory_mb=1024)}

    assert sizes_of(serving) == ({"a": 5000, "c": 1024}, {"a": 50})


def test_package_that_serves_a_model_holds_the_code_of_its_format_alone() -> None:
    (package,) = serving_packages(["kdd99-http"]).values()

    with zipfile.ZipFile(io.BytesIO(package.body)) as archive:
        names = archive.namelist()
    assert {"serve/handler.py", "serve/scorecard.py"} <= {*names}
    assert "serve/trees.py" not in names


def test_job_whose_image_lacks_the_library_of_the_format_is_refused_before_anything_is_deployed() -> None:
    recipe = replace(recipes.load("kdd99-http"), engine="sagemaker")

    with pytest.raises(
        EstimatorUnsupported, match=r"recipe kdd99-http goes into the format onnx, .*leave engine out"
    ):
        check_engines({"kdd99-http": recipe}, {"kdd99-http": "onnx"})


def test_endpoint_of_a_format_with_a_library_is_let_through_because_its_image_may_hold_that() -> None:
    recipe = replace(recipes.load("kdd99-http"), target="endpoint")

    check_engines({"kdd99-http": recipe}, {"kdd99-http": "onnx"})


def test_function_that_asks_an_endpoint_has_no_layers_and_the_tasks_that_make_and_score_its_model_have_them() -> None:
    needs = replace(needs_of({"a": "heavy", "b": "heavy"}, table=TABLE), endpoints=("a",))

    assert (needs.of_function("a"), needs.of_function("b")) == ((), ("numpy", "pandas"))
    assert needs.of_task("evaluate") == ("numpy", "pandas")
    assert needs.of_task("train") == ("numpy", "sklearn", "pandas")


@pytest.mark.parametrize(("engine", "name"), [("sagemaker", "scorecard"), ("sagemaker", None), ("lambda", "onnx")])
def test_job_of_a_format_that_python_alone_makes_is_let_through(engine: str, name: str | None) -> None:
    recipe = replace(recipes.load("kdd99-http"), engine=engine)

    check_engines({"kdd99-http": recipe}, {"kdd99-http": name})
