"""Reads the environment, as the only module: the settings of a function, checked as a whole.

Nothing is read at import, with two exceptions, made in `app.py`: the nightly schedule, which Chalice needs while the
module is loaded, and what the function that starts will need first (`chalicelib.aws.connect`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Mapping
from typing import Any, ClassVar, TypeVar

from chalicelib.cutting import quoted
from chalicelib.errors import SettingsInvalid
from chalicelib.names import STAGE_NAME
from chalicelib.values import Pattern, Value

ON, OFF = "on", "off"
Read = Callable[[str], Any]
"""The value of a text; raises ValueError with what was expected, and an example of it."""


class Setting(Value, kw_only=True):
    """One variable of the environment. Its default is None where it has to be set."""

    variable: str
    explanation: str
    read: Read = str
    default: Any = None


class Settings(Value):
    settings: ClassVar[Mapping[str, Setting]]
    """By the name of the field."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__(kw_only=True)
        cls.settings = {name: vars(cls)[name] for name in cls.field_names}
        for name, each in cls.settings.items():
            if each.default is None:
                delattr(cls, name)
            else:
                setattr(cls, name, each.default)


Kind = TypeVar("Kind", bound=Settings)


def setting(variable: str, explanation: str, *, read: Read = str, default: Any = None) -> Any:
    return Setting(variable=variable, explanation=explanation, read=read, default=default)


def number(variable: str, what: str, accepted: range, default: int) -> Any:
    said = f"{accepted.start} to {accepted.stop - 1}"
    return setting(variable, f"{what}, {said}", read=whole(accepted, said=said), default=default)


def matching(pattern: Pattern, said: str) -> Read:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(said)
        return text

    return read


def one_of(*accepted: str) -> Read:
    def read(text: str) -> str:
        if text not in accepted:
            raise ValueError(" or ".join(accepted))
        return text

    return read


def whole(accepted: Container[int], *, said: str) -> Read:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in accepted:
            raise ValueError(said)
        return int(text)

    return read


def stage_name() -> Any:
    said = f"{STAGE_NAME.pattern}, for example prod"
    return setting("NIGHTSWAP_STAGE", "the stage, which names every resource", read=matching(STAGE_NAME, said))


def load(kind: type[Kind], environ: Mapping[str, str] | None = None) -> Kind:
    """Settings of that kind from the environment; raises SettingsInvalid naming all that is missing or wrong.

    >>> from chalicelib.settings.tasks import TaskSettings
    >>> load(TaskSettings, {"NIGHTSWAP_STAGE": "Prod"})
    Traceback (most recent call last):
    chalicelib.errors.SettingsInvalid: NIGHTSWAP_STAGE is 'Prod': expected [a-z][a-z0-9]{0,9}, for example prod; \
NIGHTSWAP_CODE_SHA256 is missing: the pipeline's code: part of the fingerprint; \
NIGHTSWAP_SERVING_SHA256 is missing: serving package and configuration: part of the fingerprint
    """
    given = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, each in kind.settings.items():
        try:
            values[name] = value_of(each, given)
        except ValueError as exc:
            wrong.append(str(exc))
    if wrong:
        raise SettingsInvalid("; ".join(wrong))
    return kind(**values)


def environment() -> Mapping[str, str]:
    """What Lambda itself tells a function, for whoever signs its calls."""
    return os.environ


def value_of(one: Setting, given: Mapping[str, str]) -> Any:
    """Raises ValueError."""
    text = given.get(one.variable)
    if text is None and one.default is not None:
        return one.default
    if not text and one.default != "":
        raise ValueError(f"{one.variable} is missing: {one.explanation}")
    try:
        return one.read(text or "")
    except ValueError as exc:
        raise ValueError(f"{one.variable} is {quoted(text or '')}: expected {exc}") from exc
