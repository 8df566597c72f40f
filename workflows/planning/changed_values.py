"""Shows a value before and after in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Values = dict[str, Any]
LONGEST_VALUE = 40
"""Characters of a value that are shown in a line."""


def changed(before: Values, after: Values) -> Iterator[str]:
    """The values that differ, in alphabetical order of their names."""
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield change(name, before.get(name), after.get(name))


def change(name: str, before: Any, after: Any) -> str:
    """
    >>> change("MemorySize", 512, None), change("Policies", [], {"a": "b" * 50})
    ('MemorySize: 512 -> none', 'Policies: [] -> ...')
    >>> change("Name", "a" * (LONGEST_VALUE - 2), "b" * (LONGEST_VALUE - 1)).count("...")
    1
    """
    return f"{name}: {_shown(before)} -> {_shown(after)}"


def _shown(value: Any) -> str:
    text = "none" if value is None else json.dumps(value)
    return text if len(text) <= LONGEST_VALUE else "..."
