"""Lists what SageMaker's own algorithms take, by their documented ranges.

Left out is what would change what the rows are, or what the model answers: nightswap decides that itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WHOLE_MAX = 2**31 - 1


@dataclass(frozen=True)
class Range:
    """What a hyperparameter may be: in words, and as a test."""

    words: str
    holds: Callable[[object], bool]


def whole(least: int) -> Range:
    """A whole number.

    >>> whole(1).words, whole(1).holds(1), whole(1).holds(0), whole(1).holds(True)
    ('a whole number, 1 or more', True, False, False)
    """

    def holds(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= WHOLE_MAX

    return Range(f"a whole number, {least} or more", holds)


def positive() -> Range:
    return Range("a number of more than 0", lambda value: _is_number(value) and _number(value) > 0)


def not_negative() -> Range:
    return Range("a number, 0 or more", lambda value: _is_number(value) and _number(value) >= 0)


def below_one() -> Range:
    return Range("a number, 0 or more and less than 1", lambda value: _is_number(value) and 0 <= _number(value) < 1)


def between_zero_and_one() -> Range:
    return Range("a number, more than 0 and less than 1", lambda value: _is_number(value) and 0 < _number(value) < 1)


def share() -> Range:
    return Range("a number, more than 0 and 1 at most", lambda value: _is_number(value) and 0 < _number(value) <= 1)


def up_to_one() -> Range:
    return Range("a number, 0 to 1", lambda value: _is_number(value) and 0 <= _number(value) <= 1)


def one_of(*names: str) -> Range:
    return Range(f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in names)


def truth() -> Range:
    return Range("True or False", lambda value: isinstance(value, bool))


def either(first: Range, second: Range) -> Range:
    return Range(f"{first.words}, or {second.words}", lambda value: first.holds(value) or second.holds(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return value


def as_text(value: object) -> str:
    """As a training job has it: every hyperparameter is a text.

    >>> as_text(0.001), as_text(15), as_text(True), as_text("adam")
    ('0.001', '15', 'true', 'adam')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


LINEAR_LEARNER: Mapping[str, Range] = {
    "balance_multiclass_weights": truth(),
    "beta_1": below_one(),
    "beta_2": below_one(),
    "bias_lr_mult": positive(),
    "bias_wd_mult": not_negative(),
    "early_stopping_patience": whole(1),
    "early_stopping_tolerance": positive(),
    "epochs": whole(1),
    "init_method": one_of("uniform", "normal"),
    "init_scale": positive(),
    "init_sigma": not_negative(),
    "l1": not_negative(),
    "learning_rate": positive(),
    "lr_scheduler_factor": between_zero_and_one(),
    "lr_scheduler_minimum_lr": positive(),
    "lr_scheduler_step": whole(1),
    "mini_batch_size": whole(1),
    "momentum": below_one(),
    "num_calibration_samples": whole(1),
    "num_models": whole(1),
    "optimizer": one_of("sgd", "adam", "adagrad", "rmsprop"),
    "positive_example_weight_mult": either(positive(), one_of("balanced")),
    "use_lr_scheduler": truth(),
    "wd": not_negative(),
}
"""Source: https://docs.aws.amazon.com/sagemaker/latest/dg/ll_hyperparameters.html"""
XGBOOST: Mapping[str, Range] = {
    "colsample_bylevel": share(),
    "colsample_bynode": share(),
    "colsample_bytree": share(),
    "eta": up_to_one(),
    "gamma": not_negative(),
    "grow_policy": one_of("depthwise", "lossguide"),
    "max_bin": whole(2),
    "max_delta_step": not_negative(),
    "max_depth": whole(0),
    "max_leaves": whole(0),
    "min_child_weight": not_negative(),
    "num_parallel_tree": whole(1),
    "num_round": whole(1),
    "reg_alpha": not_negative(),
    "reg_lambda": not_negative(),
    "scale_pos_weight": positive(),
    "seed": whole(0),
    "subsample": share(),
    "tree_method": one_of("auto", "approx", "hist"),
}
"""By the names that Python can have. Left out too is `exact`, which instances cannot share.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html"""
