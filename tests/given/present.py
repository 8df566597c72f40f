"""Looks up what a test knows to exist."""

from __future__ import annotations

from typing import TypeVar

Found = TypeVar("Found")


def present(found: Found | None) -> Found:
    """It, and not None: a failing assertion says so."""
    assert found is not None
    return found
