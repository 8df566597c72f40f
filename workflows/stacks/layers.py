"""Defines the layers in the main stack: libraries of the tasks, left out where the functions' Python has them.

New content is a new layer version, and CloudFormation deletes the old one: no function can be given it any more, and
those that have it, published versions among them, keep it.
Source: https://docs.aws.amazon.com/lambda/latest/dg/creating-deleting-layers.html
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import layout
from chalicelib.names import APP
from workflows.stacks.arns import completed, names_of
from workflows.stacks.functions import RUNTIME
from workflows.stacks.statements import Json


def parameter(layer: str) -> str:
    """The template's parameter for a layer's SHA-256.

    >>> parameter("pandas")
    'PandasLayerSha256'
    """
    return f"{layer.capitalize()}LayerSha256"


def parameters(layers: Sequence[str]) -> Json:
    """Of the template that has these layers."""
    return {
        parameter(layer): {
            "Type": "String",
            "AllowedPattern": "[0-9a-f]{64}",
            "Description": f"The layer {layer} in the bucket",
        }
        for layer in layers
    }


def layer_resources(stage: str, layers: Sequence[str], *, architecture: str) -> dict[str, Json]:
    """The newest version of every layer, by logical ID."""
    return {_logical_id(layer): _layer(stage, layer, architecture) for layer in layers}


def attached(layers: Sequence[str]) -> Json:
    """The property `Layers` of a function that needs these; nothing for one that needs none."""
    return {"Layers": [{"Ref": _logical_id(layer)} for layer in layers]} if layers else {}


def _logical_id(layer: str) -> str:
    return f"{layer.capitalize()}Layer"


def _layer(stage: str, layer: str, architecture: str) -> Json:
    return {
        "Type": "AWS::Lambda::LayerVersion",
        "Properties": {
            "LayerName": f"{APP}-{stage}-{layer}",
            "Description": f"{layer} for the tasks of nightswap, stage {stage}",
            "CompatibleRuntimes": [RUNTIME],
            "CompatibleArchitectures": [architecture],
            "Content": {
                "S3Bucket": completed(names_of(stage).bucket),
                "S3Key": completed(layout.deployed(f"${{{parameter(layer)}}}", ".zip")),
            },
        },
    }
