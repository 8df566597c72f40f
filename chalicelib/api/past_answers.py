"""Asks the versions that served at a time: what they would answer, and which share of the traffic each had then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib.api import prediction
from chalicelib.api.prediction import Question
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import ModelUnknown, NoLiveModel, VersionUnfit
from chalicelib.ledger import history
from chalicelib.ledger.history import Share
from chalicelib.values import Value


class PastAnswer(Value, kw_only=True):
    share: float
    """Of the traffic, 0..1."""
    is_certain: bool
    """False where the move that made it serve may have come a moment later."""
    status: int
    """As over HTTP."""
    body: dict[str, Any]
    """Of a prediction, or of a refusal."""

    def to_document(self) -> dict[str, Any]:
        return {"share": self.share, "is_certain": self.is_certain, **self.body}


def ask(edges: Edges, question: Question, *, at: datetime) -> list[PastAnswer]:
    """The answer of each version that served then, the main one first.

    Raises NoLiveModel where nothing served, BadRequest for a time to come, VersionUnfit for a version that is gone,
    and Busy or ServingFailed as a prediction does.
    """
    found = history.what_served(edges, model=question.model, at=at)
    if found.entry is None and found.perhaps is None:
        raise NoLiveModel(f"nothing of {question.model} was live at {documents.timestamp(at)}", model=question.model)
    certain = history.shares(found.entry) if found.entry else []
    perhaps = history.shares(found.perhaps) if found.perhaps else []
    return [
        *_answers(edges, question, certain, is_certain=found.perhaps is None),
        *_answers(edges, question, perhaps, is_certain=False),
    ]


def _answers(edges: Edges, question: Question, shares: list[Share], *, is_certain: bool) -> Iterator[PastAnswer]:
    for each in shares:
        status, body = prediction.single(*_asked(edges, question, each))
        yield PastAnswer(share=each.share, is_certain=is_certain, status=status, body=body)


def _asked(edges: Edges, question: Question, share: Share) -> tuple[int, dict[str, Any]]:
    try:
        answered = json.loads(prediction.reply(edges.functions, question, qualifier=share.function_version).payload)
    except ModelUnknown as exc:
        named = "a version" if share.model_version is None else f"version {share.model_version}"
        raise VersionUnfit(
            f"{named} of {question.model} served then, as function version {share.function_version}, which is gone:"
            f" it was pruned, or Lambda lost it: `nightswap versions {question.model}` tells which"
        ) from exc
    return answered["status"], answered["body"]
