"""Decides which model versions may be deleted. Pure: the policy alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.values import Value

LEFT_LIVE = timedelta(hours=24)
"""A version that served until recently is the first to go back to, whatever version a rollback chooses."""


class Policy(Value, kw_only=True):
    """The newest `keep` versions stay, and whatever is younger than so many days."""

    keep: int
    days: int


class Prunable(Value, kw_only=True):
    """A complete model version that has not given up its parts."""

    model_version: int
    created_at: datetime
    function_versions: tuple[str, ...]
    """Those that hold its code."""
    size_bytes: int
    """Of these function versions together, as they count towards Lambda's storage."""
    held_because: str | None
    """Why it must not go at any age: it is live, pinned, evidence, and so on."""
    left_live_at: datetime | None
    """When it lost its last share of the traffic; None when it never had one, or has one."""
    is_begun: bool
    """An earlier pruning of it was interrupted."""


class Decision(Value, kw_only=True):
    version: Prunable
    kept_because: str | None
    """None: it may be deleted."""


def decide(versions: Sequence[Prunable], *, policy: Policy, now: datetime) -> list[Decision]:
    """Newest first."""
    newest_first = sorted(versions, key=lambda each: -each.model_version)
    whole = [each.model_version for each in newest_first if not each.is_begun]
    newest = set(whole[: policy.keep])
    return [
        Decision(version=each, kept_because=_why_kept(each, newest=newest, policy=policy, now=now))
        for each in newest_first
    ]


def _why_kept(version: Prunable, *, newest: set[int], policy: Policy, now: datetime) -> str | None:
    if version.held_because is not None:
        return version.held_because
    if version.is_begun:  # half pruned: useless under any policy
        return None
    if version.left_live_at is not None and now - version.left_live_at < LEFT_LIVE:
        return f"left live {version.left_live_at:%Y-%m-%d %H:%M} UTC, less than 24 hours ago"
    if version.model_version in newest:
        return f"one of the newest {policy.keep}"
    if now - version.created_at < timedelta(days=policy.days):
        return f"younger than {policy.days} days"
    return None
