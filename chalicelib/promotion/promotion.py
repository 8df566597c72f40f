"""The one function that moves an alias. Shifts, promotion, rollback, restoring, pins: every move goes through it.

`live` is what predictions are served from, so a move is a compare-and-swap: it carries the RevisionId that its author
saw when it decided, and Lambda refuses it when the alias has changed since. A lost answer is told from a lost race by
the stamp that the move leaves in the alias. An alias that is gone has neither: the ledger tells what came since.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import count, digits, maybe, number_from_1, share, table_of, text
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias, AliasMoved
from chalicelib.ledger import entry, stamp
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger
from chalicelib.ledger.stamp import Stamp

PROMOTED = entry.PROMOTED
SHIFTED = "shifted"
"""A share of the traffic went to a candidate."""
ROLLED_BACK = "rolled_back"
RESTORED = "restored"
PINNED, UNPINNED = "pinned", "unpinned"

BEFORE, SWAP, ROLL_BACK, AFTER = 0, 50, 90, 99
"""Steps of a run's moves: restoring what it found, its swap, taking its candidate back, restoring what it left."""
SHIFTS_MAX = 10
"""Steps of a rollout at most."""


def shift_step(shift: int, *, judging: int) -> int:
    """The step of a run's nth shift, from 1; a run that judges again begins anew in its second judging."""
    return (judging - 1) * SHIFTS_MAX + shift


def swap_step(*, judging: int) -> int:
    return SWAP + judging - 1


class Move(Document):
    """A wanted move. `step` numbers the moves of one run; `expected` is the RevisionId seen, None for no alias."""

    model: str = holds(text)
    run: str = holds(text)
    step: int = holds(count)
    kind: str = holds(text)
    function_version: str = holds(digits)
    model_version: int = holds(number_from_1)
    expected: str | None = holds(maybe(text))
    who: str = holds(text)
    why: str = holds(text)
    weights: Mapping[str, float] = holds(table_of(share), default={})
    candidate: int | None = holds(maybe(number_from_1), default=None)
    """The model version that the weights go to."""
    anchor: int | None = holds(maybe(number_from_1), default=None)
    """The model version that is the anchor from this move on; None where the move says nothing of it."""
    next_entry: int = holds(number_from_1, default=1)
    """Of the ledger, when its author saw no alias; 1 where nothing was ever live."""


def back_to(
    last: Entry, alias: Alias | None, *, function_version: str, run: str, step: int, who: str, why: str
) -> Move:
    """The move that puts back what is live by the last entry of the ledger; `alias` is what is there instead."""
    return Move(
        model=last.model,
        run=run,
        step=step,
        kind=RESTORED,
        function_version=function_version,
        model_version=last.model_version,
        expected=alias.revision_id if alias else None,
        next_entry=last.entry + 1,
        who=who,
        why=why,
    )


def move_alias(edges: Edges, move: Move) -> Alias | None:
    """Carry the move out, once, and record it. Repeating it is harmless.

    Returns the alias as the move left it; None when it took effect and others have moved the alias on since.

    Raises AliasMoved when the alias is not what the move's author saw: somebody else moved it, and their move stands.
    Or when Lambda lost the ledger's last move: nothing moves on from what was live before that.
    """
    alias = edges.functions.alias(move.model)
    if not _done(alias, move):
        if not is_as_seen(edges, alias, move):
            return _lost_or_past(edges, alias, move)
        Ledger(edges, move.model).repair(alias)
        try:
            _start_from_the_last_move(edges, alias, move)
            alias = _compare_and_swap(edges, alias, move)
        except AliasMoved:
            alias = edges.functions.alias(move.model)
            if not _done(alias, move):
                return _lost_or_past(edges, alias, move)
    return _record(edges, alias, move)


def is_as_seen(edges: Edges, alias: Alias | None, move: Move) -> bool:
    """Whether the alias is what the move's author saw: neither this move nor another has come since.

    One that was gone then may have been made and deleted again since: what late movers would make anew.
    """
    if alias is None and move.expected is None:
        return Ledger(edges, move.model).next_entry() == move.next_entry
    return alias is not None and alias.revision_id == move.expected


def _lost_or_past(edges: Edges, alias: Alias | None, move: Move) -> Alias | None:
    """The alias is not ours: either an earlier try of this move took effect and others moved on, or the race is lost.

    The ledger tells which, because every mover writes its predecessor's entry before it moves.
    """
    ledger = Ledger(edges, move.model)
    if ledger.holds(run=move.run, step=move.step):
        return None
    if alias and ledger.is_ahead(alias):
        raise AliasMoved(ledger.lost_by_lambda())
    raise AliasMoved(_what_is_there(alias, move))


def _start_from_the_last_move(edges: Edges, alias: Alias | None, move: Move) -> None:
    """Raises AliasMoved where the ledger has a later move than the alias, unless this one puts that back.

    Then Lambda lost it, or somebody was quicker since the alias was read.
    """
    ledger = Ledger(edges, move.model)
    if alias is None or not ledger.is_ahead(alias):
        return
    last = ledger.last()
    if last is None or (move.kind, move.model_version) != (RESTORED, last.model_version):
        raise AliasMoved(_what_is_there(alias, move))


def _record(edges: Edges, alias: Alias | None, move: Move) -> Alias:
    done = stamp.of(alias)
    if alias is None or done is None:
        raise AliasMoved(_what_is_there(alias, move))
    known = {"moved_at": documents.timestamp(edges.clock()), "who": move.who, "why": move.why}
    of_anchor = {} if move.anchor is None else {"anchor": move.anchor}
    Ledger(edges, move.model).append(done, weights=alias.weights, known={**known, **of_anchor})
    return alias


def _compare_and_swap(edges: Edges, alias: Alias | None, move: Move) -> Alias:
    description = str(
        Stamp(
            run=move.run,
            step=move.step,
            kind=move.kind,
            origin=alias.function_version if alias else None,
            function_version=move.function_version,
            model_version=move.model_version,
            entry=Ledger(edges, move.model).next_entry(),
            candidate=move.candidate,
        )
    )
    if alias is None:
        return edges.functions.create_alias(
            move.model, function_version=move.function_version, description=description
        )
    return edges.functions.update_alias(
        move.model,
        function_version=move.function_version,
        weights=move.weights,
        description=description,
        revision_id=alias.revision_id,
    )


def _done(alias: Alias | None, move: Move) -> bool:
    left = stamp.of(alias)
    return (
        alias is not None
        and left is not None
        and (left.run, left.step, left.function_version) == (move.run, move.step, move.function_version)
        and dict(alias.weights) == dict(move.weights)
    )


def _what_is_there(alias: Alias | None, move: Move) -> str:
    if alias is None:
        fate = "was made and deleted" if move.expected is None else "is gone"
        return f"the alias of {move.model} {fate} since run {move.run} looked at it"
    left = stamp.of(alias)
    author = f"run {left.run}" if left else "somebody by hand"
    return f"{author} moved the alias of {move.model} to function version {alias.function_version} meanwhile"
