"""Reads a model of XGBoost in its documented JSON form, and checks it: nothing of the file is trusted.

Source: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html and the files of versions 1.7 to 3.4.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chalicelib.errors import ArtifactInvalid, ImportRefused
from lambdas.model.formats import ubjson
from lambdas.model.formats.encoded import Encoding
from lambdas.model.formats.trees.boosted import Boosted, BoostedRows
from lambdas.model.formats.trees.xgboost_trees import (
    SAVE_AS_JSON,
    categories,
    listed,
    refused,
    shown,
    table,
    trees,
    whole,
)

SERVED = "trees of XGBoost with objective binary:logistic or multi:softprob are served"
BINARY, SEVERAL = "binary:logistic", "multi:softprob"
MARKS_OF_UBJSON = b"{iUIulL$#"
"""What follows the first brace of UBJSON: the type of the length of a name."""
PICKLE = b"\x80"
BEGINNINGS = {
    PICKLE: f"is a pickle, which runs whatever is in it: load it where it was made, and {SAVE_AS_JSON}",
    b"binf": f"is XGBoost's old binary form: load it there, and {SAVE_AS_JSON}",
    b"bs64": f"is XGBoost's old binary form: load it there, and {SAVE_AS_JSON}",
    b"tree\n": "is a model of LightGBM, which is not imported",
    b"\x1f\x8b": "is packed: unpack it",
}


def read(content: bytes, *, classes: Sequence[str], named: bool = True) -> Boosted:
    """`classes` are the names of XGBoost's classes 0, 1 and so on; where features are not `named`, they get names of
    their own. Raises ImportRefused, naming what is wrong."""
    return boosted(document_in(content), classes=classes, named=named)


def boosted(document: Mapping[str, Any], *, classes: Sequence[str], named: bool) -> Boosted:
    """The same of a document, in whatever form it was written."""
    learner = table(document, "learner")
    booster = table(learner, "gradient_booster")
    _check_kind(learner, booster)
    param = table(learner, "learner_model_param")
    outputs = max(1, whole(param, "num_class"))
    _check_classes(outputs, classes)
    model = table(booster, "model")
    features = [str(each) for each in listed(learner, "feature_names")]
    if not named:
        features = [f"column {place}" for place in range(whole(param, "num_feature"))]
    if len(features) != whole(param, "num_feature") or not features:
        refused(
            "does not name its features: set model.get_booster().feature_names to the recipe's columns, in the order"
            f" that it was trained on, and {SAVE_AS_JSON}"
        )
    found, warnings = trees(learner, model, outputs=outputs, features=len(features))
    return Boosted(
        trees=found,
        base=_base(param.get("base_score", "5E-1"), outputs=outputs),
        features=features,
        categories=categories(learner, model, features, found),
        classes_=tuple(classes),
        facts={"objective": SEVERAL if outputs > 1 else BINARY, "trees": len(found), "version": _version(document)},
        warnings=warnings,
    )


def read_left(content: bytes, *, encoding: Encoding, classes: Sequence[str]) -> BoostedRows:
    """What SageMaker's own XGBoost left, of rows that were encoded so. Raises ArtifactInvalid.

    The image saves it by XGBoost's `save_model`, into a file without an ending: that is UBJSON since XGBoost 2.1.
    Earlier images left XGBoost's old binary form, or a pickle. Source: algorithm_mode/train.py of
    https://github.com/aws/sagemaker-xgboost-container
    """
    if content.startswith(PICKLE):
        raise ArtifactInvalid(
            "the model of XGBoost is a pickle, which runs whatever is in it, and nothing is unpickled: retrain again"
        )
    try:
        document = _unpacked(content) if _is_ubjson(content) else document_in(content)
        has = whole(table(table(document, "learner"), "learner_model_param"), "num_feature")
        if has != encoding.width:
            refused(f"has {has:,} features: expected {encoding.width:,}, as the rows have that it was trained on")
        model = boosted(document, classes=classes, named=False)
    except ImportRefused as exc:
        raise ArtifactInvalid(f"the model of XGBoost: {exc.message}") from exc
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as exc:
        raise ArtifactInvalid(f"the model of XGBoost is malformed: {type(exc).__name__}: retrain again") from exc
    return BoostedRows(encoding=encoding, boosted=model)


def _is_ubjson(content: bytes) -> bool:
    return len(content) > 1 and content[:1] == b"{" and content[1] in MARKS_OF_UBJSON


def _unpacked(content: bytes) -> Any:
    try:
        return ubjson.read(content)
    except ValueError as exc:
        raise ImportRefused(f"the file {exc}: retrain again") from exc


def document_in(content: bytes) -> Mapping[str, Any]:
    if _is_ubjson(content):
        refused(f"is UBJSON: {SAVE_AS_JSON}")
    for beginning, why in BEGINNINGS.items():
        if content.startswith(beginning):
            refused(why)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise ImportRefused(
            f"the file is no JSON ({type(exc).__name__}), and no ONNX either: {SAVE_AS_JSON}"
        ) from exc
    if not isinstance(document, dict) or "learner" not in document:
        refused(f"has no `learner`, so it is no model of XGBoost: {SAVE_AS_JSON}")
    return document


def _version(document: Mapping[str, Any]) -> str:
    return ".".join(str(each) for each in listed(document, "version"))


def _check_kind(learner: Mapping[str, Any], booster: Mapping[str, Any]) -> None:
    name = booster.get("name")
    if name == "dart":
        refused("was made with booster='dart', whose trees weigh differently: train it with booster='gbtree'")
    if name != "gbtree":
        refused(f"was made with booster={shown(name)}, which has no trees: train it with booster='gbtree'")
    objective = table(learner, "objective").get("name")
    if objective not in (BINARY, SEVERAL):
        refused(f"has objective {shown(objective)}: {SERVED}")


def _check_classes(outputs: int, classes: Sequence[str]) -> None:
    has = max(2, outputs)
    if has != len(classes):
        refused(f"tells {has} classes apart, and the recipe has {len(classes)}: {', '.join(classes)}")


def _base(text: Any, *, outputs: int) -> list[float]:
    """What the scores begin with: of two classes a probability is written, of more the scores themselves."""
    try:
        found = json.loads(text) if isinstance(text, str) and text.startswith("[") else [text]
        numbers = [np.float32(each) for each in found]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) == 1:
        numbers = numbers * outputs
    if len(numbers) != outputs or not np.isfinite(numbers).all():
        refused(f"has base_score {shown(text)}: expected a number, or one for each class")
    if outputs > 1:
        return [float(each) for each in numbers]
    if not 0 < numbers[0] < 1:
        refused(f"has base_score {shown(text)}: expected a probability, more than 0 and less than 1")
    odds = np.float32(np.float32(1) / numbers[0] - np.float32(1))
    return [float(np.float32(-np.log(float(odds))))]
