"""Says what SageMaker's tuner may search of SageMaker's own algorithms, and by which of their metrics.

An algorithm reports its metrics itself, of the rows of its validation channel. An objective is there only where a
documented metric is just that: XGBoost's `validation:f1` is a mean over the classes and its `validation:map` one over
rankings, so neither is the f1 or the average precision of the positive class.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/linear-learner-tuning.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html, and for XGBoost's f1 the public source of its
image, https://github.com/aws/sagemaker-xgboost-container, `metrics/custom_metrics.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.model.built_in.algorithms import SMALLEST_OF_SEVERAL, BuiltIn, LinearLearner, XGBoost
from lambdas.model.recipe.tuning.ranges import (
    ACCURACY,
    BALANCED_ACCURACY,
    F1,
    NEG_LOG_LOSS,
    ROC_AUC,
    Continuous,
    Integer,
    Tune,
)

CHANNEL = "validation"
"""The channel with the rows that an algorithm measures itself on, and how the names of these metrics begin."""


@dataclass(frozen=True)
class Metric:
    """One that an algorithm reports."""

    name: str
    """Without the channel that it is measured on."""
    is_loss: bool = False
    """Whether less is better; the objective is then its negative."""

    @property
    def reported(self) -> str:
        """As SageMaker knows it.

        >>> Metric("auc").reported
        'validation:auc'
        """
        return f"{CHANNEL}:{self.name}"


@dataclass(frozen=True)
class Tunable:
    """What can be searched of one algorithm."""

    parameters: Mapping[str, type[Continuous] | type[Integer]]
    """The kind of range that SageMaker takes for each, by the recipe's names."""
    of_two: Mapping[str, Metric]
    """By objective, with two classes."""
    of_several: Mapping[str, Metric]
    weighs: str = ""
    """The parameter by which the loss itself is weighted, so that losses of two trials are not alike."""
    is_stopped_by_loss_alone: bool = False
    """Whether it reports its other metrics once, at its end, when there is nothing left to stop. Source:
    https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html"""


TUNABLE: Mapping[type[BuiltIn], Tunable] = {
    LinearLearner: Tunable(
        parameters={
            "l1": Continuous,
            "learning_rate": Continuous,
            "mini_batch_size": Integer,
            "positive_example_weight_mult": Continuous,
            "wd": Continuous,
        },
        of_two={
            NEG_LOG_LOSS: Metric("objective_loss", is_loss=True),
            ACCURACY: Metric("binary_classification_accuracy"),
            F1: Metric("binary_f_beta"),
            ROC_AUC: Metric("roc_auc_score"),
        },
        of_several={
            NEG_LOG_LOSS: Metric("objective_loss", is_loss=True),
            ACCURACY: Metric("multiclass_accuracy"),
            BALANCED_ACCURACY: Metric("macro_recall"),
        },
        weighs="positive_example_weight_mult",
        is_stopped_by_loss_alone=True,
    ),
    XGBoost: Tunable(
        parameters={
            "colsample_bylevel": Continuous,
            "colsample_bynode": Continuous,
            "colsample_bytree": Continuous,
            "eta": Continuous,
            "gamma": Continuous,
            "max_delta_step": Integer,
            "max_depth": Integer,
            "min_child_weight": Continuous,
            "num_round": Integer,
            "reg_alpha": Continuous,
            "reg_lambda": Continuous,
            "subsample": Continuous,
        },
        of_two={
            NEG_LOG_LOSS: Metric("logloss", is_loss=True),
            ACCURACY: Metric("accuracy"),
            ROC_AUC: Metric("auc"),
        },
        of_several={
            NEG_LOG_LOSS: Metric("mlogloss", is_loss=True),
            ACCURACY: Metric("accuracy"),
        },
    ),
}
"""Left out is Linear Learner's `use_bias`, without which what it leaves is documented nowhere."""


def metrics(built_in: BuiltIn, *, classes: int) -> Mapping[str, Metric]:
    """By objective, those of a recipe of so many classes."""
    tunable = TUNABLE[type(built_in)]
    return tunable.of_several if classes >= SMALLEST_OF_SEVERAL else tunable.of_two


def objective_of(tune: Tune) -> str:
    """The one that the recipe asks for, or the loss, which each of them lowers."""
    return tune.objective or NEG_LOG_LOSS


def metric_of(built_in: BuiltIn, tune: Tune, *, classes: int) -> Metric:
    """That of a recipe without problems."""
    return metrics(built_in, classes=classes)[objective_of(tune)]
