"""Defines immutable values for all that a cold start loads: a frozen dataclass costs it 0.3 ms and more.

It is what `chalicelib.values` is to the API: a package holds nothing of `chalicelib`. Nor does it load `typing`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, NoReturn, dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda kind: kind


@dataclass_transform(frozen_default=True)
class Value:
    """A value of the annotated fields of its class and its bases; what a class assigns is a default."""

    FIELDS: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls.FIELDS = (*cls.FIELDS, *vars(cls).get("__annotations__", ()))

    def __init__(self, *values: Any, **named: Any) -> None:
        """Raises TypeError for a field that is missing, unknown or given twice."""
        kind = type(self)
        given = {**dict(zip(kind.FIELDS, values, strict=False)), **named}
        missing = [name for name in kind.FIELDS if name not in given and not hasattr(kind, name)]
        if len(given) != len(values) + len(named) or missing or not {*given} <= {*kind.FIELDS}:
            raise TypeError(f"{kind.__name__} takes {', '.join(kind.FIELDS)}, and got {', '.join(given)}")
        vars(self).update((name, given[name] if name in given else getattr(kind, name)) for name in kind.FIELDS)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} stays as it is")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(tuple(self._fields()))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in zip(type(self).FIELDS, self._fields(), strict=True))
        return f"{type(self).__name__}({told})"

    def _fields(self) -> list[object]:
        return [vars(self)[name] for name in type(self).FIELDS]
