"""Defines a finding: what a check reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import DeploymentFailed, NightswapError


class Severity(StrEnum):
    """How bad it is. Only an ERROR makes the doctor's exit code 1."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`where` is a file, a resource or a setting; `way_out` is empty where nothing is to be done."""

    severity: Severity
    what: str
    where: str
    way_out: str = ""


def ok(what: str, *, where: str) -> Finding:
    return Finding(severity=Severity.OK, what=what, where=where)


def note(what: str, *, where: str, way_out: str = "") -> Finding:
    return Finding(severity=Severity.NOTE, what=what, where=where, way_out=way_out)


def warning(what: str, *, where: str, way_out: str) -> Finding:
    return Finding(severity=Severity.WARNING, what=what, where=where, way_out=way_out)


def error(what: str, *, where: str, way_out: str) -> Finding:
    return Finding(severity=Severity.ERROR, what=what, where=where, way_out=way_out)


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Whether no finding is an error."""
    return all(finding.severity is not Severity.ERROR for finding in findings)


def refuse(findings: Iterable[Finding]) -> None:
    """Raises DeploymentFailed with all that are errors: what the doctor finds stops a deployment before it begins."""
    broken = [f"{each.where} {each.what}" for each in findings if each.severity is Severity.ERROR]
    if broken:
        told = "\n".join(broken)
        raise DeploymentFailed(f"{told}\nNothing was changed: correct that, and repeat the command")


def unhindered(findings: Iterator[Finding], *, where: str) -> Iterator[Finding]:
    """The findings of a check that asks AWS; where AWS refuses to answer, that is the last of them."""
    try:
        yield from findings
    except (ClientError, BotoCoreError) as exc:
        way_out = "permit the call (nightswap doctor --print-policy lists all), or try again"
        yield warning(f"could not be checked: {exc}", where=where, way_out=way_out)
    except NightswapError as exc:
        yield warning(f"could not be checked: {exc.message}", where=where, way_out="try again")
