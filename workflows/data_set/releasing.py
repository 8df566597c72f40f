"""Takes files out of quarantine, all files of a command or none."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.cutting import listed
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest
from chalicelib.quality import left_out


def release_all(edges: Edges, names: Sequence[str], *, model: str) -> tuple[str, ...]:
    """The files, each once. Raises BadRequest, before any is released, for one that is not in quarantine;
    RegistryIncomplete, StoreUnavailable."""
    wanted = tuple(dict.fromkeys(names))
    held = [each.name for each in left_out.of_model(edges, model=model) if each.is_whole]
    strange = [each for each in wanted if each not in held]
    if strange:
        raise BadRequest(
            f"{listed(strange)}: not in quarantine, where these files of {model} are: {listed(held)}. Nothing was"
            " released"
        )
    left_out.release(edges, wanted, model=model)
    return wanted
