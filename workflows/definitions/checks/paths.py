"""Reads and writes by path, as Step Functions does: `$.preprocess.train_uri`, `$$.Execution.Name`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workflows.definitions.checks.samples import CONTEXT

STEP = re.compile(r"\.([A-Za-z_]\w*)|\['([^']+)'\]")
PLAIN = re.compile(rf"\$\$?(?:{STEP.pattern})*")


class PathError(Exception):
    """A path that cannot be read; the message says where it breaks off."""


def read(path: Any, data: Mapping[str, Any]) -> Any:
    """The value at the path; raises PathError where there is none, or where it is not a plain path.

    >>> read("$.preprocess.train_uri", {"preprocess": {"train_uri": "s3://bucket/key"}})
    's3://bucket/key'
    """
    if not isinstance(path, str) or not PLAIN.fullmatch(path):
        raise PathError(f"{path!r} is no plain path")
    value: Any = CONTEXT if path.startswith("$$") else data
    for step in STEP.finditer(path):
        name = step[1] or step[2]
        if not isinstance(value, Mapping) or name not in value:
            raise PathError(f"nothing is at {path}: {name} is missing")
        value = value[name]
    return value


def write(path: Any, value: Any, data: Mapping[str, Any]) -> Any:
    """The data with the value put at the path: a ResultPath, so None keeps the data and `$` replaces it.

    >>> write("$.train", {"artifact_uri": "s3://bucket/key"}, {"model": "m"})
    {'model': 'm', 'train': {'artifact_uri': 's3://bucket/key'}}
    """
    if path is None:
        return data
    if path == "$":
        return value
    found = re.fullmatch(r"\$\.([A-Za-z_]\w*)", path) if isinstance(path, str) else None
    if not found:
        raise PathError(f"ResultPath is {path!r}: expected $ or $.name")
    return {**data, found[1]: value}


def fill(template: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The template's values, and what is wrong with those that are left out of them."""
    values: dict[str, Any] = {}
    wrong = []
    for key, value in template.items():
        name = key.removesuffix(".$")
        if name != key:
            try:
                values[name] = read(value, data)
            except PathError as error:
                wrong.append(f"{name}: {error}")
        elif isinstance(value, Mapping):
            values[name], inner = fill(value, data)
            wrong += [f"{name}.{each}" for each in inner]
        elif isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
            filled = [fill(each, data) for each in value]
            values[name] = [each for each, _ in filled]
            wrong += [f"{name}[{place}].{each}" for place, (_, inner) in enumerate(filled) for each in inner]
        elif isinstance(value, str) and value.startswith("$") and not value.startswith("${"):
            wrong.append(f"{name}: {value} is taken literally, for the key has no '.$'")
        else:
            values[name] = value
    return values, wrong
