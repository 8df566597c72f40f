"""Describes SageMaker's own algorithms, which a recipe names in the place of an estimator.

Their images are closed, so nothing here computes what they do: a recipe says their hyperparameters, a training job of
SageMaker fits, and a format reads the model that it leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self

from chalicelib.cutting import cut
from chalicelib.limits import WORDS_CHARACTERS
from lambdas.model.built_in import hyperparameters
from lambdas.model.built_in.hyperparameters import Range, as_text

SMALLEST_OF_SEVERAL = 3
"""Classes from which on it is a model of several."""


class BuiltIn:
    """One of the algorithms, with the hyperparameters that the recipe gives; all others are the algorithm's own."""

    algorithm: ClassVar[str]
    """Its name as SageMaker has it."""
    format: ClassVar[str]
    """The artifact format that its model goes into."""
    file: ClassVar[str]
    """The model, in the archive that the job leaves."""
    takes: ClassVar[Mapping[str, Range]]
    is_scaled: ClassVar[bool]
    """Whether numbers are scaled before it gets them."""
    has_checkpoints: ClassVar[bool] = False
    """Whether it goes on where it was, when spare capacity was taken back and given again.
    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html"""
    usual: ClassVar[Mapping[str, str]] = {}
    """What it is told where the recipe says nothing."""
    spelled: ClassVar[Mapping[str, str]] = {}
    """Its own names of hyperparameters, where Python cannot have them."""

    def __init__(self, **given: object) -> None:
        self.given = dict(sorted(given.items()))

    def __call__(self, _: object) -> Self:
        """As a recipe's function gives an unfitted estimator of the columns."""
        return self

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.given.items())
        return f"{type(self).__name__}({told})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, BuiltIn) and other.given == self.given

    def __hash__(self) -> int:
        return hash(repr(self))

    def problems(self, *, classes: int) -> Iterator[str]:
        """What contradicts the documentation, in words, for a recipe of so many classes."""
        name = type(self).__name__
        for each, value in self.given.items():
            if each not in self.takes:
                told = cut(each, WORDS_CHARACTERS)
                yield f"{name} has {told}, which it does not take here: expected {', '.join(self.takes)}"
            elif not self.takes[each].holds(value):
                told = cut(f"{each}={value!r}", WORDS_CHARACTERS)
                yield f"{name} has {told}: expected {self.takes[each].words}"
        for each in sorted(self.given.keys() & {*self.of_others(classes)}):
            yield f"{name} has {each}, which is not for {classes} classes: leave it out"

    def of_others(self, classes: int) -> Sequence[str]:
        """The hyperparameters that are for another number of classes."""
        raise NotImplementedError

    def fixed(self, *, classes: int, width: int, rows_of_an_instance: int) -> Mapping[str, str]:
        """What the job is told beside what the recipe gives; `width` counts the features."""
        raise NotImplementedError

    def measured_by(self, metric: str) -> Mapping[str, str]:  # noqa: ARG002
        """What the job is told so that it reports this metric of its validation channel: nothing where it reports
        all."""
        return {}

    def with_drawn(self, drawn: Mapping[str, object]) -> Self:
        """The same with these hyperparameters, whatever the recipe gives in their place."""
        return type(self)(**{**self.given, **drawn})

    def own_name(self, name: str) -> str:
        """Of a hyperparameter, by the algorithm.

        >>> XGBoost().own_name("reg_lambda"), XGBoost().own_name("eta")
        ('lambda', 'eta')
        """
        return self.spelled.get(name, name)

    def told(self, *, classes: int, width: int, rows_of_an_instance: int) -> dict[str, str]:
        """All hyperparameters of the job, as texts, in alphabetical order."""
        own = {self.own_name(name): as_text(value) for name, value in self.given.items()}
        fixed = self.fixed(classes=classes, width=width, rows_of_an_instance=rows_of_an_instance)
        return dict(sorted({**self.usual, **own, **fixed}.items()))


class LinearLearner(BuiltIn):
    """A linear model with logistic loss, or with softmax loss for several classes, fitted by gradient descent.

    The rows are scaled before, so the algorithm's own normalisation is off: its weights are those of the rows that it
    was given. Source: https://docs.aws.amazon.com/sagemaker/latest/dg/linear-learner.html
    """

    algorithm = "linear-learner"
    format = "scorecard"
    file = "model_algo-1"
    takes = hyperparameters.LINEAR_LEARNER
    is_scaled = True
    BATCH_ROWS: ClassVar[int] = 1000
    """Of a step of the descent, unless the recipe says it; of fewer rows it takes all."""

    def of_others(self, classes: int) -> Sequence[str]:
        of_several = classes >= SMALLEST_OF_SEVERAL
        return ("positive_example_weight_mult",) if of_several else ("balance_multiclass_weights",)

    def fixed(self, *, classes: int, width: int, rows_of_an_instance: int) -> Mapping[str, str]:
        asked: Any = self.given.get("mini_batch_size", self.BATCH_ROWS)
        kind = (
            {"predictor_type": "multiclass_classifier", "num_classes": str(classes), "loss": "softmax_loss"}
            if classes >= SMALLEST_OF_SEVERAL
            else {
                "predictor_type": "binary_classifier",
                "loss": "logistic",
                "binary_classifier_model_selection_criteria": "loss_function",
            }
        )
        return {
            **kind,
            "feature_dim": str(width),
            "mini_batch_size": str(max(1, min(asked, rows_of_an_instance))),
            "normalize_data": "false",
            "unbias_data": "false",
        }


class XGBoost(BuiltIn):
    """Boosted trees, with logistic loss, or with softmax loss for several classes.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
    """

    algorithm = "xgboost"
    format = "trees"
    file = "xgboost-model"
    takes = hyperparameters.XGBOOST
    is_scaled = False
    has_checkpoints = True
    usual = MappingProxyType({"num_round": "100"})
    spelled = MappingProxyType({"reg_alpha": "alpha", "reg_lambda": "lambda"})

    def of_others(self, classes: int) -> Sequence[str]:
        return ("scale_pos_weight",) if classes >= SMALLEST_OF_SEVERAL else ()

    def measured_by(self, metric: str) -> Mapping[str, str]:
        return {"eval_metric": metric}

    def fixed(self, *, classes: int, width: int, rows_of_an_instance: int) -> Mapping[str, str]:  # noqa: ARG002
        if classes < SMALLEST_OF_SEVERAL:
            return {"objective": "binary:logistic"}
        return {"objective": "multi:softprob", "num_class": str(classes)}


BUILT_INS: tuple[type[BuiltIn], ...] = (LinearLearner, XGBoost)
