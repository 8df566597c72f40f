"""Checks calls from a state straight to an AWS service: are the parameters what the service's own model demands?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, OperationNotFoundError, ServiceModel, Shape, StructureShape
from botocore.session import get_session
from botocore.validate import ParamValidator

INTEGRATION = re.compile(
    r"arn:aws[\w-]*:states:::(?:aws-sdk:)?([\w-]+):([a-z]\w*)(?:\.sync(?::2)?|\.waitForTaskToken)?"
)
SERVICES = {"applicationautoscaling": "application-autoscaling", "sfn": "stepfunctions", "states": "stepfunctions"}
"""Services that Step Functions and botocore name differently."""


def integration_mistakes(resource: str, parameters: Mapping[str, Any]) -> list[str]:
    """What is wrong with such a call: an unknown service or action, or parameters that the service would refuse.

    >>> integration_mistakes("arn:aws:states:::aws-sdk:sns:publish", {"Message": 5})
    ["Invalid type for parameter Message, value: 5, type: <class 'int'>, valid types: <class 'str'>"]
    """
    found = INTEGRATION.fullmatch(resource)
    if not found:
        service = "arn:aws:states:::SERVICE:action, the action in camelCase"
        return [f"Resource is {resource}: expected the placeholder of one of our functions, or {service}"]
    try:
        operation = _service(SERVICES.get(found[1], found[1])).operation_model(found[2][0].upper() + found[2][1:])
    except (UnknownServiceError, OperationNotFoundError) as error:
        return [f"Resource is {resource}: {error}"]
    if operation.input_shape is None:
        return [f"{name}: the action takes no parameters" for name in parameters]
    given = _as_modelled(operation.input_shape, parameters)
    report = ParamValidator().validate(given, operation.input_shape).generate_report()
    return [*report.splitlines(), *_beyond(operation.input_shape, given, "Parameters")]


@cache
def _service(name: str) -> ServiceModel:
    return get_session().get_service_model(name)


def _as_modelled(shape: Shape, value: Any) -> Any:
    """Step Functions wants every key in PascalCase; some services' models have them in camelCase."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        names = {name[0].upper() + name[1:]: name for name in shape.members}
        modelled = {}
        for key, each in value.items():
            if key in names:
                modelled[names[key]] = _as_modelled(shape.members[names[key]], each)
            else:
                modelled[f"{key} (keys are in PascalCase)" if key in shape.members else key] = each
        return modelled
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_as_modelled(shape.member, each) for each in value]
    return value


def _beyond(shape: Shape, value: Any, where: str) -> Iterator[str]:
    """Mistakes that botocore's validator leaves to the service: enumerations, patterns and upper limits."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, member in shape.members.items():
            if name in value:
                yield from _beyond(member, value[name], f"{where}.{name}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for index, each in enumerate(value):
            yield from _beyond(shape.member, each, f"{where}[{index}]")
    yield from _limits(shape.metadata, value, where)


def _limits(metadata: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    if isinstance(value, str):
        if metadata.get("enum") and value not in metadata["enum"]:
            yield f"{where} is {value!r}: expected one of {', '.join(metadata['enum'])}"
        if "pattern" in metadata and not _matches(metadata["pattern"], value):
            yield f"{where} is {value!r}: expected {metadata['pattern']}"
    size = value if isinstance(value, int | float) else len(value) if isinstance(value, str | list) else 0
    if "max" in metadata and size > metadata["max"]:
        yield f"{where} is {size} long or large: at most {metadata['max']}"


def _matches(pattern: str, value: str) -> bool:
    """As the service does; a pattern that Python cannot read (Java's character classes) lets everything pass."""
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True
