"""Decides which files a run leaves out because they are bad, and writes down what was left out.

files known to be bad -> not read -> of the others the bad ones -> few are new: written down, the run goes on
                                                                -> else the run fails
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from chalicelib.cutting import all_of, verb
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import DataError, DatasetEmpty
from chalicelib.log import log
from chalicelib.quality import left_out
from chalicelib.quality.left_out import LeftOut
from chalicelib.runs.dataset import Object
from lambdas import kept
from lambdas.model.reading.tolerance import in_words
from lambdas.model.recipe import Recipe
from lambdas.parts import Prepared


class LeavingOut:
    """What one run leaves out of a model's data set. The recipe is loaded when it is needed first."""

    def __init__(self, edges: Edges, *, model: str, run: str, load: Callable[[str], Recipe]) -> None:
        self._edges, self._model, self._run, self._load = edges, model, run, load
        self._found: tuple[LeftOut, ...] | None = None

    @property
    def _known(self) -> tuple[LeftOut, ...]:
        """Read once. A `cached_property` has one lock for all runs, which nobody may hold while S3 is asked."""
        if self._found is None:
            self._found = left_out.of_model(self._edges, model=self._model)
        return self._found

    @cached_property
    def _recipe(self) -> Recipe:
        return self._load(self._model)

    @cached_property
    def _policies(self) -> str:
        return kept.policies(self._recipe)

    def read_at_all(self, objects: Sequence[Object]) -> tuple[Object, ...]:
        """Those that are not in quarantine; raises DatasetEmpty where all are."""
        found = tuple(each for each in objects if not self._is_held(each))
        if not found:
            model = self._model
            raise DatasetEmpty(
                f"{all_of(len(objects), 'file')} of {model} {verb(len(objects), 'is', 'are')} in quarantine:"
                f" nightswap data list --model {model} tells"
                f" why; correct one, or nightswap data release FILE --model {model}"
            )
        return found

    @property
    def known_bad(self) -> frozenset[str]:
        """The entity tags of files that an earlier run left out whole, whatever is read of them tonight."""
        return frozenset(each.etag for each in self._known if each.is_whole)

    def write_down(self, objects: Sequence[Object], prepared: Prepared) -> tuple[LeftOut, ...]:
        """All that is left out of these objects, in their order. A file that was released meanwhile stays so."""
        model = self._model
        found = tuple(self._entries(objects, prepared))
        held = {each.identity for each in found if each.is_whole and each in self._known}

        def merged(there: Sequence[LeftOut]) -> list[LeftOut]:
            still = {each.identity for each in there}
            return [each for each in found if each.identity not in held or each.identity in still]

        left_out.change(self._edges, merged, model=model)
        left_out.keep_of_run(self._edges, found, run=self._run)
        for each in found:
            if each.run == self._run:
                log("data_left_out", run=self._run, model=model, object=each.name, rows=each.rows, reason=each.why)
        return found

    def _is_held(self, found: Object) -> bool:
        if not (self.known_bad and self._recipe.tolerate.files):
            return False
        key = kept.object_key(found, policies=self._policies)
        name = found.name(model=self._model)
        return any((each.name, each.key) == (name, key) for each in self._known)

    def _entries(self, objects: Sequence[Object], prepared: Prepared) -> Iterator[LeftOut]:
        rows: Mapping[str, Any] = prepared.profile.get("left_out", {})
        known = {each.identity: each for each in self._known}
        for each in objects:
            name = each.name(model=self._model)
            if self._is_held(each):
                yield known[name, each.etag, None]
            elif name in prepared.bad:
                error = prepared.bad[name]
                entry = self._entry(each, rows=None, of_rows=None, error=type(error).__name__, why=_why(error))
                yield _as_before(entry, known)
            elif (tolerated := _tolerated(rows.get(name))) > 0:
                yield _as_before(
                    self._entry(
                        each,
                        rows=tolerated,
                        of_rows=prepared.profile["objects"][name]["rows"],
                        error=None,
                        why=in_words(rows[name]),
                    ),
                    known,
                )

    def _entry(self, found: Object, *, rows: int | None, of_rows: int | None, error: str | None, why: str) -> LeftOut:
        return LeftOut(
            name=found.name(model=self._model),
            etag=found.etag,
            rows=rows,
            of_rows=of_rows,
            error=error,
            why=left_out.reason(why),
            run=self._run,
            since=documents.timestamp(self._edges.clock()),
            key=kept.object_key(found, policies=self._policies) if rows is None else None,
        )


def _tolerated(facts: Mapping[str, Any] | None) -> int:
    """The bad rows, without those that the recipe wants to be dropped."""
    return int(facts["rows"]) - int(facts.get("dropped", 0)) if facts else 0


def _as_before(entry: LeftOut, known: Mapping[tuple[str, str, int | None], LeftOut]) -> LeftOut:
    """With the run that left it out first, if that was not this one."""
    before = known.get(entry.identity)
    return entry.but(run=before.run, since=before.since) if before else entry


def _why(error: DataError) -> str:
    """Without the cells that its message quotes."""
    return str(error.details.get("without_cells", error.message))
