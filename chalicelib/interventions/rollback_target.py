"""Chooses the version to roll back to when the operator names none: the one that was live before, by the ledger.

A version with the data, recipe and code of the live one would be the same model again. It is skipped, unless there is
no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import RegistryIncomplete, VersionUnfit, VersionUnknown
from chalicelib.interventions import fitness
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry import registry


def find(edges: Edges, *, model: str, live: int | None, alias: Alias | None) -> tuple[int, list[str]]:
    """The model version, and in words what was passed over on the way; raises VersionUnfit when there is none.

    `live` is what is to be left; None where the registry does not know it. `alias` is as it was seen.
    """
    mine = None if live is None else registry.manifest(edges, model=model, model_version=live).fingerprint
    passed_over: list[str] = []
    twins: list[int] = []
    for number in _live_before(edges, alias, model=model, live=live, told=passed_over):
        problem = _problem(edges, model=model, model_version=number)
        if problem is None:
            if registry.manifest(edges, model=model, model_version=number).fingerprint != mine:
                return number, passed_over
            twins.append(number)
        passed_over.append(f"version {number} was passed over: {problem or 'it is the same data, recipe and code'}")
    if twins:
        return twins[0], [f"version {twins[0]} is the same data, recipe and code: there is no other to go back to"]
    raise VersionUnfit(
        "; ".join([f"there is no earlier version of {model} to go back to", *passed_over])
        + f". Name one with --to, of nightswap versions {model}; a quarantined one goes live with nightswap promote"
        f' VERSION --model {model} --lift-quarantine --reason "..."',
        model=model,
    )


def find_any(edges: Edges, *, model: str, live: int | None) -> int | None:
    """The model version alone; None when there is none."""
    with suppress(VersionUnfit, VersionUnknown):
        return find(edges, model=model, live=live, alias=edges.functions.alias(model))[0]
    return None


def _live_before(
    edges: Edges, alias: Alias | None, *, model: str, live: int | None, told: list[str]
) -> Iterator[int]:
    """Those that have been live, the latest first, but the one that is; an entry that cannot be read is told."""
    known = {live}
    for number in reversed(Ledger(edges, model).numbers(alias=alias)):
        entry = documents.readable(partial(Ledger(edges, model).entry, number), told=told)
        if entry is not None and entry.model_version not in known:
            known.add(entry.model_version)
            yield entry.model_version


def _problem(edges: Edges, *, model: str, model_version: int) -> str | None:
    try:
        fitness.check_free(edges, model=model, model_version=model_version)
    except VersionUnknown:
        return "the registry does not have it"
    except RegistryIncomplete as damage:
        return damage.message
    except VersionUnfit:
        return "it is quarantined"
    return "it was pruned" if registry.is_pruned(edges, model=model, model_version=model_version) else None
