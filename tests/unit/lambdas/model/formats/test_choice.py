from __future__ import annotations

from typing import Any

import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.tree import DecisionTreeClassifier

from chalicelib.errors import ArtifactInvalid, EstimatorUnsupported
from lambdas.model.formats.all_formats import FORMATS
from lambdas.model.formats.choice import choose
from lambdas.model.recipe import LinearLearner, XGBoost
from tests.fakes.formats import CodeOf, form


def choice(estimator: Any, named: str | None = None) -> str:
    formats = {
        "scorecard": FORMATS["scorecard"],
        "leaves": form(CodeOf("DecisionTreeClassifier"), file="model.leaves"),
        "anything": form(CodeOf("DecisionTreeClassifier", "LogisticRegression"), file="model.any"),
    }
    return choose(estimator, named=named, formats=formats)


def test_first_format_that_takes_the_estimator_is_chosen() -> None:
    assert choice(LogisticRegression()) == "scorecard"
    assert choice(DecisionTreeClassifier()) == "leaves"


def test_named_format_alone_is_asked() -> None:
    assert choice(LogisticRegression(), named="scorecard") == "scorecard"
    with pytest.raises(EstimatorUnsupported, match="no exact form as a scorecard"):
        choice(DecisionTreeClassifier(), named="scorecard")


def test_format_that_no_release_knows_is_refused() -> None:
    with pytest.raises(ArtifactInvalid, match="format is 'pickle'"):
        choice(LogisticRegression(), named="pickle")


def test_estimator_that_no_format_takes_is_refused_with_the_reasons_of_each() -> None:
    with pytest.raises(EstimatorUnsupported) as refused:
        choice(KNeighborsClassifier())

    problems = refused.value.details["problems"]
    assert problems[0].startswith("KNeighborsClassifier: it compares a row")
    assert problems[-2:] == [
        "As leaves: it is no DecisionTreeClassifier",
        "As anything: it is no DecisionTreeClassifier or LogisticRegression",
    ]
    assert all(each in refused.value.message for each in problems)


@pytest.mark.parametrize(
    ("estimator", "first", "other"),
    [
        (
            make_pipeline(PCA(), RandomForestClassifier()),
            "PCA: what it makes of several",
            "As scorecard: RandomForest",
        ),
        (GradientBoostingClassifier(init=LogisticRegression()), "GradientBoosting", "As scorecard: GradientBoosting"),
        (make_pipeline(Normalizer(), LogisticRegression()), "Normalizer: it divides", "As trees: Normalizer"),
        (KNeighborsClassifier(), "KNeighborsClassifier: it compares", "As trees: KNeighborsClassifier"),
    ],
)
def test_format_that_knows_the_last_step_gives_its_reasons_first(estimator: Any, first: str, other: str) -> None:
    with pytest.raises(EstimatorUnsupported) as refused:
        choose(estimator, named=None, formats={name: FORMATS[name] for name in ("scorecard", "trees")})

    problems = refused.value.details["problems"]
    assert problems[0].startswith(first)
    assert problems[-1].startswith(other)


def test_only_refusal_is_raised_as_its_format_wrote_it() -> None:
    with pytest.raises(EstimatorUnsupported) as alone:
        choice(KNeighborsClassifier(), named="scorecard")

    assert "As " not in alone.value.message


def test_algorithm_of_sagemakers_has_a_format_of_its_own() -> None:
    assert [choose(each, named=None) for each in (LinearLearner(), XGBoost())] == ["scorecard", "trees"]
