"""Finds texts that people write for a missing value, that may be one in several spellings, or that a program once
decoded wrongly. A run takes each for itself unless the recipe says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING
from unicodedata import normalize

from chalicelib.cutting import amount, cut, listed
from chalicelib.errors import NightswapError, ValueMissing, ValueUnparsable
from lambdas.model.recipe import Recipe

if TYPE_CHECKING:
    from lambdas.model.reading.table import Reading, Table

LOOKALIKES = frozenset(("na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "?", "-", "--", "."))
"""In small letters."""
SHOWN_CHARACTERS = 20
REPLACEMENT = "\ufffd"
"""What programs write for bytes that they could not decode."""
WRONG_ENCODINGS = ("cp1252", "latin-1")
"""By which UTF-8 is mostly decoded wrongly; the second takes the five bytes that the first has no letter for."""
CELLS_ALIKE = 3
"""As many as an error shows."""


def looks_missing(text: str) -> bool:
    """
    >>> looks_missing(" N/A"), looks_missing("Namibia")
    (True, False)
    """
    return text.strip().lower() in LOOKALIKES


def _is_a_mark(text: str, *, of: Sequence[str]) -> bool:
    """Whether it is a word that several cells have, and they alone: one that says why there is no number."""
    return len(of) >= CELLS_ALIKE and len({*of}) == 1 and not any(map(str.isdigit, text))


def changed(reading: Reading) -> str:
    """The cells of a file that got another value, in words; empty where there are none."""
    return "; ".join(
        f"column {column}: {', '.join(f'{cells:,} {what}' for what, cells in counts.items())}"
        for column, counts in reading.changed.items()
    )


def in_categories(table: Table, *, recipe: Recipe) -> Iterator[str]:
    """The categories of each column that look like a missing value, without those that the recipe names itself."""
    for column, texts in zip(recipe.categorical, table.categorical.T, strict=True):
        found = sorted(text for text in set(texts.tolist()) if looks_missing(text))
        told = [
            f"{text!r} ({amount(int((texts == text).sum()), 'row')})"
            for text in found
            if text != column.missing and not column.is_listed(text)
        ]
        if told:
            yield f"column {column.name} has as categories {listed(told)}"


def spelled_alike(table: Table, *, recipe: Recipe) -> Iterator[str]:
    """The categories of each column that spaces, capitals, or how a letter is stored keep apart, and nothing else."""
    for column, texts in zip(recipe.categorical, table.categorical.T, strict=True):
        alike: dict[str, list[str]] = {}
        for text in sorted(set(texts.tolist())):
            alike.setdefault(normalize("NFKC", text).strip().casefold(), []).append(text)
        several = [text for each in alike.values() if len(each) > 1 for text in each]
        told = listed(f"{text!r} ({amount(int((texts == text).sum()), 'row')})" for text in several)
        if several:
            yield f"column {column.name} has categories that spaces, capitals or accents alone keep apart: {told}"


def decoded_wrongly(table: Table, *, recipe: Recipe) -> Iterator[str]:
    """The categories of each column that are UTF-8 decoded as Windows-1252 or Latin-1, or that hold U+FFFD."""
    for column, texts in zip(recipe.categorical, table.categorical.T, strict=True):
        found = {
            text: before for text in sorted(set(texts.tolist())) if (before := _before_decoding(text)) is not None
        }
        told = listed(
            f"{text!r} ({amount(int((texts == text).sum()), 'row')}) {f'was {right!r}' if right else 'is lost'}"
            for text, right in found.items()
        )
        if found:
            yield f"column {column.name} has texts that were decoded wrongly before they came into the file: {told}"


def _before_decoding(text: str) -> str | None:
    """What it was before it was decoded wrongly; empty where nobody can tell; None where it looks right."""
    if REPLACEMENT in text:
        return ""
    for encoding in WRONG_ENCODINGS:
        with suppress(UnicodeError):
            before = text.encode(encoding).decode("utf-8")
            return before if before != text else None
    return None


def way_out(exc: NightswapError, *, recipe: Recipe) -> str:
    """What the recipe can say where a cell of a column is missing, or looks like it; empty for another error."""
    names: Mapping[str, bool] = {column.name: column.missing is not None for column in recipe.single_columns}
    column = str(exc.details.get("column"))
    if column not in names:
        return ""
    values = [str(cell["value"]) for cell in exc.details.get("cells", [])]
    texts = [text for text in dict.fromkeys(values) if looks_missing(text) or _is_a_mark(text, of=values)]
    say = [] if names[column] else [f"missing='median', say, of column {cut(column, SHOWN_CHARACTERS)}"]
    if isinstance(exc, ValueUnparsable) and texts:
        say.append(f"missing_values={texts!r} of the recipe")
    elif not isinstance(exc, ValueMissing):
        return ""
    return f"correct the file; or let the recipe take a missing value: {' and '.join(say)} (docs/columns.md)"
