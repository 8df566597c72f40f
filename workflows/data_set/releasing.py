"""Takes files out of quarantine, all files of a command or none."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.cutting import listed
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest
from chalicelib.quality import left_out
from workflows.data_set.objects import name, objects


def release_all(edges: Edges, names: Sequence[str], *, model: str) -> tuple[str, ...]:
    """The files, each once. Raises BadRequest, before any is released, for one that is not in quarantine, or
    was removed from the data set; RegistryIncomplete, StoreUnavailable."""
    wanted = tuple(dict.fromkeys(names))
    there = {name(each, model=model) for each in objects(edges, model=model)}
    held = [each.name for each in left_out.of_model(edges, model=model) if each.is_whole and each.name in there]
    strange = [each for each in wanted if each not in held]
    if strange:
        raise BadRequest(
            f"{listed(strange)}: not in quarantine, where these files of {model} are: {listed(held)}. Nothing was"
            " released"
        )
    left_out.release(edges, wanted, model=model)
    return wanted
