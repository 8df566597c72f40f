"""The notices in memory keep what was announced, and the history knows when."""

from __future__ import annotations

from chalicelib.edges.notices import Notice
from tests.fakes.edges import FakeOutside


def test_what_was_sent_is_kept_in_order_and_lands_in_the_history() -> None:
    outside = FakeOutside()
    sent = [
        Notice(kind=kind, model="kdd99-http", subject="s", text="t", detail={"run": "r"})
        for kind in ("Promoted", "Stale")
    ]

    for each in sent:
        outside.edges.notices.send(each)

    assert outside.notices.sent == sent
    assert [(each.subject, each.facts["kind"], each.facts["detail"]) for each in outside.history.of("notice")] == [
        ("kdd99-http", "Promoted", {"run": "r"}),
        ("kdd99-http", "Stale", {"run": "r"}),
    ]
