"""Values of the serving code behave as frozen dataclasses."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.serve.values import Value


class Share(Value):
    part: float
    of: str = "traffic"


class Timed(Share):
    seconds: int = 5


def test_values_of_one_class_with_equal_fields_are_equal_and_have_one_hash() -> None:
    assert Share(0.1) == Share(part=0.1, of="traffic")
    assert len({Share(0.1), Share(0.1), Share(0.2)}) == 2
    assert Share(0.1) != Timed(0.1)


def test_class_has_the_fields_of_its_base_first() -> None:
    assert Timed(0.1, "calls", 7) == Timed(part=0.1, of="calls", seconds=7)
    assert repr(Timed(0.1)) == "Timed(part=0.1, of='traffic', seconds=5)"


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((0.1,), {"part": 0.1}), ((0.1,), {"by": "nobody"}), ((0.1, "traffic", "more"), {})],
    ids=["missing", "given twice", "unknown", "too many"],
)
def test_value_is_made_of_its_fields_alone(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Share takes part, of"):
        Share(*values, **named)


def test_value_does_not_change() -> None:
    share = Share(0.1)

    with pytest.raises(AttributeError, match="Share is frozen: part stays as it is"):
        share.part = 0.2  # type: ignore[misc]
