"""Puts a drafted recipe among the recipes."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import BadRequest
from lambdas import recipes


@dataclass(frozen=True)
class Place:
    """Where the recipe of a model belongs, whether there is one or not."""

    model: str
    folder: Path = recipes.FOLDER

    @property
    def file(self) -> Path:
        return self.folder / f"{self.model.replace('-', '_')}.py"

    def refuse_present(self) -> None:
        """Raises BadRequest when the model has a recipe."""
        if os.path.lexists(self.file):
            raise BadRequest(
                f"{recipes.IN_WORDS}/{self.file.name} is there already: name the new model otherwise with --model, or"
                " say --force to replace it"
            )

    @contextmanager
    def tried(self, text: str) -> Iterator[Path]:
        """The recipe in a file of its name that is no model's yet, and is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="nightswap-draft-") as folder:
            file = Path(folder) / self.file.name
            file.write_text(text, encoding="utf-8")
            yield file

    def write(self, text: str, *, replaces: bool) -> None:
        """Write the file, whole or not at all; raises as `refuse_present` does, unless it replaces."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".draft-") as folder:
            partial = Path(folder) / self.file.name
            partial.write_text(text, encoding="utf-8")
            if replaces:
                partial.replace(self.file)
            else:
                self._put(partial)
        importlib.invalidate_caches()  # the folder was looked through before

    def _put(self, partial: Path) -> None:
        try:
            os.link(partial, self.file)  # which fails where a file is, as `replace` does not
        except FileExistsError:
            self.refuse_present()
