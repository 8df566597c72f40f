"""Defines a notice that could not be sent, as it waits in the bucket for the model's next run to send it."""

from __future__ import annotations

from typing import Any

from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import Record, count, list_of, maybe, number, number_from_1, one_of, text
from chalicelib.edges import Edges
from chalicelib.notices.notice_text import KINDS
from chalicelib.registry.report import not_square

_TOLD_RULE = Record({"name": text, "reason": text})
_DETAIL = Record(
    {
        "kind": one_of(*KINDS),
        **dict.fromkeys(("stage", "model", "run", "who", "reason", "at"), text),
        **dict.fromkeys(("outcome", "error"), maybe(text)),
        **dict.fromkeys(("model_version", "previous_model_version", "live_model_version"), maybe(number_from_1)),
        "rows": maybe(number),
        "classes": maybe(list_of(text)),
        "matrix": maybe(list_of(list_of(number))),
        "failing_rules": list_of(_TOLD_RULE),
        "failing_rules_count": count,
    }
)

Detail = dict[str, Any]


class Untold(Document):
    """A notice that waits to be sent."""

    marker: str = holds(text)
    """The key at which to note that it was."""
    detail: Detail = holds(_DETAIL)

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        return super().misfit(value) or not_square(value["detail"])


def find_untold(edges: Edges, *, key: str) -> Untold | None:
    """None when it was sent meanwhile."""
    return Untold.find(edges.store, key)
