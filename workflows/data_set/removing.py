"""Takes files out of a data set: all files of a command, or none."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.edges import Edges
from chalicelib.errors import CommandFailed, NightswapError
from workflows.data_set.objects import name, objects, remove_object, unknown


def remove_all(edges: Edges, names: Sequence[str], *, model: str) -> None:
    """Move the files out of the data set; what an earlier try moved counts as moved.

    Raises BadRequest, before anything is moved, when a name is of no file that is or was there; CommandFailed when
    the store fails on the way: then it says what is done, and the same command does the rest.
    """
    known = [name(each, model=model) for each in objects(edges, model=model)]
    wanted = list(dict.fromkeys(names))
    strange = [each for each in wanted if each not in known and not _was_removed(edges, each, model=model)]
    if strange:
        raise unknown(strange, known=known, model=model)
    for done, each in enumerate(wanted):
        try:
            remove_object(edges, each, model=model)
        except NightswapError as exc:
            left = listed(wanted[done:])
            raise CommandFailed(
                f"{exc.message}. Removed: {listed(wanted[:done])}; not known to be removed: {left}. Repeat"
                " the command: what is removed stays removed"
            ) from exc


def _was_removed(edges: Edges, wanted: str, *, model: str) -> bool:
    return any(each.key == layout.removed(model, wanted) for each in edges.store.list(layout.removed(model, wanted)))
