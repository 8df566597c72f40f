"""A server that is measured: how it is started, how it is asked, and what its answer says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
COLUMNS = ("duration", "src_bytes", "dst_bytes")

Fields = Mapping[str, Any]
"""A row by its columns' names; one to be refused may lack one, or hold what is no number."""


@dataclass(frozen=True)
class Said:
    label: str
    probability: float
    """Of an attack."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """The parts of `command`, `prepare` and `variables` may hold {model}, {graph}, {package}, {port} and {work}.

    The first three are files; {work} is a folder of the peer's own, from which it runs, with a copy of its
    configuration.
    """

    name: str
    environment: Path
    """Of Python: its programs are in bin/."""
    command: Sequence[str]
    path: str
    body: Callable[[Fields], Any]
    """Ready for JSON."""
    said: Callable[[Any], Said] | None
    """Reads the answer; None for the server whose answers say nothing."""
    prepare: Sequence[str] = ()
    """A command that comes before the first start."""
    configuration: str = ""
    """The folder of benchmarks/peers; empty where there is nothing to configure."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the process's environment, beside PATH."""
    tolerance: float = 1e-9
    """By so much its probabilities may be off: ONNX computes with 32 bits."""

    @property
    def lacking(self) -> str:
        """What to do before it can run; empty when nothing."""
        return "" if (self.environment / "bin" / "python").exists() else "make bench-peers"
