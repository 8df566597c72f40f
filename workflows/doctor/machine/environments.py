"""Checks the environments against their locks, and the pins of the oldest libraries, which depend on each other."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflows.doctor.finding import Finding, error, note, ok

LOCKS = Path("workflows") / "locks"
ENVIRONMENTS = {".venv": "project.txt", ".venv-emulator": "emulator.txt", ".venv-definitions": "definitions.txt"}
OPTIONAL = {".venv-definitions": "only rendering and testing the state machine need it"}
"""Environments that are not always needed, and why."""
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)[ \t]*(?P<marker>;)?", re.MULTILINE)
DEFINITIONS = ".venv-definitions"
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Pin:
    """The versions of a package that a lock holds: more than one where they differ between Pythons."""

    versions: frozenset[str]
    everywhere: bool
    """Whether the pin has no marker and holds on every machine."""


def check_environments(root: Path) -> Iterator[Finding]:
    """Of each environment: it is there, and has what its lock says."""
    for environment, lock in ENVIRONMENTS.items():
        found = installed(root / environment)
        if found is None:
            yield _missing(environment)
        else:
            yield _compared(environment, found, pins((root / LOCKS / lock).read_text("utf-8")), lock=lock)


def check_definition_pins(root: Path) -> Iterator[Finding]:
    """stepfunctions 2 needs sagemaker below 3, which still has the module that it imports, and setuptools below 81.

    Source: the comments beside these pins in pyproject.toml.
    """
    found = installed(root / DEFINITIONS)
    if found is None:
        return
    wrong = [
        f"{name} {found.get(name)} (expected {name}{bound})"
        for name, bound, limit in (("sagemaker", "<3", 3), ("setuptools", "<81", 81))
        if not (name in found and _major(found[name]) < limit)
    ]
    if wrong:
        what = f"stepfunctions cannot be imported beside {' and '.join(wrong)}"
        yield error(what, where=DEFINITIONS, way_out="make setup-all")
    else:
        what = f"stepfunctions {found.get('stepfunctions')} stands beside a sagemaker and a setuptools that it bears"
        yield ok(what, where=DEFINITIONS)


def pins(lock: str) -> dict[str, Pin]:
    """By normalised name.

    >>> pins("a-b==1.0 ; python_version < '3.12' \\\\")
    {'a-b': Pin(versions=frozenset({'1.0'}), everywhere=False)}
    """
    found: dict[str, Pin] = {}
    for match in PINNED.finditer(lock):
        name = normalised(match["name"])
        known = found.get(name, Pin(versions=frozenset(), everywhere=False))
        found[name] = Pin(
            versions=known.versions | {match["version"]}, everywhere=known.everywhere or match["marker"] is None
        )
    return found


def installed(environment: Path) -> dict[str, str] | None:
    """The versions in a virtual environment, by normalised name; None where there is no environment."""
    folders = [str(path) for path in environment.glob("lib/python3.*/site-packages")]
    if not folders:
        return None
    distributions = importlib.metadata.distributions(path=folders)
    return {normalised(each.metadata["Name"]): each.version for each in distributions}


def normalised(name: str) -> str:
    """As package indexes compare names. Source: https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()


def _missing(environment: str) -> Finding:
    if environment in OPTIONAL:
        return note(f"is not there; {OPTIONAL[environment]}", where=environment, way_out="make setup-all")
    return error("is not there", where=environment, way_out="make setup")


def _compared(environment: str, found: Mapping[str, str], wanted: Mapping[str, Pin], *, lock: str) -> Finding:
    wrong = [
        f"{name} {found[name]} (locked: {', '.join(sorted(pin.versions))})"
        for name, pin in wanted.items()
        if name in found and found[name] not in pin.versions
    ]
    wrong += [f"{name} is missing" for name, pin in wanted.items() if pin.everywhere and name not in found]
    if not wrong:
        return ok(f"has what {LOCKS / lock} says", where=environment)
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    target = "make setup-all" if environment in OPTIONAL else "make setup"
    way_out = f"rm {environment}/.ready, then {target}"
    return error(f"differs from {LOCKS / lock}: {', '.join(wrong[:SHOWN])}{more}", where=environment, way_out=way_out)


def _major(version: str) -> int:
    return int(version.partition(".")[0])
