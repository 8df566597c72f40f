"""Small artifacts of earlier format versions, and what they answered.

The export of the commit wrote each file, of a fit on 200 drawn rows (of version 3 of the trees: of a model of
`tests/given/imports`, cut to three trees), and the serving code of the same commit answered its instances.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMMITS: Mapping[str, str] = {
    "scorecard-2": "1316480b",
    "scorecard-3": "9aaf7fd5",
    "scorecard-4": "44f825de",
    "scorecard-5": "02f62c29",
    "scorecard-6": "1a9cf57d",
    "trees-2": "5f97dd8f",
    "trees-3": "e220baa4",
    "trees-3-several": "e220baa4",
    "trees-4": "a2a34161",
}
"""By the names of the files: the format, its version, and what tells two of the same version apart."""


def kind(name: str) -> tuple[str, int]:
    """Format and version."""
    return name.split("-")[0], int(name.split("-")[1])


def content(name: str) -> bytes:
    ending = {"scorecard": "json", "trees": "trees"}[kind(name)[0]]
    return (HERE / f"{name}.{ending}").read_bytes()


def answers(name: str) -> dict[str, Any]:
    """`instances`, and of each what was answered, as `predictions`."""
    found: dict[str, Any] = json.loads((HERE / f"{name}.answers.json").read_text())
    return found
