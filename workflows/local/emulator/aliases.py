"""Routes by the weights of an alias, which the emulator stores and does not use."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def install() -> None:
    from ministack.services import lambda_svc

    invoke = lambda_svc._invoke

    async def weighted(
        name: str, event: Any, headers: Json, path_qualifier: str | None = None, query_params: Json | None = None
    ) -> Any:
        asked = path_qualifier or lambda_svc._qp_first(query_params or {}, "Qualifier")
        function = lambda_svc._functions.get(name)
        chosen = version(function, asked, draw=random.random) if function and asked else path_qualifier
        return await invoke(name, event, headers, chosen, query_params)

    lambda_svc._invoke = weighted


def version(function: Json, qualifier: str, *, draw: Callable[[], float]) -> str:
    """The function version that answers for the qualifier; `draw` is uniform in [0, 1).

    An alias without weights, and a version, stand for themselves.

    >>> routed = {"aliases": {"live": {
    ...     "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}}}}}
    >>> version(routed, "live", draw=lambda: 0.2), version(routed, "live", draw=lambda: 0.3)
    ('2', '1')
    >>> version(routed, "7", draw=lambda: 0.2)
    '7'
    """
    alias = (function.get("aliases") or {}).get(qualifier) or {}
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if not weights:
        return qualifier
    left = draw()
    for additional, weight in weights.items():
        left -= weight
        if left < 0:
            return str(additional)
    return str(alias["FunctionVersion"])
