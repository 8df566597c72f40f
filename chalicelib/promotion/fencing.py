"""Makes sure that a run can no longer move the alias: one that broke, or one that gives way.

A task of it may still be executing. It holds the RevisionId that the alias had before one of the run's moves, or that
one of its shifts left. Where the alias has one of these, `stop` moves it, and Lambda refuses the task's update: its
RevisionId is stale. Where somebody else has moved the alias on, it is stale already.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias, AliasMoved
from chalicelib.errors import FunctionUnavailable, ModelUnknown, RegistryIncomplete, VersionUnknown
from chalicelib.evidence import evidence
from chalicelib.ledger import stamp
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import commitment, promotion
from chalicelib.promotion.promotion import Move
from chalicelib.registry.live import Live

TRIES = 3
"""The task that is to be fenced off may be quicker, and so may a second copy of it."""


def stop(
    edges: Edges, *, model: str, run: str, why: str, finishing: bool, kind: str = promotion.RESTORED
) -> Alias | None:
    """Decide against all moves of the run that are not decided yet, and fence off those that are.

    `finishing` carries out each decided swap as well: a broken run has no task left that does. A run that gives way
    leaves its swap undone, unless it is the first promotion: nothing can stop a task from creating the alias. Returns
    what `_fence` returns, and raises what it raises.
    """
    decided = commitment.give_up(edges, run=run)
    for swap in decided.swaps:
        if finishing or swap.expected is None:
            _finish(edges, swap)
    return _fence(
        edges,
        model=model,
        run=run,
        decided=[*decided.shifts, *decided.swaps],
        step=promotion.ROLL_BACK if kind == promotion.ROLLED_BACK else promotion.AFTER,
        kind=kind,
        why=why,
    )


def _finish(edges: Edges, swap: Move) -> None:
    """Carry out a swap that was decided, unless others moved the alias or Lambda has lost what was to go live."""
    if _is_held(edges, swap):
        with suppress(AliasMoved, ModelUnknown):  # the latter: lost since we looked
            promotion.move_alias(edges, swap)


def _is_held(edges: Edges, swap: Move) -> bool:
    """False too where nothing vouches any more for what was judged."""
    try:
        judged = evidence.judged(edges, model=swap.model, model_version=swap.model_version)
    except (RegistryIncomplete, VersionUnknown):
        return False
    return evidence.is_held(edges, judged, function_version=swap.function_version)


def _fence(
    edges: Edges, *, model: str, run: str, decided: Sequence[Move], step: int, kind: str, why: str
) -> Alias | None:
    """Make the decided moves of the run impossible, and take its weights off; returns the alias that it replaced.

    None when there was nothing to replace: no such move can take effect, as from an alias that lost its last move, or
    it has taken effect before and is in the ledger then. Raises FunctionUnavailable when others are quicker again and
    again, and RegistryIncomplete as `take_weights_off` does.
    """
    for _ in range(TRIES):
        alias = edges.functions.alias(model)
        Ledger(edges, model).repair(alias)  # its author may have died before its entry
        if alias is None or not _is_open(alias, run=run, decided=decided):
            return None
        if Ledger(edges, model).is_ahead(alias):
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
