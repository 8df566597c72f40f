"""Sends a notice once, and keeps one that cannot be sent.

a run's outcome is recorded, or a move by hand done -> send -> a marker beside it says that it was sent
                              died here? the next one to record it sends again
                              neither takes it? it is kept, and the model's next run sends it
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.documents import Found
from chalicelib.edges import Edges
from chalicelib.edges.notices import Notice
from chalicelib.errors import NoticesUnavailable
from chalicelib.log import log
from chalicelib.notices import notice_text
from chalicelib.notices.untold import Untold, find_untold

Detail = dict[str, Any]


def catch_up(edges: Edges, *, model: str) -> None:
    """Send what could not be sent when it happened, unless it was sent since."""
    for listed in edges.store.list(layout.untold(model)):
        kept = readable(partial(find_untold, edges, key=listed.key))
        if kept is None:  # sent meanwhile; or damaged: what cannot be told must not keep a run from its work
            continue
        if edges.store.find(kept.marker) is not None or _sent(edges, kept.detail, marker=kept.marker):
            edges.store.delete(listed.key)


def once(edges: Edges, *, marker: str, detail: Callable[[], Detail]) -> None:
    """Send it, unless it was sent. What cannot be sent now is kept: it must not fail what it tells of."""
    if edges.store.find(marker) is not None:
        return
    said = detail()
    if not _sent(edges, said, marker=marker):
        key = layout.untold(said["model"], f"{said['run']}-{said['kind']}")
        edges.store.put(key, Untold(marker=marker, detail=said).encode())


def _sent(edges: Edges, said: Detail, *, marker: str) -> bool:
    notice = Notice(
        kind=said["kind"],
        model=said["model"],
        subject=notice_text.subject(said),
        text=notice_text.text(said),
        detail=said,
    )
    about = {"kind": said["kind"], "model": said["model"], "run": said["run"]}
    try:
        edges.notices.send(notice)
    except NoticesUnavailable as exc:
        log("notice_not_sent", **about, reason=exc.message)
        return False
    edges.store.put(marker, documents.encode({**about, "at": documents.timestamp(edges.clock())}))
    return True


def readable(read: Callable[[], Found | None]) -> Found | None:
    """None for what is damaged, which is logged: it must not fail what the notice tells of."""
    told: list[str] = []
    found = documents.readable(read, told=told)
    for damage in told:
        log("document_damaged", reason=damage)
    return found
