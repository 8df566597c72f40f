"""Reads a CloudFormation template in YAML: each short form, such as `!Ref`, as what it is applied to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]


class Reader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML's own tags and CloudFormation's."""


def _argument(loader: Reader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


Reader.add_multi_constructor("!", _argument)


def read_template(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=Reader)
    return found
