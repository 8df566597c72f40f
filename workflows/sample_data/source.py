"""Chooses the data: the real file if it is cached or can be downloaded, else the stand-in, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import SampleUnavailable
from workflows.sample_data import csv_file, synthetic
from workflows.sample_data.download import Patience, Progress
from workflows.sample_data.kdd99 import KDD99, Archive, fetch

KDD_CUP_99 = "kdd-cup-99"
SYNTHETIC = "synthetic"

REAL_FILE = "kdd99-http.csv.gz"
STAND_IN_FILE = "synthetic.csv.gz"
SAMPLE_FILES = (REAL_FILE, STAND_IN_FILE)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A CSV(.gz) file to train on. `source` is KDD_CUP_99 or SYNTHETIC, `description` says it in words."""

    path: Path
    source: str
    description: str


def _untold(_doing: str, _done: int, _total: int | None, /) -> None:
    """Ignores the progress."""


def sample(
    cache: Path,
    *,
    report: Callable[[str], None],
    progress: Progress = _untold,
    archive: Archive = KDD99,
    patience: Patience | None = None,
) -> Sample:
    """The sample, kept in the folder `cache`. `report` is told in a sentence what happens, `progress` how far it is.

    A file is there under its name only when it is whole, so an interrupted call is simply repeated.
    """
    cache.mkdir(parents=True, exist_ok=True)
    real = Sample(
        path=cache / REAL_FILE,
        source=KDD_CUP_99,
        description=f"KDD Cup 1999, its http connections (SHA-256 of the archive {archive.sha256[:12]})",
    )
    if real.path.exists():
        return real
    report(f"downloading KDD Cup 1999 from {archive.url}")
    try:
        fetch(archive, real.path, progress=progress, patience=patience or Patience())
    except SampleUnavailable as exc:
        report(
            f"{exc.message}: using a synthetic stand-in with the same columns; give real data with make run DATA=FILE"
        )
        return _stand_in(cache)
    return real


def _stand_in(cache: Path) -> Sample:
    path = cache / STAND_IN_FILE
    csv_file.write(path, synthetic.rows())
    return Sample(
        path=path,
        source=SYNTHETIC,
        description="a synthetic stand-in with the columns and labels of KDD Cup 1999: not real data",
    )
