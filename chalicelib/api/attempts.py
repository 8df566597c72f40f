"""Makes the name of an attempt, which tells two requests apart that ask for the same."""

from __future__ import annotations

BYTES = 8


def new(size_bytes: int = BYTES) -> str:
    """So many random bytes, as hexadecimal digits."""
    from secrets import token_hex  # no prediction needs it

    return token_hex(size_bytes)
