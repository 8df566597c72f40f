"""Finds the name of the user at the keyboard, for ledger entries and the deploy lock."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable

LONGEST = 64
"""Characters of a name that are kept."""


def name(*, asked: Callable[[], str] = getpass.getuser, uid: Callable[[], int] = os.getuid) -> str:
    """The user's name; `uid 12345` for one whom this machine has no name for, as in a container.

    >>> name(asked=lambda: "ada")
    'ada'
    """
    try:
        found = "".join(each for each in asked() if each.isprintable())[:LONGEST].strip()
    except (KeyError, OSError, ImportError):  # it is KeyError up to Python 3.12, OSError from 3.13
        found = ""
    return found or f"uid {uid()}"
