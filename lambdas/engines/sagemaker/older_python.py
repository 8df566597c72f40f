"""Gives Python 3.10, which SageMaker's image of scikit-learn has, the few names of 3.11 that this project imports.

Nothing else may import it, and it has to be imported before anything of the project.
"""

from __future__ import annotations

import datetime
import math
import typing
from typing import Any


def complete() -> None:
    """Add what is missing; nothing where nothing is.

    The functions of `math` score nothing in a job: a format's code names them in a table for whoever serves.
    `dataclass_transform` and `Self` speak to type checkers alone, so they need not do anything.
    """
    missing: dict[Any, dict[str, Any]] = {
        datetime: {"UTC": datetime.timezone.utc},  # noqa: UP017 - the name is what is missing
        math: {"cbrt": lambda x: math.copysign(abs(x) ** (1 / 3), x), "exp2": lambda x: 2.0**x},
        typing: {"Self": typing.TypeVar("Self"), "dataclass_transform": lambda **_: lambda kind: kind},
    }
    for module, names in missing.items():
        for name, value in names.items():
            if not hasattr(module, name):
                setattr(module, name, value)
