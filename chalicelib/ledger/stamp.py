"""Reads and writes the stamp in the alias's Description: the proof of who moved it, in the same call that moves it.

The stamp names the ledger entry that belongs to the move. UpdateAlias is guarded by the RevisionId, so no two moves
can claim one entry, and a move whose author died before writing the entry still says which one is missing.

A stamp says nothing of a schema, and this release takes one that it cannot read for a move by hand. So a release that
writes another form raises `documents.SCHEMA`: the deployment of the release before then refuses the stage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.edges.serving_functions import Alias

NUMBER = r"[1-9]\d{0,14}"
"""What an entry of the ledger can hold: a stamp with another number was written by hand."""
PATTERN = re.compile(
    r"run=(?P<run>\S+) step=(?P<step>\d{1,15}) (?P<kind>[a-z_]+)"
    r" from=(?P<origin>\d+|none) to=(?P<function_version>\d+)"
    rf" model_version=(?P<model_version>{NUMBER})(?: candidate=(?P<candidate>{NUMBER}))? entry=(?P<entry>{NUMBER})",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A move as the alias remembers it. `origin` is the function version before, None when there was no alias.

    >>> stamp = Stamp(run="r-1", step=1, kind="promoted", origin=None, function_version="4", model_version=2, entry=7)
    >>> str(stamp)
    'run=r-1 step=1 promoted from=none to=4 model_version=2 entry=7'
    >>> Stamp.parse(str(stamp)) == stamp
    True
    """

    run: str
    step: int
    kind: str
    origin: str | None
    function_version: str
    model_version: int
    entry: int
    candidate: int | None = None
    """The model version that the alias's weights go to."""

    def __str__(self) -> str:
        """At most 256 characters, Lambda's limit: a run name has 80 and all else is short."""
        candidate = "" if self.candidate is None else f" candidate={self.candidate}"
        return (
            f"run={self.run} step={self.step} {self.kind} from={self.origin or 'none'} to={self.function_version}"
            f" model_version={self.model_version}{candidate} entry={self.entry}"
        )

    @classmethod
    def parse(cls, description: str) -> Stamp | None:
        """None for a description that nightswap did not write."""
        match = PATTERN.fullmatch(description)
        if match is None:
            return None
        origin, candidate = match["origin"], match["candidate"]
        return cls(
            run=match["run"],
            step=int(match["step"]),
            kind=match["kind"],
            origin=None if origin == "none" else origin,
            function_version=match["function_version"],
            model_version=int(match["model_version"]),
            entry=int(match["entry"]),
            candidate=None if candidate is None else int(candidate),
        )


def of(alias: Alias | None) -> Stamp | None:
    """The stamp of the alias's last move; None without an alias, or after a move by hand, which leaves no stamp."""
    stamp = Stamp.parse(alias.description) if alias else None
    return stamp if alias and stamp and stamp.function_version == alias.function_version else None
