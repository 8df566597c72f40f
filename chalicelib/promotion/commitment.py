"""Makes a run's first shift of traffic and its swap points of no return, for each of two judgings.

    ShiftTraffic, SwapAlias            whoever finds the run broken
      commit: put-if-absent  ----+---- give_up: put-if-absent, for every decision there can be
                                 |
                     one of them writes `runs/RUN/decision_WHAT_JUDGING.json`
      lost: moves nothing                lost: finishes a swap, as SwapAlias would have; fences a shift
      won: moves the alias               won: records that the run failed

Without it a task that outlives its stopped execution could move the alias after the run was recorded as failed.
"""

from __future__ import annotations

from chalicelib import layout
from chalicelib.documents.frozen import Document, holds_maybe
from chalicelib.edges import Edges
from chalicelib.promotion.promotion import Move
from chalicelib.values import Value

SHIFT, SWAP = "shift", "swap"
JUDGINGS = (1, 2)
"""A run judges again, once, when the champion changed under it."""


class Decision(Document):
    """The move that was committed to; None when the run was given up before."""

    move: Move | None = holds_maybe(Move)


class Decided(Value):
    """The moves that a run was committed to when it was given up, in their order."""

    shifts: tuple[Move, ...]
    swaps: tuple[Move, ...]


def commit(edges: Edges, move: Move, *, what: str, judging: int) -> bool:
    """Decide for the move; False when the run has been given up. Repeating it is harmless."""
    return _decide(edges, run=move.run, what=what, judging=judging, move=move) is not None


def give_up(edges: Edges, *, run: str) -> Decided:
    """Decide against every move that is not decided yet; returns those for which it was too late."""

    def closed(what: str) -> tuple[Move, ...]:
        decided = (_decide(edges, run=run, what=what, judging=judging, move=None) for judging in JUDGINGS)
        return tuple(move for move in decided if move is not None)

    return Decided(shifts=closed(SHIFT), swaps=closed(SWAP))


def swaps(edges: Edges, *, run: str) -> list[Move]:
    """The swaps that the run is committed to, without deciding anything."""
    found = (Decision.find(edges.store, _key(run, SWAP, judging)) for judging in JUDGINGS)
    return [each.move for each in found if each and each.move]


def _decide(edges: Edges, *, run: str, what: str, judging: int, move: Move | None) -> Move | None:
    return Decision(move=move).put_if_absent(edges.store, _key(run, what, judging)).move


def _key(run: str, what: str, judging: int) -> str:
    return layout.run_document(run, f"decision_{what}_{judging}")
