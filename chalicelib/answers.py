"""From an error to an HTTP answer: the one place that decides what a caller is told.

The form is Chalice's own (`Code`, `Message`), so that what Chalice refuses by itself looks the same; `Field` and
`Accepted` say what to mend.
"""

from __future__ import annotations

from typing import Any

from chalicelib.errors import NightswapError


def of_error(error: NightswapError) -> tuple[int, dict[str, Any]]:
    """Status and body of an error.

    >>> from chalicelib.errors import BadRequest
    >>> of_error(BadRequest("force is not true or false", field="force"))
    (400, {'Code': 'BadRequest', 'Message': 'force is not true or false', 'Field': 'force'})
    """
    details = {name.title().replace("_", ""): value for name, value in error.details.items() if value is not None}
    return error.status, {"Code": type(error).__name__, "Message": error.message, **details}
