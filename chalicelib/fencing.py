"""Ends a run's way to the alias: what a task of it may still be about to do comes too late from here on.

Such a task holds the RevisionId that the alias had before one of the run's moves, or that one of its shifts left.
Where the alias has one of these, a move of ours takes it away; where others have moved the alias on, they did that
already.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from chalicelib import evidence, ledger, promotion, stamp
from chalicelib.edges import Alias, AliasMoved, Edges
from chalicelib.errors import FunctionUnavailable, ModelUnknown, RegistryIncomplete, VersionUnknown
from chalicelib.live import Live
from chalicelib.promotion import Move

TRIES = 3
"""The task that is to be fenced off may be quicker, and so may a second copy of it."""


def finish(edges: Edges, swap: Move) -> None:
    """Carry out a swap that was decided, unless others moved the alias or Lambda has lost what was to go live.

    A local AWS that lost a version may have given its number anew.
    """
    published = edges.functions.version(swap.model, swap.function_version)
    if published is not None and published.code_sha256 == _judged_code(edges, swap):
        with suppress(AliasMoved, ModelUnknown):  # the latter: lost since we looked
            promotion.move_alias(edges, swap)


def _judged_code(edges: Edges, swap: Move) -> str | None:
    """The checksum of what was judged; None where nothing vouches for it any more."""
    with suppress(RegistryIncomplete, VersionUnknown):
        return str(evidence.judged(edges, model=swap.model, model_version=swap.model_version).manifest["code_sha256"])
    return None


def fence(
    edges: Edges, *, model: str, run: str, decided: Sequence[Move], step: int, kind: str, why: str
) -> Alias | None:
    """Make the decided moves of the run impossible, and take its weights off; returns the alias that it replaced.

    None when there was nothing to replace: no such move can take effect, as from an alias that lost its last move, or
    it has taken effect before and is in the ledger then. `decided` have to be all that the run is committed to: give
    the run up first. Raises FunctionUnavailable when others are quicker again and again, and RegistryIncomplete as
    `take_weights_off` does.
    """
    for _ in range(TRIES):
        alias = edges.functions.alias(model)
        ledger.repair(edges, model=model, alias=alias)  # its author may have died before its entry
        if alias is None or not _is_open(alias, run=run, decided=decided):
            return None
        if ledger.is_ahead(edges, model=model, alias=alias):
            if edges.functions.alias(model) == alias:  # Lambda lost its side
                return None
            continue  # somebody has just been quicker
        with suppress(AliasMoved):
            take_weights_off(edges, alias, model=model, run=run, step=step, kind=kind, why=why)
            return alias
    raise FunctionUnavailable(f"the alias of {model} was moved {TRIES} times while run {run} was ended: try again")


def take_weights_off(edges: Edges, alias: Alias, *, model: str, run: str, step: int, kind: str, why: str) -> None:
    """Give all traffic to the alias's main version.

    Raises AliasMoved, and RegistryIncomplete when the registry does not know that version.
    """
    model_version = Live(edges, model=model, alias=alias).version()
    if model_version is None:
        raise RegistryIncomplete(
            f"the alias of {model} was given weights by hand, and the registry does not know function version"
            f" {alias.function_version} behind it: put a registered version back with nightswap restore {model}"
        )
    move = Move(
        model=model,
        run=run,
        step=step,
        kind=kind,
        function_version=alias.function_version,
        model_version=model_version,
        expected=alias.revision_id,
        who=run,
        why=why,
    )
    promotion.move_alias(edges, move)


def _is_open(alias: Alias, *, run: str, decided: Sequence[Move]) -> bool:
    """Whether a task of the run could still move the alias from here."""
    left = stamp.of(alias)
    shifted = left is not None and (left.run, left.kind) == (run, promotion.SHIFTED)
    return shifted or alias.revision_id in {each.expected for each in decided}
