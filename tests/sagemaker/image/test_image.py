"""The code of a training job under the Python and scikit-learn of SageMaker's image, and what Evaluate says to it.

The interpreter is that of `.venv-sagemaker-image`, which `make test-sagemaker-image` makes. What the job leaves is
taken and judged in the project's own Python: nothing is unpickled on the way.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.layout import Place
from lambdas import evaluate, train
from tests.clone import ROOT
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going
from tests.given.training_jobs import carried_out
from tests.unit.lambdas.engines.sagemaker.jobs import described, downloaded, on_sagemaker, uploaded
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, evaluation_task, night_with_data, training_task

PYTHON = str(ROOT / ".venv-sagemaker-image/bin/python")
OF_THE_RECIPE = "make_pipeline(StandardScaler(), LogisticRegression())"
OF = '__import__("sklearn.{}", fromlist=["*"]).{}'
ESTIMATORS = {
    "as it stands": OF_THE_RECIPE,
    "another solver": 'make_pipeline(StandardScaler(), LogisticRegression(solver="lbfgs", class_weight="balanced"))',
    "naive Bayes": OF.format("naive_bayes", "GaussianNB()"),
    "a forest": OF.format("ensemble", "RandomForestClassifier(n_estimators=20, random_state=1)"),
    "boosted trees": OF.format("ensemble", "GradientBoostingClassifier(n_estimators=20, random_state=1)"),
    "boosted histograms": OF.format("ensemble", "HistGradientBoostingClassifier(max_iter=20, random_state=1)"),
}
"""What takes the place of the recipe's estimator, one for each way into an artifact."""


def test_interpreter_is_that_of_the_image() -> None:
    code = "import sys, sklearn, numpy; print(*sys.version_info[:2], sklearn.__version__, numpy.__version__)"

    told = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["3", "10", "1.4.2", "2.1.0"]


def judged(night: FakeOutside, base: Path, *, estimator: str = OF_THE_RECIPE) -> dict[str, Any]:
    """The report on what a job made whose recipe has this estimator."""
    ready = described(night)
    downloaded(night, ready, base)
    recipe = base / "code/lambdas/recipes/kdd99_http.py"
    text = recipe.read_text("utf-8")
    assert OF_THE_RECIPE in text
    recipe.write_text(text.replace(OF_THE_RECIPE, estimator), "utf-8")
    done = carried_out(base, PYTHON)
    assert (done.returncode, done.stderr) == (0, "")
    uploaded(night, base)
    trained = train.run(training_task(ready), night.edges, SETTINGS, load=on_sagemaker)
    evaluated = evaluate.run(evaluation_task(ready, trained), night.edges, SETTINGS)
    stored = night.store.find(Place.parse(evaluated.report_uri).key)
    assert stored is not None
    report: dict[str, Any] = documents.decode(stored.body)
    return report


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS.keys())
def test_artifact_answers_as_the_estimator_did_there(estimator: str, tmp_path: Path) -> None:
    report = judged(night_with_data(), tmp_path, estimator=estimator)

    assert report["passed"], report["reason"]
    assert report["parity"]["label_mismatches"] == 0
    assert report["parity"]["largest_difference"] <= 1e-12


@pytest.mark.real_data
def test_kdd99_http_ends_with_its_known_matrix(tmp_path: Path) -> None:
    night = FakeOutside(MODEL)
    going(night, RUN)
    file = Path(os.environ["NIGHTSWAP_TEST_DATA"], "kdd_http.csv.gz")
    night.store.put(layout.dataset(MODEL, file.name), file.read_bytes())

    report = judged(night, tmp_path)

    assert report["matrix"] == [[113_058, 0], [4, 438]]
    assert report["parity"]["label_mismatches"] == 0
