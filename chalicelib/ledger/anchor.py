"""Reads from the ledger which version is the anchor, with which every new model is compared beside the live one.

    entry 12  promoted version 4, anchor 1    judged against the anchor, version 1, which stays the anchor
    entry 15  promoted version 5, anchor 5    proved better than version 1, and has its place
    entry 16  pinned version 5, anchor 5      an operator stands by version 5
    entry 19  promoted version 6              the recipe has no anchor, or the entry is a repair

So the anchor cannot disagree with what was promoted, and moves with it in one write. Before any entry names one, it
is the version that was promoted first. A move of it is lost where its author died before the entry was written; a
later night makes up for it, because it finds what that night found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chalicelib.errors import RegistryIncomplete
from chalicelib.ledger.entry import PROMOTED
from chalicelib.ledger.ledger import Ledger


def standing(ledger: Ledger, *, but: Callable[[int], bool]) -> int | None:
    """The model version that is the anchor: the latest that was, and that nothing speaks against; None for none.

    An entry that is damaged tells nothing, and `nightswap verify` tells of it.
    """
    return next((each for each in _latest_first(ledger) if not but(each)), None)


def _latest_first(ledger: Ledger) -> Iterator[int]:
    first_promoted = None
    for number in reversed(ledger.numbers()):
        try:
            entry = ledger.entry(number)
        except RegistryIncomplete:
            continue
        if entry.anchor is not None:
            yield entry.anchor
        if entry.kind == PROMOTED:
            first_promoted = entry.model_version
    if first_promoted is not None:
        yield first_promoted
