"""Turns an exception that this project does not define into Unexpected. Its own text may quote anything: only the log
gets it.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.cutting import cut
from chalicelib.errors import NightswapError, Unexpected
from chalicelib.limits import NAME_CHARACTERS
from chalicelib.log import ERROR, complain


def of(exc: Exception, *, doing: str) -> Unexpected:
    """The error to raise or to answer in its place; writes the exception to the log.

    >>> of(KeyError("a secret"), doing="Train")
    Unexpected('Train failed with KeyError: its log says more, and nightswap doctor looks at the deployment')
    """
    name = _name(exc)
    complain(
        "unexpected",
        level=ERROR,
        doing=doing,
        error=name,
        said=str(exc),
        trace="".join(traceback.format_tb(exc.__traceback__)[-3:]),
    )
    return Unexpected(f"{doing} failed with {name}: its log says more, and nightswap doctor looks at the deployment")


@contextmanager
def in_our_words(doing: str) -> Iterator[None]:
    """Raise what is none of our errors as Unexpected."""
    try:
        yield
    except NightswapError:
        raise
    except Exception as exc:
        raise of(exc, doing=doing) from exc


def _name(exc: Exception) -> str:
    """The class, and AWS's code for what it refused.

    >>> _name(ValueError("words"))
    'ValueError'
    """
    response = getattr(exc, "response", None)
    refusal = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    name = type(exc).__name__
    return cut(f"{name} ({refusal})" if refusal else name, NAME_CHARACTERS)
