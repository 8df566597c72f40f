"""Serves the page at `GET /`: one static file, which calls the API with the token that its reader enters."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


@lru_cache(maxsize=1)
def html() -> str:
    return (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
