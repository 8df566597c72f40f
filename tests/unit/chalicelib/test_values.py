"""Values behave as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

import pytest

from chalicelib.values import Value


class Share(Value):
    part: float
    of: str = "traffic"


class Move(Value, kw_only=True):
    target: str
    weights: Mapping[str, float] = {}


def test_values_of_one_class_with_equal_fields_are_equal_and_have_one_hash() -> None:
    assert Share(0.1) == Share(part=0.1, of="traffic")
    assert len({Share(0.1), Share(0.1), Share(0.2)}) == 2


def test_value_differs_from_one_of_another_class_or_with_another_field() -> None:
    class Alike(Value):
        part: float
        of: str = "traffic"

    assert Share(0.1) != Share(0.2)
    assert Share(0.1) != Alike(0.1)


def test_value_shows_its_fields() -> None:
    assert repr(Move(target="7")) == "Move(target='7', weights={})"


@pytest.mark.parametrize(
    ("kind", "values", "named"),
    [
        (Share, (), {}),
        (Share, (0.1,), {"part": 0.1}),
        (Share, (0.1,), {"by": "nobody"}),
        (Share, (0.1, "traffic", "more"), {}),
        (Move, ("7",), {}),
    ],
    ids=["missing", "given twice", "unknown", "too many", "not named"],
)
def test_value_is_made_of_its_fields_alone(kind: Any, values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=f"{kind.__name__} takes "):
        kind(*values, **named)


def test_value_does_not_change() -> None:
    share = Share(0.1)

    with pytest.raises(AttributeError, match="part stays as it is"):
        share.part = 0.2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="of stays as it is"):
        del share.of

    assert share == Share(0.1)


def test_functions_of_dataclasses_take_a_value() -> None:
    move = replace(Move(target="7"), weights={"8": 0.1})

    assert asdict(move) == {"target": "7", "weights": {"8": 0.1}}
    assert [each.name for each in fields(Move)] == ["target", "weights"]
