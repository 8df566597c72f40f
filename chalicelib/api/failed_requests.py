"""Logs one line for each request that the API answers with an error, so that an operator finds the request again.

The line quotes nothing of the request, because anything may be a secret: the route is the app's own, with its braces,
and a run is named only where the name has the form of the app's own names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.log import ERROR, WARNING, complain
from chalicelib.names import RUN_NAME

FAULT = 500
"""The first HTTP status of a fault of the stage or of AWS."""


def tell(status: int, said: Mapping[str, Any], *, route: str, path: Mapping[str, str] | None, request: str) -> None:
    """Write the line; `said` is the answer, `path` the parameters of the path, `request` Lambda's ID of the call.

    API Gateway's access log has the same ID, so that the one can be found from the other.
    """
    run = (path or {}).get("run", "")
    complain(
        "request_failed",
        level=ERROR if status >= FAULT else WARNING,
        error=said.get("Code"),
        status=status,
        route=route,
        request=request,
        **({"run": run} if RUN_NAME.fullmatch(run) else {}),
    )
