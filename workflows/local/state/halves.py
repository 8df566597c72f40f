"""Tells when one half of the state is missing, the services' or the objects: somebody may have deleted it by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.local.state.generations import EMPTY, MANIFEST
from workflows.local.state.state_folder import StateFolder

BUCKET = re.compile(rb"nightswap-[a-z0-9]{1,10}-[0-9]{12}-")
"""How the name of a stage's bucket begins."""


def missing(folder: StateFolder) -> Iterator[str]:
    """What there is to tell of a half that is gone while the other one is there."""
    services = [each for each in folder.aws.glob("*.json") if each.name != MANIFEST]
    has_objects = any(each.is_file() for each in folder.s3.rglob("*"))
    if has_objects and not services:
        yield (
            "aws/ holds nothing, and s3/ the objects of a bucket: functions, aliases, stacks and rules are gone;"
            f" {EMPTY}"
        )
    if services and not has_objects and _has_bucket(folder):
        yield (
            "s3/ holds nothing, and aws/ a bucket: its data set, registry and ledger are gone, and nothing but a copy"
            " of s3/ brings them back; make run CLEAN=1 begins anew"
        )


def _has_bucket(folder: StateFolder) -> bool:
    file = folder.aws / "s3.json"
    return file.exists() and BUCKET.search(file.read_bytes()) is not None
