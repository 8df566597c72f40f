"""Tells which layers a serving function was deployed with, and refuses to serve what needs others.

The stack names them in the function's environment. On AWS they are attached as well; on the local AWS, which has no
layers, the interpreter holds their libraries. A published version keeps those that it was published with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from chalicelib.edges.serving_functions import LAYERS
from chalicelib.errors import LayersMissing


def named(layers: Collection[str]) -> str:
    """As the variable has them."""
    return ",".join(layers)


OF_ITS_RECIPE = "run nightswap deploy, which gives a function without an endpoint the layers of its recipe's format"
OF_AN_IMPORT = (
    'write format="onnx" into its recipe, if its estimator can be a graph, and run nightswap deploy, which gives a'
    " function the layers of its recipe's format"
)
"""Ways out."""


def told(by_model: Mapping[str, Collection[str]]) -> str:
    """As Train is told them, of the models whose serving functions have any.

    >>> told({"digits": ["numpy", "onnx"]})
    'digits=numpy,onnx'
    """
    return " ".join(f"{model}={named(layers)}" for model, layers in sorted(by_model.items()))


def of_model(text: str, *, model: str) -> tuple[str, ...]:
    """Those of a model, in what Train was told.

    >>> of_model("digits=numpy,onnx iris=numpy", model="digits"), of_model("", model="digits")
    (('numpy', 'onnx'), ())
    """
    layers = dict(each.split("=") for each in text.split()).get(model)
    return tuple(layers.split(",")) if layers else ()


def of(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """By the configuration of a function or of a published version.

    >>> of({"Environment": {"NIGHTSWAP_LAYERS": "numpy,onnx"}}), of({"Environment": {}}), of({})
    (('numpy', 'onnx'), (), ())
    """
    told = configuration.get("Environment", {}).get(LAYERS, "")
    return tuple(told.split(",")) if told else ()


def check(needed: Collection[str], *, given: Collection[str], model: str, way_out: str = OF_ITS_RECIPE) -> None:
    """Raises LayersMissing when the model's artifact needs layers that its serving function is not given."""
    lacking = [name for name in needed if name not in given]
    if lacking:
        raise LayersMissing(
            f"the serving function of {model} was deployed without what its artifact needs, the layers"
            f" {', '.join(lacking)}: {way_out}",
            model=model,
            layers=lacking,
        )
