"""Takes files out of a data set: all files of a command; if one cannot be, it puts back what was taken out."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest, CommandFailed, NightswapError
from workflows.data_set.objects import name, objects, unknown


def remove_all(edges: Edges, names: Sequence[str], *, model: str) -> None:
    """Move the files out of the data set; what an earlier try moved counts as moved.

    Raises BadRequest, before anything is moved, when a name is of no file that is or was there; what the store raises
    on the way, once all is back, of which copies may stay below removed/; CommandFailed when even that fails.
    """
    tags = {name(each, model=model): each.etag for each in objects(edges, model=model)}
    wanted = list(dict.fromkeys(names))
    strange = [each for each in wanted if each not in tags and not _was_removed(edges, each, model=model)]
    if strange:
        raise unknown(strange, known=[*tags], model=model)
    there = [each for each in wanted if each in tags]
    begun: list[str] = []
    try:
        for each in there:
            if edges.store.find(layout.dataset(model, each)) is not None:  # else somebody else removed it meanwhile
                edges.store.copy(layout.dataset(model, each), layout.removed(model, each))
        for each in there:
            begun.append(each)
            _take_out(edges, each, etag=tags[each], model=model)
    except NightswapError as exc:
        _put_back(edges, begun, model=model, because=exc.message)
        raise type(exc)(f"{exc.message}. Nothing was removed: try again", **exc.details) from exc
    except KeyboardInterrupt:
        _put_back(edges, begun, model=model, because="interrupted")
        raise


def _take_out(edges: Edges, wanted: str, *, etag: str, model: str) -> None:
    key = layout.dataset(model, wanted)
    if not edges.store.delete_if_match(key, etag=etag) and edges.store.find(key) is not None:
        raise BadRequest(f"somebody else replaced {wanted} in this moment")


def _put_back(edges: Edges, begun: Sequence[str], *, model: str, because: str) -> None:
    """Raises CommandFailed, which names what may have been removed, when that fails."""
    try:
        for each in begun:
            kept = edges.store.find(layout.removed(model, each))
            if kept is not None:
                edges.store.put_if_absent(layout.dataset(model, each), kept.body)  # else it is there, or anew
    except NightswapError as exc:
        raise CommandFailed(
            f"{because}. Some of these may have been removed: {listed(begun)}. Repeat the command to remove all;"
            " they are kept below removed/"
        ) from exc


def _was_removed(edges: Edges, wanted: str, *, model: str) -> bool:
    return any(each.key == layout.removed(model, wanted) for each in edges.store.list(layout.removed(model, wanted)))
