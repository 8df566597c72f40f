"""Refuses a request for its route, method, token, Accept, or for its time, which API Gateway does for the API.

What is wrong with a body is an error of `chalicelib.errors`, as it is for the API.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """In the form of the API's errors. `headers` go with the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        accepted: str,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        about = {} if field is None else {"Field": field}
        self.body: dict[str, Any] = {"Code": code, "Message": message, **about, "Accepted": accepted}
        self.headers = headers
