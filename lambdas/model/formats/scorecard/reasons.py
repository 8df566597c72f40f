"""Says of scikit-learn's estimators that a scorecard cannot hold why, and what is nearest to them."""

from __future__ import annotations

from collections.abc import Mapping

from lambdas.model.features.searches import SEARCHES
from lambdas.model.formats.refusals import THRESHOLD

SCALE, ENCODE, LEAVE_OUT = "StandardScaler()", "OneHotEncoder(handle_unknown='ignore')", "'passthrough'"
CLASSIFY, STOCHASTIC = "LogisticRegression()", "SGDClassifier(loss='log_loss')"
DISCRIMINATE, PROJECT, SELECT = "LinearDiscriminantAnalysis()", "PCA()", "SelectKBest(k=1)"
EACH_KIND = f"make_column_transformer(({SCALE}, columns.numeric), ({ENCODE}, columns.categorical))"
FUNCTION, DISCRETIZE = "FunctionTransformer(np.log1p)", "KBinsDiscretizer()"
SELECT_THEN = f"make_pipeline({SELECT}, {CLASSIFY})"
ONE_VS_REST = f"OneVsRestClassifier({CLASSIFY})"
SEARCH = f"GridSearchCV({CLASSIFY}, {{'C': [0.1, 1, 10]}})"

TREE = "it is made of trees, which ask for thresholds of columns one after another, and is no weighted sum"
NEIGHBOURS = "it compares a row with the rows of the training, and a scorecard holds none"
KERNEL = "it weighs a row's likeness to rows of the training, and a scorecard holds none"
SEVERAL = "its answer is made of the answers of several models, and is no weighted sum of the columns"
SEVERAL_LABELS = "it gives several labels to a row, and a recipe has one"
NO_PROBABILITIES = "it gives no probabilities (predict_proba)"
LAYERS = "it passes sums through further layers, and is no weighted sum of the columns"
SELECTS = "it selects columns, and is not the last step: put a classifier behind it"
PRODUCTS = "it multiplies columns with one another, and a scorecard adds up what each gives by itself"

CLASSIFIERS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            "AdaBoostClassifier",
            "BaggingClassifier",
            "StackingClassifier",
            "VotingClassifier",
        ),
        (SEVERAL, CLASSIFY),
    ),
    **dict.fromkeys(
        (
            "DecisionTreeClassifier",
            "ExtraTreeClassifier",
            "ExtraTreesClassifier",
            "GradientBoostingClassifier",
            "HistGradientBoostingClassifier",
            "RandomForestClassifier",
        ),
        (TREE, CLASSIFY),
    ),
    **dict.fromkeys(
        ("KNeighborsClassifier", "RadiusNeighborsClassifier", "LabelPropagation", "LabelSpreading"),
        (NEIGHBOURS, CLASSIFY),
    ),
    **dict.fromkeys(("GaussianProcessClassifier", "NuSVC", "SVC"), (KERNEL, CLASSIFY)),
    **dict.fromkeys(("ClassifierChain", "MultiOutputClassifier"), (SEVERAL_LABELS, CLASSIFY)),
    **dict.fromkeys(("LinearSVC", "RidgeClassifier", "RidgeClassifierCV"), (NO_PROBABILITIES, CLASSIFY)),
    **dict.fromkeys(("OneVsOneClassifier", "OutputCodeClassifier"), (NO_PROBABILITIES, ONE_VS_REST)),
    **dict.fromkeys(("PassiveAggressiveClassifier", "Perceptron"), (NO_PROBABILITIES, STOCHASTIC)),
    **dict.fromkeys(("FixedThresholdClassifier", "TunedThresholdClassifierCV"), (THRESHOLD, CLASSIFY)),
    **dict.fromkeys(("RFE", "RFECV"), (SELECTS, SELECT_THEN)),
    "CalibratedClassifierCV": (
        "its probabilities are the mean of the calibrated ones of a model for each fold, and no sigmoid of one sum",
        CLASSIFY,
    ),
    "NearestCentroid": ("its label is of the nearest centroid, and not of the highest probability", DISCRIMINATE),
    "DummyClassifier": ("it does not look at the row, and thresholds that it passes are no gate", CLASSIFY),
    "MLPClassifier": (LAYERS, CLASSIFY),
    "QuadraticDiscriminantAnalysis": (PRODUCTS, DISCRIMINATE),
    "SelfTrainingClassifier": (
        "it is for rows without a label, and a run trains on rows that have one: take the classifier inside of it",
        CLASSIFY,
    ),
}
"""Of a classifier why it cannot be served, and the nearest that is, as Python."""

CODES = "it encodes what is not a column of numbers: a categorical column reaches the estimator as codes"
TEXTS = "it takes texts apart, and a categorical column reaches the estimator as codes"
ROW_LENGTH = "it divides each row by its own length, which all columns make together"
OF_ITS_OWN = "what it makes of a row is no weighted sum of the columns"
GRAM = "it makes kernels of the rows, and is no weighted sum of the columns"

TRANSFORMERS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("OrdinalEncoder", "TargetEncoder", "LabelEncoder"), (CODES, ENCODE)),
    **dict.fromkeys(("LabelBinarizer", "MultiLabelBinarizer"), (CODES, ENCODE)),
    **dict.fromkeys(
        ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer", "TfidfTransformer"),
        (TEXTS, ENCODE),
    ),
    **dict.fromkeys(("DictVectorizer", "FeatureHasher"), (CODES, ENCODE)),
    "Normalizer": (ROW_LENGTH, SCALE),
    **dict.fromkeys(
        (
            "DictionaryLearning",
            "FeatureAgglomeration",
            "Isomap",
            "LatentDirichletAllocation",
            "LocallyLinearEmbedding",
            "MiniBatchDictionaryLearning",
            "MiniBatchNMF",
            "MiniBatchSparsePCA",
            "NMF",
            "SparseCoder",
            "SparsePCA",
        ),
        (OF_ITS_OWN, PROJECT),
    ),
    **dict.fromkeys(
        ("AdditiveChi2Sampler", "KernelCenterer", "KernelPCA", "Nystroem", "RBFSampler", "SkewedChi2Sampler"),
        (GRAM, PROJECT),
    ),
    **dict.fromkeys(("PolynomialCountSketch", "PolynomialFeatures"), (PRODUCTS, LEAVE_OUT)),
}
"""The same of a transformer. Whatever is named nowhere is told in general words."""


def way_of_classifier(name: str) -> str:
    """The nearest classifier that is served, as Python.

    >>> way_of_classifier("SGDClassifier"), way_of_classifier("of.another.Library")
    ("SGDClassifier(loss='log_loss')", 'LogisticRegression()')
    """
    if name.startswith("SGD"):
        return STOCHASTIC
    if name in SEARCHES:
        return SEARCH
    if name == "OneVsRestClassifier":
        return ONE_VS_REST
    return CLASSIFIERS.get(name, ("", CLASSIFY))[1]


def way_of_transformer(name: str) -> str:
    """The nearest transformer that is served, as Python.

    >>> way_of_transformer("FunctionTransformer"), way_of_transformer("of.another.Library")
    ('FunctionTransformer(np.log1p)', "'passthrough'")
    """
    near = {"FunctionTransformer": FUNCTION, "KBinsDiscretizer": DISCRETIZE, "OneHotEncoder": ENCODE}
    return near.get(name) or TRANSFORMERS.get(name, ("", LEAVE_OUT))[1]
