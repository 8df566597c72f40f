"""What a function loads when it starts: each module costs every cold start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.contract.api.api_process import Api, Reply, authorizing, event, secret, standing_in_for_aws, with_tokens
from tests.contract.source.sources import ROOT, SCIENCE, imports, loaded_by

SCIKIT_FREE = (
    *("restore_alias", "evaluate", "version_model", "replay", "shift_traffic", "swap_alias"),
    *("record_outcome", "move_alias", "predict_batch"),
)


def printed(program: str) -> str:
    """By a Python of its own, without an environment."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_command_line_loads_numpy_pandas_and_scikit_learn_only_for_what_needs_them() -> None:
    assert loaded_by("workflows.cli.main") & SCIENCE == set()


def test_app_starts_without_an_environment_and_stays_light() -> None:
    loaded = loaded_by("app")

    assert "chalicelib" in loaded
    assert loaded & (SCIENCE | {"stepfunctions", "sagemaker", "lambdas", "workflows"}) == set()


def predicting(asked: str, sent: bytes) -> Reply:
    """AWS with a version that answers one instance."""
    if "/invocations" in asked:
        return 200, {"status": 200, "body": {"model": "kdd99-http", "predictions": [{"label": "normal"}]}}
    return with_tokens(asked, sent)


def test_get_predict_loads_no_module_that_defines_a_dataclass() -> None:
    """One costs a cold start 0.3 ms and more; `chalicelib.values` costs a fiftieth."""
    with standing_in_for_aws(predicting) as address:
        loaded, _, answered, afterwards = Api(address).ask(
            {"loaded": True},
            authorizing(f"Bearer {secret('reader')}"),
            event("GET", "/predict", query={"duration": "0"}),
            {"loaded": True},
        )
    defining = {"dataclasses", "dataclasses.dataclass"}

    assert answered["statusCode"] == 200
    assert "app.py" in loaded
    assert {"chalicelib/api/prediction.py", "chalicelib/api/known_tokens.py"} <= set(afterwards)
    assert [
        each for each in imports("app.py", "chalicelib/") if each.file in afterwards and each.module in defining
    ] == []


@pytest.mark.parametrize("task", SCIKIT_FREE)
def test_task_that_does_not_train_loads_neither_scikit_learn_nor_pandas(task: str) -> None:
    assert loaded_by(f"lambdas.{task}") & {"sklearn", "pandas", "scipy"} == set()


def test_preprocess_loads_pandas_without_scikit_learn() -> None:
    assert loaded_by("lambdas.preprocess") & {"sklearn", "pandas", "scipy"} == {"pandas"}


def test_train_needs_no_pandas() -> None:
    """scikit-learn imports pandas by itself where it is installed (sklearn.utils.fixes), and does without it too."""
    assert loaded_by("lambdas.train") & {"pandas"} == set()

    absent = "import sys; sys.modules['pandas'] = None; import lambdas.train, sklearn.linear_model, sklearn.pipeline"
    done = subprocess.run(
        [sys.executable, "-c", absent], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_serving_function_loads_the_standard_library_alone() -> None:
    third_party = loaded_by("lambdas.serve.handler") & (SCIENCE | {"boto3", "botocore", "chalicelib"})

    assert third_party == set()


def test_graph_loads_no_module_of_a_library() -> None:
    loads = (
        "import sys; from lambdas.serve import handler, onnx; before = {*sys.modules};"
        "from tests.unit.lambdas.serve.graph import GRAPH_1, VERSION_1, whole; onnx.read(whole(VERSION_1, GRAPH_1));"
        "known = {*sys.stdlib_module_names, 'lambdas', 'tests', 'chalicelib'};"
        "print(sorted({each.split('.')[0] for each in {*sys.modules} - before} - known))"
    )

    assert printed(loads) == "[]\n"


def test_model_without_dates_loads_no_module_of_dates() -> None:
    loads = (
        "import sys; from lambdas.serve.scorecard import Scorecard;"
        "from tests.unit.lambdas.serve.document import DOCUMENT; Scorecard.from_document(DOCUMENT);"
        "dates = 'lambdas.serve.dates', 'lambdas.serve.seldom', 'datetime';"
        "print(sorted(each for each in sys.modules if each.startswith(dates)))"
    )

    assert printed(loads) == "[]\n"


def test_serving_function_loads_nothing_that_costs_a_cold_start_more_than_it_does() -> None:
    """Each takes 1 to 5 ms, where all of the serving code takes 2."""
    costly = {"dataclasses", "typing", "pathlib", "hashlib", "inspect", "lambdas.serve.seldom.why"}
    loads = "import sys, lambdas.serve.handler; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {loads}"],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(done.stdout.split())
    assert costly & loaded == set()
    assert [each for each in loaded if each.startswith("lambdas.serve.seldom")] == []


def test_serving_function_loads_no_explanation_before_one_is_asked_for() -> None:
    loads = "import sys, lambdas.serve.handler; print('lambdas.serve.seldom.why' in sys.modules)"

    assert printed(loads) == "False\n"
