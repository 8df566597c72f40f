"""The data sets that `nightswap data sample` gives by name, each checked, and each whole or not at all."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import BadRequest, SampleUnavailable
from workflows.local.state import whole_files
from workflows.sample_data import bundled, kdd99
from workflows.sample_data.download import Patience, Progress
from workflows.sample_data.kdd99 import KDD99, Archive

KDD = "kdd99-http"
NAMES = (KDD, *bundled.BUNDLED)


@dataclass(frozen=True)
class Known:
    """A data set by name. `archive` is where the one that is downloaded lies."""

    name: str
    archive: Archive = KDD99

    @property
    def is_bundled(self) -> bool:
        return self.name in bundled.BUNDLED

    @property
    def file(self) -> str:
        return f"{self.name}.csv" if self.is_bundled else f"{self.name}.csv.gz"

    @property
    def about(self) -> str:
        """Where it comes from, in a line."""
        if self.is_bundled:
            return f"in scikit-learn; CSV of SHA-256 {bundled.BUNDLED[self.name].sha256}"
        return f"KDD Cup 1999, its http connections; from {self.archive.url}, SHA-256 {self.archive.sha256}"

    def way_on(self, file: Path) -> str:
        """The command that trains a model on the file; of the one that is downloaded there is a recipe."""
        if self.is_bundled:
            return f"nightswap init {shlex.quote(str(file))} --label {bundled.BUNDLED[self.name].label}"
        return f"nightswap data add {shlex.quote(str(file))} --model {self.name}"

    def write(
        self, folder: Path, *, given: Path | None, progress: Progress, patience: Patience | None = None
    ) -> Path:
        """Write it into the folder; `given` is its archive, downloaded by hand.

        Raises BadRequest where a file is in its place, SampleUnavailable where it cannot be had.
        """
        target = folder / self.file
        if target.exists():
            raise BadRequest(f"{target} is there already: move it away, or name another folder with --to")
        if self.is_bundled and given is not None:
            raise BadRequest(f"{self.name} needs no archive: leave --archive out")
        if self.is_bundled:
            whole_files.write(target, bundled.BUNDLED[self.name].content)
        elif given is not None:
            kdd99.write(self.archive, given, target, progress=progress)
        else:
            self._fetch(target, progress=progress, patience=patience or Patience())
        return target

    def _fetch(self, target: Path, *, progress: Progress, patience: Patience) -> None:
        try:
            kdd99.fetch(self.archive, target, progress=progress, patience=patience)
        except SampleUnavailable as exc:
            raise SampleUnavailable(
                f"{exc.message}. By hand: download {self.archive.url} where that can be done, and say --archive FILE;"
                f" its SHA-256 has to be {self.archive.sha256}"
            ) from exc


def known(name: str) -> Known:
    """Raises BadRequest for a name that is not known."""
    if name not in NAMES:
        raise BadRequest(f"there is no sample {name!r}: known are {', '.join(NAMES)}")
    return Known(name)
