"""Keeps what the versions answered for each row of a run's holdout, beside its report, for `nightswap backtest`.

It is written before the report, which says of it that it is there, or why not. No run fails for want of it: what
cannot be kept is told. A store that does not answer is tried again with the whole task, as for the report itself.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib import layout
from chalicelib.contracts.training import EvaluateTask
from chalicelib.edges import Edges
from lambdas.model.evaluation.tally.collecting import Collecting, NotCollected, too_large
from lambdas.model.recipe import Recipe
from lambdas.parts import DISK_SPARE_BYTES


@contextmanager
def collecting(recipe: Recipe, *, rows: int, disk_bytes: int) -> Iterator[Collecting]:
    """What takes the answers for a holdout of so many rows, for which so much of the disk is still to be used."""
    free = shutil.disk_usage(tempfile.gettempdir()).free - disk_bytes - DISK_SPARE_BYTES
    with tempfile.TemporaryFile() as file:
        yield Collecting(file, recipe=recipe, problem=too_large(rows, recipe=recipe, free_bytes=free))


def keep(edges: Edges, collected: Collecting, task: EvaluateTask) -> dict[str, Any]:
    """Write them; returns what the report says of them, ready for JSON. To be called when what was counted is let go,
    because it takes memory of its own."""
    try:
        found = collected.whole(judging=task.judging)
    except NotCollected as exc:
        return {"problem": f"{exc}"}
    body = found.encode()
    edges.store.put(layout.row_answers(task.model, task.run), body)
    return {"rows": found.rows, "distinct_rows": len(found.hashes), "bytes": len(body)}
