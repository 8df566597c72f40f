"""Remembers what of a model's data is left out because it is bad: `models/MODEL/quarantined.json`, and of each run
`runs/RUN/data_left_out.json`.

A file that is left out whole is in quarantine: no run reads it again until its content changes, or what decides how
it is read, or an operator releases it. Nothing here quotes a cell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from chalicelib import layout
from chalicelib.cutting import amount, cut
from chalicelib.documents.frozen import Document, holds, holds_many
from chalicelib.documents.shapes import count, maybe, moment, sha256, text
from chalicelib.edges import Edges
from chalicelib.errors import StoreUnavailable

DOCUMENT = "data_left_out"
"""Of a run."""
TRIES = 5
"""A command may release a file while a run writes down another."""
WHY_CHARACTERS = 300


class LeftOut(Document):
    """A file of the data set that is left out, or some of whose rows are."""

    name: str = holds(text)
    """Its key without the prefix of the data set."""
    etag: str = holds(text)
    rows: int | None = holds(maybe(count))
    """How many are left out; None where the whole file is."""
    of_rows: int | None = holds(maybe(count))
    """How many rows the file has; None where nobody knows."""
    error: str | None = holds(maybe(text))
    """The name of the error of a whole file."""
    why: str = holds(text)
    run: str = holds(text)
    """That left it out first."""
    since: str = holds(moment)
    key: str | None = holds(maybe(sha256))
    """Of a whole file: by what it was recognised and read."""

    @property
    def is_whole(self) -> bool:
        return self.rows is None

    @property
    def identity(self) -> tuple[str, str, int | None]:
        """What stays the same as long as nothing new is left out."""
        return self.name, self.etag, self.rows

    @property
    def words(self) -> str:
        if self.rows is None:
            return f"{self.name} whole ({self.error}: {self.why})"
        return f"{self.rows:,} of {amount(self.of_rows or 0, 'row')} of {self.name} ({self.why})"


class LeftOutData(Document):
    files: tuple[LeftOut, ...] = holds_many(LeftOut)


def in_words(files: Sequence[LeftOut], *, most: int) -> str:
    """The first few of them, in one line."""
    more = [f"and of {amount(len(files) - most, 'more file')}"] if len(files) > most else []
    return "; ".join([*(each.words for each in files[:most]), *more])


def reason(why: str) -> str:
    """In one line, as long as a record holds."""
    return cut(" ".join(why.split()), WHY_CHARACTERS)


def of_model(edges: Edges, *, model: str) -> tuple[LeftOut, ...]:
    """Raises RegistryIncomplete."""
    found = LeftOutData.find(edges.store, layout.quarantined_data(model))
    return found.files if found else ()


def change(edges: Edges, new: Callable[[Sequence[LeftOut]], Iterable[LeftOut]], *, model: str) -> None:
    """Write what `new` makes of what is there; raises StoreUnavailable when others keep writing it."""
    key = layout.quarantined_data(model)
    for _ in range(TRIES):
        stored = edges.store.find(key)
        there = LeftOutData.read(stored.body, key=key).files if stored else ()
        wanted = tuple(new(there))
        body = LeftOutData(files=wanted).encode()
        if wanted == there or (
            edges.store.put_if_match(key, body, etag=stored.etag) if stored else edges.store.put_if_absent(key, body)
        ):
            return
    raise StoreUnavailable(f"others wrote {key} again and again: try again")


def release(edges: Edges, names: Collection[str], *, model: str) -> None:
    """Take files out of quarantine; harmless for one that is not in it. Raises as `change`."""
    change(
        edges,
        lambda there: (each for each in there if not (each.is_whole and each.name in names)),
        model=model,
    )


def of_run(edges: Edges, *, run: str) -> tuple[LeftOut, ...]:
    """All that the run left out, what earlier runs had too."""
    found = LeftOutData.find(edges.store, layout.run_document(run, DOCUMENT))
    return found.files if found else ()


def keep_of_run(edges: Edges, files: Sequence[LeftOut], *, run: str) -> None:
    """Nothing is written where nothing is left out."""
    if files:
        edges.store.put(layout.run_document(run, DOCUMENT), LeftOutData(files=tuple(files)).encode())
