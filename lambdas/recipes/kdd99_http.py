"""KDD Cup 1999, its http connections: which are attacks? About 4 of 1,000 are."""

from typing import Any

from lambdas.model.recipe import Columns, Numeric, Recipe, at_least, at_most


def estimator(_: Columns) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())


ATTACKS = ("back.", "phf.", "satan.", "ipsweep.", "portsweep.")

RECIPE = Recipe(
    model="kdd99-http",
    columns=[Numeric("duration", minimum=0), Numeric("src_bytes", minimum=0), Numeric("dst_bytes", minimum=0)],
    label="label",
    classes={"normal.": "normal", **dict.fromkeys(ATTACKS, "attack")},
    positive="attack",
    estimator=estimator,
    thresholds=[
        at_least("recall", of="attack", bound=0.98),
        at_least("precision", of="attack", bound=0.95),
        at_most("false_positive_rate", of="attack", bound=0.001),
        at_least("support", of="attack", bound=100),
    ],
)
