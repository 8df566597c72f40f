"""Payloads of the function predict-batch: the batch to score, and what came of it."""

from __future__ import annotations

from chalicelib.values import Value


class PredictBatchTask(Value, kw_only=True):
    """A batch that was asked for. Lambda may deliver it more than once."""

    batch: str
    """Its name; `batches/out/BATCH/request.json` tells the rest."""


class BatchPredicted(Value, kw_only=True):
    """How the batch ended."""

    batch: str
    records: int
    """Of its file, the refused ones among them."""
    refused: int
    error: str | None
    """The class of the error that ended it; None where every record was scored or refused."""
