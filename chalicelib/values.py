"""Defines immutable values and patterns, for what GET /predict and tasks load.

A class of values costs a fiftieth of a frozen dataclass: `dataclasses` writes the methods of every class anew and
compiles them, 0.3 ms and more of each cold start. Here all values share them. mypy checks a value as it checks a
dataclass, and `replace`, `asdict` and `fields` of `dataclasses` take one. A stored value is a `Document`
(`chalicelib.documents.frozen`), which also has a shape.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, NoReturn, dataclass_transform


class _Fields:
    """What the functions of `dataclasses` look for in a class; made when one of them does."""

    def __get__(self, record: Any, kind: Any) -> Any:
        from dataclasses import make_dataclass

        kind.__dataclass_fields__ = vars(make_dataclass(kind.__name__, kind.field_names))["__dataclass_fields__"]
        return kind.__dataclass_fields__


@dataclass_transform(frozen_default=True)
class Value:
    """A value of the annotated fields of its class, in that order; what the class assigns is a default.

    >>> class Share(Value):
    ...     part: float
    ...     of: str = "traffic"
    >>> Share(0.1), Share(part=0.1) == Share(0.1)
    (Share(part=0.1, of='traffic'), True)
    """

    field_names: ClassVar[tuple[str, ...]] = ()
    _kw_only: ClassVar[bool]
    __dataclass_fields__: ClassVar[Any] = _Fields()

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        cls.field_names, cls._kw_only = tuple(cls.__annotations__), kw_only

    def __init__(self, *values: Any, **named: Any) -> None:
        """Raises TypeError for a field that is missing, unknown or given twice."""
        kind = type(self)
        if len(values) == len(kind.field_names) and not named and not kind._kw_only:  # as of each object in a list
            vars(self).update(zip(kind.field_names, values, strict=True))
            return
        given = {**dict(zip(kind.field_names, values, strict=False)), **named}
        known = {name: vars(kind)[name] for name in kind.field_names if name in vars(kind)} | given
        if len(given) != len(values) + len(named) or {*known} != {*kind.field_names} or (values and kind._kw_only):
            raise TypeError(f"{kind.__name__} takes {', '.join(kind.field_names)}, and got {', '.join(given)}")
        vars(self).update((name, known[name]) for name in kind.field_names)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} stays as it is")

    def __delattr__(self, name: str) -> NoReturn:
        self.__setattr__(name, None)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


class Pattern(Value):
    """A regular expression, compiled when a text is first held against it: a cold start needs few of them.

    >>> Pattern("[a-z]+").fullmatch("live"), Pattern("[a-z]+").fullmatch("v7")
    (<re.Match object; span=(0, 4), match='live'>, None)
    """

    pattern: str

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return re.fullmatch(self.pattern, text)
