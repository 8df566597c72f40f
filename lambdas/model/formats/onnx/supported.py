"""Decides, before any fit, which scikit-learn estimators are exported as a graph: those whose graph was measured.

Measured with skl2onnx 1.20.0, onnxruntime 1.32.0 and scikit-learn 1.9.1 in 64-bit floats, on iris, wine, digits and
breast-cancer. Many graphs are converted and answer otherwise than scikit-learn, or do not run. So what is not listed
is refused, and whoever raises one of the three versions measures again: tests/packages/test_onnx.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lambdas.model.features import imputers, one_hot
from lambdas.model.features.naive_bayes import NAIVE_BAYES
from lambdas.model.features.steps import class_name
from lambdas.model.formats.refusals import THRESHOLD, Rule, Rules, is_served

SERVED = (
    "A graph can be KNeighborsClassifier, MLPClassifier, SVC(probability=True), NuSVC(probability=True),"
    " QuadraticDiscriminantAnalysis, CalibratedClassifierCV, VotingClassifier(voting='soft'), StackingClassifier,"
    " BaggingClassifier and OneVsRestClassifier of these, or a search such as GridSearchCV for the best of them;"
    " before it scalers, OneHotEncoder(handle_unknown='ignore'), SimpleImputer, selectors, PCA and TruncatedSVD, in"
    " Pipeline, ColumnTransformer and FeatureUnion. docs/onnx.md names them all"
)
OTHERWISE = "its graph answers otherwise than scikit-learn does"
NOT_CONVERTED = "skl2onnx does not convert it"
NOT_RUN = "onnxruntime does not run what skl2onnx makes of it in 64-bit floats"
UNMEASURED = "its graph was not measured against scikit-learn"
TREES = "its graph does not run in 64-bit floats, or lets a number that lies at a threshold go another way"
SCORES = f"{OTHERWISE}: scikit-learn takes its label from other scores than its probabilities"
SURE = (
    "it is sure of several classes at once, and the last bit of its probabilities tells the label: take it itself,"
    " for it knows more than two classes"
)
KERNELS = ("linear", "poly", "rbf", "sigmoid")
NO_PROBABILITIES = "it gives no probabilities: take CalibratedClassifierCV of it"


def _neighbours(step: Any) -> str:
    if step.weights != "uniform":
        return f"with weights={step.weights!r} {NOT_RUN}: leave weights out"
    if step.metric == "minkowski" and step.p == 2:
        return ""
    return "" if step.metric == "euclidean" else f"of other metrics, {OTHERWISE}: leave metric and p out"


def _kernel(step: Any) -> str:
    if step.kernel in KERNELS:
        return ""
    return "its kernel is none that a graph computes: take kernel='rbf', 'linear', 'poly' or 'sigmoid'"


def _vectors(step: Any) -> str:
    if step.probability is not True:
        return "it gives no probabilities: set probability=True"
    if step.break_ties:
        return f"with break_ties=True {OTHERWISE}: leave break_ties out"
    return _kernel(step)


def _bernoulli(step: Any) -> str:
    return (
        "with binarize=None its graph answers with what is no number: set binarize" if step.binarize is None else ""
    )


def _loss(step: Any) -> str:
    return "" if step.loss == "log_loss" else f"with loss={step.loss!r} {OTHERWISE}: set loss='log_loss'"


def _calibrated(step: Any) -> str:
    if step.method != "sigmoid":
        return f"with method={step.method!r} {OTHERWISE}: leave method out"
    return _of_inner([step.estimator], CALIBRATED) if step.estimator is not None else ""


def _voting(step: Any) -> str:
    if step.voting != "soft":
        return "it gives no probabilities: set voting='soft'"
    return _of_inner((inner for _, inner in step.estimators), INNER, may_be_pipelines=True)


def _stacking(step: Any) -> str:
    if step.stack_method not in ("auto", "predict_proba"):
        return f"with stack_method={step.stack_method!r} {NOT_RUN}: leave stack_method out"
    final = [] if step.final_estimator is None else [step.final_estimator]
    inner = [inner for _, inner in step.estimators]
    return _of_inner(inner, INNER, may_be_pipelines=True) or _of_inner(final, LAST)


def _bagging(step: Any) -> str:
    if step.estimator is None:
        return "its estimator is left out, so it is made of trees, and the format trees serves it"
    return _of_inner([step.estimator], LEAVES, may_be_pipelines=True)


def _one_vs_rest(step: Any) -> str:
    return _of_inner([step.estimator], ONE_AFTER_ANOTHER, may_be_pipelines=True)


def _of_inner(inner: Iterable[Any], rules: Mapping[str, Rule], *, may_be_pipelines: bool = False) -> str:
    """Why one of the estimators inside is refused; the first reason."""
    for each in inner:
        if isinstance(each, str):  # 'drop'
            continue
        if class_name(each) == "Pipeline" and not may_be_pipelines:
            return f"its estimator is a Pipeline, and {OTHERWISE}: put the steps before it"
        for refusal in _rules(rules).refusals(each):
            return f"of its estimator {refusal}"
    return ""


def _function(step: Any) -> str:
    return "" if step.func is None else f"of functions, {NOT_CONVERTED}: make a column of its own of it in the data"


def _normalizer(step: Any) -> str:
    return f"with norm='max' {NOT_CONVERTED}: take another norm" if step.norm == "max" else ""


def _encoder(step: Any) -> str:
    if step.handle_unknown != "ignore":
        return "it does not take unknown categories: set handle_unknown='ignore'"
    if step.min_frequency is not None or step.max_categories is not None:
        return f"of infrequent categories, {NOT_CONVERTED}: leave min_frequency and max_categories out"
    return one_hot.why_not(step)


def _quantiles(step: Any) -> str:
    if step.output_distribution == "uniform":
        return ""
    return f"with output_distribution='normal' {NOT_CONVERTED}: leave output_distribution out"


LEAVES: Mapping[str, Rule] = {
    "KNeighborsClassifier": _neighbours,
    "MLPClassifier": is_served,
    "QuadraticDiscriminantAnalysis": is_served,
    **dict.fromkeys(("SVC", "NuSVC"), _vectors),
    **dict.fromkeys(("LogisticRegression", "LogisticRegressionCV"), is_served),
    "SGDClassifier": _loss,
    **dict.fromkeys(NAIVE_BAYES, is_served),
    "BernoulliNB": _bernoulli,
    "CategoricalNB": lambda _: NOT_RUN,
    **dict.fromkeys(("DecisionTreeClassifier", "ExtraTreeClassifier"), lambda _: TREES),
    **dict.fromkeys(("RandomForestClassifier", "ExtraTreesClassifier", "AdaBoostClassifier"), lambda _: TREES),
    **dict.fromkeys(("GradientBoostingClassifier", "HistGradientBoostingClassifier"), lambda _: TREES),
}
CALIBRATED: Mapping[str, Rule] = {
    **LEAVES,
    **dict.fromkeys(("SVC", "NuSVC"), _kernel),
    **dict.fromkeys(("LinearSVC", "RidgeClassifier", "Perceptron", "SGDClassifier"), is_served),
}
"""What is calibrated needs no probabilities of its own."""
LAST: Mapping[str, Rule] = {**LEAVES, **dict.fromkeys(("SVC", "NuSVC"), lambda _: SCORES)}
"""What has the last word in a StackingClassifier."""
ONE_AFTER_ANOTHER: Mapping[str, Rule] = {**LAST, **dict.fromkeys((*NAIVE_BAYES, "BernoulliNB"), lambda _: SURE)}
"""What is asked about one class after another."""
INNER: Mapping[str, Rule] = {**LEAVES, "CalibratedClassifierCV": _calibrated, "OneVsRestClassifier": _one_vs_rest}
CLASSIFIERS: Mapping[str, Rule] = {
    **INNER,
    "VotingClassifier": _voting,
    "StackingClassifier": _stacking,
    "BaggingClassifier": _bagging,
    "LinearDiscriminantAnalysis": lambda _: f"of two classes, {OTHERWISE}: a scorecard serves it",
    **dict.fromkeys(("LabelPropagation", "LabelSpreading"), lambda _: NOT_CONVERTED),
    **dict.fromkeys(("FixedThresholdClassifier", "TunedThresholdClassifierCV"), lambda _: THRESHOLD),
    "SelfTrainingClassifier": lambda _: "it takes no classes that are texts, and the recipe's are",
    "RadiusNeighborsClassifier": lambda _: "its graph fails on a row that has no neighbour within the radius",
    "GaussianProcessClassifier": lambda _: f"of texts as classes, and of more than two classes, {NOT_CONVERTED}",
}
TRANSFORMERS: Mapping[str, Rule] = {
    **dict.fromkeys(("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler"), is_served),
    "Normalizer": _normalizer,
    "OneHotEncoder": _encoder,
    "SimpleImputer": imputers.why_not,
    "QuantileTransformer": _quantiles,
    "FunctionTransformer": _function,
    **dict.fromkeys(("SelectKBest", "SelectPercentile", "SelectFpr", "SelectFdr", "SelectFwe"), is_served),
    **dict.fromkeys(("GenericUnivariateSelect", "SelectFromModel", "VarianceThreshold"), is_served),
    **dict.fromkeys(("PCA", "IncrementalPCA", "KernelPCA", "TruncatedSVD"), is_served),
    **dict.fromkeys(("GaussianRandomProjection", "NeighborhoodComponentsAnalysis"), is_served),
    **dict.fromkeys(("Binarizer", "OrdinalEncoder", "LinearDiscriminantAnalysis"), lambda _: OTHERWISE),
    **dict.fromkeys(("PolynomialFeatures", "KBinsDiscretizer"), lambda _: NOT_RUN),
    **dict.fromkeys(("PowerTransformer", "SplineTransformer", "RFE", "RFECV"), lambda _: NOT_CONVERTED),
    **dict.fromkeys(("SequentialFeatureSelector", "TargetEncoder", "KNNImputer"), lambda _: NOT_CONVERTED),
    **dict.fromkeys(("FastICA", "NMF", "FactorAnalysis", "SparsePCA"), lambda _: NOT_CONVERTED),
    **dict.fromkeys(("SparseRandomProjection", "RBFSampler", "Nystroem", "KMeans"), lambda _: NOT_CONVERTED),
}


def _other_classifier(step: Any) -> str:
    return UNMEASURED if hasattr(type(step), "predict_proba") else NO_PROBABILITIES


def _rules(classifiers: Mapping[str, Rule]) -> Rules:
    return Rules(
        no_form="the estimator has no exact form as a graph",
        served=SERVED,
        transformers=TRANSFORMERS,
        classifiers=classifiers,
        other_transformer=lambda _: UNMEASURED,
        other_classifier=_other_classifier,
    )


RULES = _rules(CLASSIFIERS)
check, refusals = RULES.check, RULES.refusals
