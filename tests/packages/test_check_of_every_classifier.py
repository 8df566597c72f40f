"""`nightswap check` of every classifier of scikit-learn: what it says is what `test_every_classifier` proves."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.settings.stage import StageSettings
from tests.given.trees import ONE_THREAD
from tests.packages.test_every_classifier import CLASSIFIERS, REFUSED
from workflows.cli.check import findings
from workflows.doctor.finding import Severity

RECIPE = """\
from lambdas.model.recipe import Numeric, Recipe, at_least


def estimator(columns):
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler

    from tests.packages.test_every_classifier import CLASSIFIERS

    bins = KBinsDiscretizer(3, encode="ordinal", quantile_method="averaged_inverted_cdf")
    return make_pipeline(bins if "NAME" == "CategoricalNB" else MinMaxScaler(), clone(CLASSIFIERS["NAME"]))


RECIPE = Recipe(
    model="every",
    columns=[Numeric("height", minimum=0, maximum=3), Numeric("width")],
    label="kind",
    classes={"a": "a", "b": "b"},
    estimator=estimator,
    thresholds=[at_least("accuracy", bound=0.9)],
    cross_validation_folds=0,
)
"""


@pytest.mark.filterwarnings("ignore:Class PassiveAggressive:FutureWarning")
@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_check_says_of_a_classifier_what_is_true_of_it(name: str, tmp_path: Path) -> None:
    file = tmp_path / "every.py"
    file.write_text(RECIPE.replace("NAME", name))

    with ONE_THREAD():
        found = list(findings(str(file), None, settings=StageSettings()))
    errors = [each.what for each in found if each.severity is Severity.ERROR]

    if name in REFUSED:
        assert len(errors) == 1
        assert type(CLASSIFIERS[name]).__name__ in errors[0]
        assert REFUSED[name] in errors[0] or "of more than two classes" in REFUSED[name]
    else:
        assert errors == []
        assert any("it can be served" in each.what for each in found)
