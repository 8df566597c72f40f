"""Opens the artifacts that Evaluate scores, after a look whether all of them fit into its memory at once."""

from __future__ import annotations

from lambdas.model.artifact import Artifact
from lambdas.model.data import room
from lambdas.model.formats.all_formats import Format
from lambdas.model.recipe import Recipe


class Opening:
    """Artifacts of one recipe, which are held until all of them have been scored."""

    def __init__(self, recipe: Recipe, *, memory_mb: int) -> None:
        self.recipe = recipe
        self.memory_mb = memory_mb
        self.graphs: list[int] = []
        """The bytes of those that may be large."""

    def load(self, made: Format, content: bytes) -> Artifact:
        """Raises DatasetTooLarge before one is opened that there is no memory for, and ArtifactInvalid."""
        if made.stored:
            self.graphs.append(len(content))
            room.check_graphs(room.EVALUATE, self.graphs, memory_mb=self.memory_mb, recipe=self.recipe)
        return made.code().load(content)
