"""Describes what the live version made of the new rows of one night: it was trained on none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds, holds_many, holds_one
from chalicelib.documents.shapes import count, flag, list_of, maybe, moment, number, number_from_1, one_of, text
from chalicelib.limits import LISTED_OBJECTS
from chalicelib.quality.interval import Interval


class File(Document):
    """An object of the data set that was new."""

    name: str = holds(text)
    """Its key without the prefix of the data set."""
    etag: str = holds(text)


class Ratio(Document):
    """A ratio of the recipe's thresholds."""

    name: str = holds(text)
    direction: str = holds(one_of(">=", "<="))
    """Of its threshold: whether more is better."""
    value: float | None = holds(maybe(number))
    """None where it is undefined."""
    interval: Interval | None = holds_one(Interval, default=None)
    errors: int = holds(count)
    """Of the rows that it is a share of, as `distinct`: the wrong ones, rounded down."""
    distinct: int = holds(count)
    """As many rows without copies would tell as much."""
    then: float | None = holds(maybe(number))
    """Of the version when it was judged itself; None where it was not judged by this ratio."""
    evidence: float = holds(number)
    """The natural logarithm of what speaks for a fall since then, over all nights of the version."""
    fell: bool = holds(flag)
    """Whether that is proof."""
    words: str = holds(text)


class Night(Document):
    run: str = holds(text)
    at: str = holds(moment)
    model_version: int = holds(number_from_1)
    """That was live, and was scored."""
    objects: tuple[File, ...] = holds_many(File)
    objects_left_out: int = holds(count, default=0)
    rows: int = holds(count)
    classes: Sequence[str] = holds(list_of(text))
    matrix: Sequence[Sequence[int]] = holds(list_of(list_of(count)))
    """Rows true, columns predicted, in the order of `classes`."""
    ratios: tuple[Ratio, ...] = holds_many(Ratio)
    news: Sequence[str] = holds(list_of(text))
    """The ratios that fell and had not before, or not with this version."""

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        found = super().misfit(value)
        if found is not None:
            return found
        sides = {len(each) for each in (value["matrix"], *value["matrix"])}
        side = len(value["classes"])
        return None if sides <= {side} else f".matrix does not have {side} rows and columns"

    @property
    def files(self) -> int:
        """How many objects were new."""
        return len(self.objects) + self.objects_left_out

    @property
    def fallen(self) -> Sequence[Ratio]:
        """The ratios that `news` names."""
        return [each for each in self.ratios if each.name in self.news]

    def short(self) -> dict[str, Any]:
        """For a report: with so many objects as are listed."""
        return documents.short(self.document, objects=LISTED_OBJECTS)
