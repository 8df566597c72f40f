"""Checks the functions' runtime, architecture and memory against their wheels and the limits of new accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.doctor.finding import Finding, error, note, ok
from workflows.packaging.wheels import PLATFORMS, PYTHON

NEW_ACCOUNT_MB = 3008
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "New AWS accounts"."""


def check_runtimes(template: Mapping[str, Any]) -> Iterator[Finding]:
    """Of all functions of the main stack's template."""
    functions = {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    kinds = {(each["Runtime"], each["Architectures"][0]) for each in functions.values()}
    for runtime, architecture in sorted(kinds):
        yield _of_kind(runtime, architecture)
    for name, each in functions.items():
        if each["MemorySize"] > NEW_ACCOUNT_MB:
            what = f"has {each['MemorySize']} MB, and a new account grants {NEW_ACCOUNT_MB}"
            yield note(
                what, where=name, way_out="ask AWS support for more if the deployment is refused, or take less"
            )


def _of_kind(runtime: str, architecture: str) -> Finding:
    where = f"{runtime}, {architecture}"
    if runtime == f"python{PYTHON}" and architecture in PLATFORMS:
        return ok(f"the wheels of the layers are made for it: {PLATFORMS[architecture]}", where=where)
    return error(
        f"the layers are made for python{PYTHON} on {' or '.join(PLATFORMS)}",
        where=where,
        way_out="set the functions to that, in workflows/stacks/functions.py",
    )
