"""Looks up what is live of a model: its alias, in one look, and the model versions that get its traffic."""

from __future__ import annotations

from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.ledger import stamp
from chalicelib.ledger.stamp import Stamp
from chalicelib.registry import registry


class Live:
    """One look at the alias `live`. The alias is None where there is none.

    Which version it points to is in its stamp; after a move by hand the registry tells, and may raise
    RegistryIncomplete. So the versions are looked up when they are asked for.
    """

    __slots__ = ("_edges", "_model", "alias", "stamp")

    def __init__(self, edges: Edges, *, model: str, alias: Alias | None) -> None:
        self._edges, self._model = edges, model
        self.alias = alias
        self.stamp: Stamp | None = stamp.of(alias)

    def version(self) -> int | None:
        """The model version behind the alias; None where the registry does not know its code."""
        if self.stamp is not None:
            return self.stamp.model_version
        return self._by_code(self.alias.function_version) if self.alias else None

    def candidate(self) -> int | None:
        """The model version that the alias's weights go to; None without weights, or with unregistered code."""
        if self.alias is None or not self.alias.weights:
            return None
        if self.stamp is not None and self.stamp.candidate is not None:
            return self.stamp.candidate
        (function_version,) = self.alias.weights
        return self._by_code(function_version)

    def _by_code(self, function_version: str) -> int | None:
        published = self._edges.functions.version(self._model, function_version)
        manifest = published and registry.with_code(self._edges, model=self._model, code_sha256=published.code_sha256)
        return manifest.model_version if manifest else None


def look(edges: Edges, *, model: str) -> Live:
    """Raises the TransientErrors of Lambda."""
    return Live(edges, model=model, alias=edges.functions.alias(model))
