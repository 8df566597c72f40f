"""Has many instances answered where a call is refused for the first bad one in it: the good ones, each bad one apart.

So a call is repeated without that one: behind it, and at last for those before it together. The version alone decides
what is refused, in the words of POST /predict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from chalicelib.values import Value

Instance = TypeVar("Instance")
Said = Mapping[str, Any]
Ask = Callable[[Sequence[Instance]], tuple[int, Said]]
"""Status and body of the answer to a call."""


class Answers(Value):
    """By the number of the instance."""

    predictions: dict[int, Said]
    refusals: dict[int, Said]
    warnings: list[Said]
    """Of all calls that were answered with predictions."""


class Unanswered(Exception):
    """A call was refused, and for none of its instances."""

    def __init__(self, status: int, body: Said) -> None:
        super().__init__(str(body.get("Code")))
        self.status, self.body = status, body


def separate(call: Sequence[tuple[int, Instance]], ask: Ask[Instance], found: Answers) -> None:
    """Put what is answered for each instance, by its number, into `found`; raises Unanswered, and as `ask` does."""
    before: list[tuple[int, Instance]] = []
    """Those that were read before a refused one: the version would score them."""
    while call:
        status, body = ask([instance for _, instance in call])
        if status == 200:
            found.predictions.update(zip((number for number, _ in call), body["predictions"], strict=True))
            found.warnings.extend(body.get("warnings", ()))
            break
        if body.get("Code") == "TooManyInstances" and len(call) > 1:
            half = len(call) // 2
            separate(call[:half], ask, found)
            separate(call[half:], ask, found)
            break
        place = body.get("Instance")
        if type(place) is not int or not 0 <= place < len(call):
            raise Unanswered(status, body)
        found.refusals[call[place][0]] = _without_its_place(body, place)
        before += call[:place]
        call = call[place + 1 :]
    if before:
        separate(before, ask, found)


def _without_its_place(body: Said, place: int) -> Said:
    """The refusal without the position in the call, which tells nothing of the instance."""
    said = {name: value for name, value in body.items() if name != "Instance"}
    return {**said, "Message": str(body.get("Message")).removeprefix(f"instance {place}: ")}
