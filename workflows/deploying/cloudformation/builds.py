"""Deletes the builds in the bucket that nothing names any more: packages, layers, definitions, templates.

A deployment does it, after its success: it knows what the stack names now. An S3 rule by age alone would delete the
builds of a stage that is not deployed for a while, and the next update of its stack, or a rollback of one, would
fail. Lambda and Step Functions hold their own copies; a published version of a serving function has its package in
the registry, and no layer. What is deleted here can be put back for a month (`workflows.stacks.data_stack`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from chalicelib import layout
from chalicelib.cutting import amount
from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import TransientError
from workflows.deploying.progress import Report, Step

BUILD = re.compile(rf"{layout.DEPLOY}[0-9a-f]{{64}}\.[a-z.]+")
YOUNG = timedelta(days=1)
"""Going back to a build of an hour ago needs no new upload."""


def sweep(store: ObjectStore, *, named: Collection[str], now: datetime, report: Report) -> None:
    """Delete the builds that are not among the keys `named`; the next deployment retries what S3 cannot do now."""
    try:
        old = [
            each
            for each in store.list(layout.DEPLOY)
            if BUILD.fullmatch(each.key) and each.key not in named and now - each.modified_at > YOUNG
        ]
        for each in old:
            store.delete(each.key)
    except TransientError as exc:
        report(Step("upload", "old builds", f"stay until the next deployment: {exc.message}"))
        return
    if old:
        freed = sum(each.size_bytes for each in old) / 1024
        report(
            Step("upload", f"{amount(len(old), 'build')} that nothing names any more, {freed:,.0f} KiB", "deleted")
        )
