"""The point of no return of a run: either it may swap the alias, or it is given up, and never both.

    SwapAlias                          whoever finds the run broken
      commit: put-if-absent  ----+---- give_up: put-if-absent
                                 |
                     one of them writes `runs/RUN/decision.json`
      lost: moves nothing                lost: finishes the swap, as SwapAlias would have
      won: swaps                         won: records that the run failed

Without it a task that outlives its stopped execution could swap after the run was recorded as failed.
"""

from __future__ import annotations

from dataclasses import asdict

from chalicelib import documents, layout
from chalicelib.edges import Edges
from chalicelib.promotion import Move


def commit(edges: Edges, move: Move) -> bool:
    """Decide for the swap; False when the run has been given up. Repeating it is harmless."""
    return _decide(edges, run=move.run, move=move) is not None


def give_up(edges: Edges, *, run: str) -> Move | None:
    """Decide against a swap; returns the move that the run is committed to, when it was too late."""
    return _decide(edges, run=run, move=None)


def find(edges: Edges, *, run: str) -> Move | None:
    """The move that the run is committed to; None while nothing is decided, or when it was given up."""
    decision = documents.find(edges.store, layout.run_document(run, "decision"))
    return Move(**decision["move"]) if decision and decision["move"] else None


def _decide(edges: Edges, *, run: str, move: Move | None) -> Move | None:
    key = layout.run_document(run, "decision")
    edges.store.put_if_absent(key, documents.encode({"move": asdict(move) if move else None}))
    stands = documents.find(edges.store, key)["move"]
    return Move(**stands) if stands else None
