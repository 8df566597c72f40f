"""Reads a date of a request, as seconds since 1970. It is imported where a model has a column of dates."""

from __future__ import annotations

from dataclasses import dataclass

from .date_texts import FORM, seconds_of, text_of
from .refusal import shown
from .schema import Noted, NumberColumn


@dataclass(frozen=True)
class DateColumn(NumberColumn):
    """A date, as a text; the bounds, in seconds, belong to the range. Raises ValueError where one is no time."""

    FORM = FORM

    def __post_init__(self) -> None:
        for number in (self.minimum, self.maximum, self.missing):
            if number is not None and number == number:  # NaN stands for a missing date that stays one
                text_of(number)

    @staticmethod
    def spelled(number: float) -> str:
        return text_of(number)

    def read(self, value: object, noted: Noted) -> float:
        """From JSON."""
        if value is None and self.missing is not None:
            return self._filled(self.missing, noted)
        if not isinstance(value, str):
            raise self._refused("FeatureNotADate", f"is {shown(value)}, not a date")
        return self.read_text(value, noted)

    def read_text(self, text: str, noted: Noted) -> float:
        """From a query string."""
        if text in self.absent and self.missing is not None:
            return self._filled(self.missing, noted)
        seconds = seconds_of(text)
        if seconds is None:
            raise self._refused("FeatureNotADate", f"is {shown(text)}, not a date")
        return self._checked(seconds, noted)
