"""Refuses a file that takes longer than one function may, before anything is scored of it."""

from __future__ import annotations

from chalicelib.errors import BodyTooLarge
from chalicelib.limits import BATCH_BYTES, BATCH_LINES

SPLIT = (
    "split it by its records, each part of a CSV file with the header, and send each part as a batch of its own: no"
    " record needs another one"
)
TRANSFORM = (
    "Where the recipe has target=Endpoint(), nightswap batch FILE --model MODEL --transform scores it whole, on"
    " instances of SageMaker"
)
WHAT_TAKES_MORE = f"{SPLIT}. {TRANSFORM}"


def check_bytes(count: int, *, named: str) -> None:
    """Raises BodyTooLarge."""
    if count > BATCH_BYTES:
        raise BodyTooLarge(
            f"{named} has {count:,} bytes, more than one function holds: {WHAT_TAKES_MORE}",
            accepted=f"at most {BATCH_BYTES:,} bytes, unpacked",
        )


def check_lines(count: int, *, named: str, of: str = "lines") -> None:
    """Raises BodyTooLarge; an array has rows instead."""
    if count > BATCH_LINES:
        raise BodyTooLarge(
            f"{named} has {count:,} {of}, more than one function scores in its time: {WHAT_TAKES_MORE}",
            accepted=f"at most {BATCH_LINES:,} {of}",
        )
