"""Estimates how long a batch takes before it scores anything, and refuses one that takes longer than a function may.

The version is asked for the first records as a chunk asks it: once so that it is warm, and once more for the time.
Their results are thrown away. A batch that went on somewhere else finds the estimate and measures nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, islice

from chalicelib import layout
from chalicelib.batches import batch_answers
from chalicelib.batches.batch_chunks import Batch, BatchRecord
from chalicelib.batches.batch_documents import BatchEstimate
from chalicelib.batches.batch_limits import SPLIT, TRANSFORM
from chalicelib.errors import BodyTooLarge
from chalicelib.limits import BATCH_INSTANCES, BATCH_SCORING_SECONDS


def checked(batch: Batch, records: Iterator[BatchRecord], *, lines: int) -> Iterator[BatchRecord]:
    """The same records; `lines` are about how many. Of so few as one call takes nothing is estimated.

    Raises BodyTooLarge, and as `batch_answers.ask` does.
    """
    if lines <= BATCH_INSTANCES:
        return records
    store, key = batch.edges.store, layout.batch(batch.name, "estimate")
    known = BatchEstimate.find(store, key)
    if known is None:
        began = batch.edges.clock()
        first = list(islice(records, BATCH_INSTANCES))
        seconds = (batch.edges.clock() - began).total_seconds() + _seconds_of_asking(batch, first)
        about = round(seconds * lines / max(len(first), 1), 1)
        known = BatchEstimate(seconds=about).put_if_absent(store, key)
        records = chain(first, records)
    if known.seconds > BATCH_SCORING_SECONDS:
        parts = math.ceil(known.seconds / BATCH_SCORING_SECONDS)
        raise BodyTooLarge(
            f"{batch.request.key} would take about {known.seconds:,.0f} s on version {batch.request.model_version} of"
            f" {batch.request.model}, longer than one function scores: {SPLIT}. {parts:,} parts would do;"
            f" fewer, if its recipe gives the serving function more memory. {TRANSFORM}",
            accepted=f"what takes at most {BATCH_SCORING_SECONDS} s",
        )
    return records


def _seconds_of_asking(batch: Batch, records: list[BatchRecord]) -> float:
    instances = [(each.number, each.instance) for each in records if each.instance is not None]
    batch_answers.ask(batch.edges.functions, batch.request, instances)  # which may start an environment
    began = batch.edges.clock()
    batch_answers.ask(batch.edges.functions, batch.request, instances)
    return (batch.edges.clock() - began).total_seconds()
