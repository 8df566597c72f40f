"""Restores live models that Lambda has lost from the registry, after a deployment and at every local start."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from chalicelib.edges import Edges
from chalicelib.errors import NightswapError
from chalicelib.interventions import restoration
from chalicelib.registry import catalog


def bring_back(edges: Edges, *, who: str, say: Callable[[str], None]) -> None:
    """Restore each model whose alias is gone, or older than the ledger; a model that cannot be is told."""
    for model in catalog.models(edges.store):
        try:
            if not restoration.is_behind(edges, model=model):
                continue
            done = restoration.restore(edges, model=model, attempt=secrets.token_hex(6), who=who)
        except NightswapError as exc:
            say(f"{model} cannot be restored from the registry: {exc.message}")
        else:
            say(f"restored {model} version {done.model_version} from the registry: Lambda had lost it")
