"""SageMaker's API, as far as this project calls it: requests are held against botocore's model, and carried out.

To add a kind of job or resource, write a class with a method `actions` beside `training.TrainingJobs`, and name it in
`server.py`. For each action of the API (`CreateTransformJob`, `DescribeTransformJob`, `DeleteEndpoint`) it gives a
function from the request to the answer; it raises Refused where SageMaker would answer with an error. An action that
Step Functions waits for (`.sync`) has a line in `integration.WAITED_FOR` too. What no class answers goes to moto's
own SageMaker, which keeps models, endpoint configurations and endpoints, and carries nothing out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import botocore.session
from botocore.validate import ParamValidator

Json = dict[str, Any]
Action = Callable[[Json], Json]


class Refused(Exception):
    """The service answers with an error: its code, such as ResourceInUse, and its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Kind(Protocol):
    """A kind of job or resource."""

    def actions(self) -> Mapping[str, Action]: ...


class SageMaker:
    """Answers what its kinds know."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._model = botocore.session.get_session().get_service_model("sagemaker")
        self._actions = {name: action for kind in kinds for name, action in kind.actions().items()}

    def knows(self, action: str) -> bool:
        return action in self._actions

    def answered(self, action: str) -> set[str]:
        """The names that the answer to an action may have."""
        shape: Any = self._model.operation_model(action).output_shape
        return set(shape.members)

    def answer(self, action: str, request: Json) -> Json:
        """Raises Refused, with ValidationException for a request that the API's model does not allow."""
        shape: Any = self._model.operation_model(action).input_shape
        found = ParamValidator().validate(request, shape).generate_report() or _beyond(request, shape, "request")
        if found:
            raise Refused("ValidationException", found)
        return self._actions[action](request)


def _beyond(value: Any, shape: Any, where: str) -> str:
    """What botocore's own validator leaves to the service: enumerations, patterns and the longest text."""
    if shape.type_name == "structure":
        parts = ((value[name], member, f"{where}.{name}") for name, member in shape.members.items() if name in value)
    elif shape.type_name == "list":
        parts = ((each, shape.member, f"{where}[{n}]") for n, each in enumerate(value))
    elif shape.type_name == "map":
        parts = ((each, shape.value, f"{where}.{name}") for name, each in value.items())
    else:
        return _of_a_text(value, shape, where)
    return next(filter(None, (_beyond(*part) for part in parts)), "")


def _pattern(of_java: str) -> re.Pattern[str]:
    """A class of characters that Python cannot name lets any character through."""
    return re.compile(re.sub(r"\[[^\]]*\\p\{[^\]]*\]", ".", of_java), re.DOTALL)


def _of_a_text(value: Any, shape: Any, where: str) -> str:
    known = shape.metadata
    if known.get("enum") and value not in known["enum"]:
        return f"{where} is {value!r}, which is none of {', '.join(known['enum'])}"
    if known.get("pattern") and not _pattern(known["pattern"]).fullmatch(str(value)):
        return f"{where} is {value!r}, which does not match {known['pattern']}"
    most = known.get("max")
    if most is not None and (len(value) if isinstance(value, str) else value) > most:
        return f"{where} is {value!r}, which is more than {most}"
    return ""
