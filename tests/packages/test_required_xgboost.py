"""An XGBClassifier of a recipe that requires xgboost-cpu: fitted in Lambda's Python with the layer of its lock.

The lock is what `make requires` writes for such a recipe. XGBoost is no part of the project's own environment.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lambdas.model.formats.trees import artifact
from tests.given import trees
from tests.packages.stand import Stand
from workflows.packaging import layers
from workflows.packaging.archive import Package
from workflows.packaging.layers import FOLDER, LAYERS_OF_TASK, REQUIRES
from workflows.packaging.sizes import sizes
from workflows.packaging.tasks import tasks_package

LOCK = "tests/packages/xgboost"
"""The folder of the lock."""
ASKED = 500
FITS = b"""
import base64

import numpy as np

from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.choice import choose
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Numeric, Recipe, at_least
from lambdas.model.training.estimator import fit, format_for


def estimator(columns):
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from xgboost import XGBClassifier

    encoder = OneHotEncoder(handle_unknown="ignore")
    prepare = make_column_transformer((encoder, columns.categorical), ("passthrough", columns.numeric))
    return make_pipeline(prepare, XGBClassifier(n_estimators=20, max_depth=4, n_jobs=1, random_state=0))


def handler(event, context):
    numbers = np.array(event["numbers"])
    texts, labels = np.array(event["texts"], dtype=np.str_), np.array(event["labels"], dtype=np.str_)
    classes = sorted({*event["labels"]})
    recipe = Recipe(
        model="boosted",
        columns=[Numeric("a"), Categorical("protocol"), Numeric("b"), Numeric("c"), Categorical("flag")],
        label="y",
        classes=dict(zip(classes, classes)),
        requires=["xgboost-cpu"],
        estimator=estimator,
        thresholds=[at_least("accuracy", bound=0.6)],
        cross_validation_folds=0,
    )
    made = fit(recipe, train=Table(numbers, texts, labels))
    asked = Table(numbers[:500], texts[:500], labels[:500])
    own, form = made.answers(asked), format_for(recipe)
    exported = format_of(form).code().export(made)
    return {
        "format": form,
        "maker": made.facts["estimator"],
        "artifact": base64.b64encode(exported.content).decode(),
        "labels": own.labels.tolist(),
        "probabilities": own.probabilities.tolist(),
    }
"""


@pytest.fixture(scope="module")
def required(stand: Stand) -> Package:
    """The layer, built of the lock as `nightswap deploy` builds it."""
    of_lock = replace(REQUIRES, folder=LOCK)
    return layers.build(of_lock, root=stand.root, architecture=stand.architecture, report=print, python=stand.version)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("classes", [2, 3])
def test_classifier_is_fitted_beside_the_layers_of_train_and_served_as_trees(
    stand: Stand, required: Package, classes: int
) -> None:
    code = stand.at("tasks-with-xgboost", tasks_package(stand.root))
    (code / "fits.py").write_bytes(FITS)
    layer = stand.at("requires", required) / FOLDER
    table = trees.table(2_000, classes=classes)
    event: Any = {
        "numbers": table.numeric.tolist(),
        "texts": table.categorical.tolist(),
        "labels": table.labels.tolist(),
    }

    function = stand.function("fits.handler", code=code, layers_of_it=LAYERS_OF_TASK["train"], name="xgboost")
    with replace(function, path=[*function.path, layer]) as train:
        made = train.invoke(event)

    served = artifact.load(base64.b64decode(made["artifact"])).trees
    scored = [served.score(row) for row in trees.served_rows(table)[:ASKED]]
    assert (made["format"], made["maker"].split()[0]) == ("trees", "Pipeline")
    assert [label for label, _ in scored] == made["labels"]
    assert np.abs(np.array([shares for _, shares in scored]) - np.array(made["probabilities"])).max() <= 1e-6


def test_train_with_its_layers_fits_into_a_function(stand: Stand, required: Package) -> None:
    of_it = (*LAYERS_OF_TASK["train"], REQUIRES.name)
    built = {name: stand.layer(name) for name in LAYERS_OF_TASK["train"]} | {REQUIRES.name: required}

    (train,) = sizes({"train": tasks_package(stand.root)}, layers=built, layers_of={"train": of_it})

    assert "xgboost" in {part.name for part in train.parts}
    assert train.problem is None and train.headroom_bytes > 30_000_000
