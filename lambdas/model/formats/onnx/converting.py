"""Converts a fitted estimator to an ONNX graph. The one module that knows skl2onnx, and goes around its faults.

The graph takes 64-bit floats: with 32-bit ones naive Bayes differs by 1e-4 from scikit-learn, with 64-bit by 1e-14
(measured with skl2onnx 1.20.0 and onnxruntime 1.32.0 on iris, wine, digits and breast-cancer).
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from chalicelib.errors import LayersMissing
from lambdas.model.features.searches import best
from lambdas.model.features.steps import class_name
from lambdas.model.formats.onnx import neighbours, vectors
from lambdas.serve.onnx import INPUT, LABELS, PROBABILITIES

OPSET = {"": 18, "ai.onnx.ml": 3}
"""Of the standard operators, and of those of classical models: every onnxruntime since 1.14 runs them."""
LARGE_BYTES = 100_000
"""Of a table of the graph: a larger one is written in the smallest type that holds its numbers exactly."""
LEFT_OUT = (None, "passthrough")
SMALLER = (np.uint8, np.int16, np.float32)


def graph(estimator: Any, *, columns: int) -> bytes:
    """The graph of an estimator that was fitted on so many columns. The same fit gives the same bytes.

    Raises LayersMissing without skl2onnx, and else what skl2onnx raises, of which the caller tells the first line.
    """
    try:
        from skl2onnx import convert_sklearn
        from skl2onnx.common.data_types import DoubleTensorType
    except ModuleNotFoundError as exc:
        raise LayersMissing(
            f"the format onnx needs {exc.name}, which is not here: run make setup-onnx on this machine, or nightswap"
            " deploy where Train lacks it",
            layers=["skl2onnx"],
        ) from exc

    whole = _prepared(copy.deepcopy(best(estimator)))
    options: dict[int, dict[str, Any]] = {
        id(each): {"optim": "cdist"} for each in _steps(whole) if class_name(each) == "KNeighborsClassifier"
    }  # else distances are computed by an operator that is slower by far
    last = whole
    while class_name(last) == "Pipeline":
        last = last.steps[-1][1]
    options[id(last)] = {**options.get(id(last), {}), "zipmap": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = convert_sklearn(
            whole,
            name="nightswap",
            initial_types=[(INPUT, DoubleTensorType([None, columns]))],
            options=options,
            target_opset=OPSET,
        )
    _rename(model)
    neighbours.settle_graph(model)
    vectors.settle_graph(model, [each for each in _steps(whole) if class_name(each) in ("SVC", "NuSVC")])
    _pack(model)
    _sort_opsets(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def settle(estimator: Any) -> None:
    """Let a fitted estimator answer as definitely as its graph does."""
    for step in _steps(estimator):
        if class_name(step) == "KNeighborsClassifier":
            neighbours.settle(step)


def _prepared(whole: Any) -> Any:
    """The same, changed where skl2onnx would fail; it answers as before."""
    for step in list(_steps(whole)):
        prepare = PREPARE.get(class_name(step))
        if prepare is not None:
            prepare(step)
    return whole


def _steps(step: Any) -> Iterator[Any]:
    """A fitted estimator and all that are inside of it, from the outside to the inside."""
    yield step
    for held in list(vars(step).values()):
        for item in held if isinstance(held, list | tuple) else [held]:
            for each in item if isinstance(item, tuple) else [item]:
                if hasattr(each, "get_params") and not isinstance(each, type):
                    yield from _steps(each)
                elif type(each).__name__ == "_CalibratedClassifier":  # which is no estimator itself
                    yield from _steps(each.estimator)


def _of_pipeline(step: Any) -> None:
    """Of a search inside what it found; skl2onnx knows no step that is left out."""
    step.steps = [(name, _settled(best(inner))) for name, inner in step.steps if inner not in LEFT_OUT] or [
        ("nothing", _nothing())
    ]


def _of_columns(step: Any) -> None:
    step.transformers_ = [(name, _settled(inner), columns) for name, inner, columns in step.transformers_]


def _of_union(step: Any) -> None:
    step.transformer_list = [(name, _settled(inner)) for name, inner in step.transformer_list]


def _settled(step: Any) -> Any:
    """The step as a graph needs it: an imputer has nothing left to do, because a run fills missing numbers before,
    and an encoder's 32-bit floats become 64-bit ones, which every step after it takes."""
    from skl2onnx.sklapi import CastTransformer
    from sklearn.pipeline import make_pipeline

    name = class_name(step)
    if name == "OneHotEncoder":
        return make_pipeline(step, CastTransformer(dtype=np.float64))
    return _nothing() if name == "SimpleImputer" else step


def _nothing() -> Any:
    """A step that changes nothing."""
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer()


def _of_voting(step: Any) -> None:
    step.flatten_transform = False
    if step.weights is not None:
        step.weights = np.asarray(step.weights, dtype=np.float64)


def _of_neighbours(step: Any) -> None:
    if hasattr(getattr(step, "_fit_X", None), "toarray"):
        step._fit_X = step._fit_X.toarray()


PREPARE: Mapping[str, Callable[[Any], None]] = {
    "Pipeline": _of_pipeline,
    "ColumnTransformer": _of_columns,
    "FeatureUnion": _of_union,
    "VotingClassifier": _of_voting,
    "KNeighborsClassifier": _of_neighbours,
}


def _rename(model: Any) -> None:
    """Give the outputs the format's names."""
    renamed = {each.name: name for each, name in zip(model.graph.output, (LABELS, PROBABILITIES), strict=True)}
    for node in model.graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                names[place] = renamed.get(name, name)
    for each in model.graph.output:
        each.name = renamed[each.name]


def _sort_opsets(model: Any) -> None:
    """Their order is that of a set, which differs from one process to the next."""
    opsets = sorted((copy.copy(each) for each in model.opset_import), key=lambda each: each.domain)
    del model.opset_import[:]
    model.opset_import.extend(opsets)


def _pack(model: Any) -> None:
    """Write large tables, such as the rows that neighbours hold, in as few bytes as hold their numbers exactly."""
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for table in model.graph.initializer:
        numbers = numpy_helper.to_array(table)
        if table.data_type != TensorProto.DOUBLE or numbers.nbytes <= LARGE_BYTES:
            continue
        packed = _smallest(numbers)
        if packed is None:
            continue
        name = table.name
        table.CopyFrom(numpy_helper.from_array(packed, f"{name}_packed"))
        casts.append(helper.make_node("Cast", [table.name], [name], name=f"{name}_unpacked", to=TensorProto.DOUBLE))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _smallest(numbers: Any) -> Any:
    """The same numbers in a smaller type; None where none holds them exactly."""
    for kind in SMALLER:
        with np.errstate(all="ignore"):
            packed = numbers.astype(kind)
        if np.array_equal(packed.astype(np.float64), numbers) and not (np.signbit(numbers) & (numbers == 0)).any():
            return packed
    return None
