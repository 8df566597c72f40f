"""Reads from disk what a clone's local AWS must never lose."""

from __future__ import annotations

from pathlib import Path

LASTING = ("ledger/*/*.json", "models/*/versions/*/*")


def on_record(clone: Path) -> dict[str, bytes]:
    """Every ledger entry and every part of a registered version, by its key."""
    found = {}
    for bucket in (clone / ".nightswap" / "s3").glob("[0-9]*/*"):
        for pattern in LASTING:
            for path in bucket.glob(pattern):
                if not path.name.endswith((".meta.json", ".tmp")):
                    found[str(path.relative_to(bucket))] = path.read_bytes()
    return found


def lost(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """The keys whose content is not what it was."""
    return [key for key, body in before.items() if after.get(key) != body]
