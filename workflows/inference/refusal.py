"""Refuses a request for its route, method, token or Accept, which API Gateway does for the API.

What is wrong with a body is an error of `chalicelib.errors`, as it is for the API.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """In the form of the API's errors. `header` goes with the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        accepted: str,
        header: tuple[bytes, bytes] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        about = {} if field is None else {"Field": field}
        self.body: dict[str, Any] = {"Code": code, "Message": message, **about, "Accepted": accepted}
        self.header = header
