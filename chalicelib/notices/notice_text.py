"""Writes a notice for people: a subject, and a message with the reasons, the confusion matrix and what to do.

Both say nothing that the notice's detail does not: they are made from it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.contracts.decisions import MODEL_REJECTED, PROMOTED, RETRAIN_FAILED, ROLLED_BACK, WAITING
from chalicelib.cutting import amount
from chalicelib.names import APP

STALE = "Stale"
"""What is live was promoted longer ago than the stage allows."""
QUALITY_FELL = "QualityFell"
"""What is live is proved worse on new rows than when it was judged."""
DATA_QUARANTINED = "DataQuarantined"
"""Bad files, or bad rows of files, were left out that no run had left out before."""
KINDS = (PROMOTED, MODEL_REJECTED, ROLLED_BACK, WAITING, RETRAIN_FAILED, STALE, QUALITY_FELL, DATA_QUARANTINED)
"""What is news, as a notice calls it."""
WHATEVER_THE_OUTCOME = (QUALITY_FELL, DATA_QUARANTINED)
"""What a run found is news however it ended."""
CLASSES_SHOWN = 12
"""A wider matrix would not fit a line."""

Detail = Mapping[str, Any]


def subject(detail: Detail) -> str:
    """At most 100 ASCII characters in one line, SNS's limit: names of stage and model are short, and are ASCII.

    Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, "Subject".
    """
    return f"{APP} {detail['stage']}: {_happened(detail)}"


def text(detail: Detail) -> str:
    """The whole message, with lines of its own."""
    parts = [_said(detail), _rules(detail), _matrix(detail), _advice(detail)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _happened(detail: Detail) -> str:
    model, number = detail["model"], detail["model_version"]
    about = f"{model} version {number}" if number else f"a version of {model}"
    return {
        PROMOTED: f"{about} is live",
        ROLLED_BACK: f"{about} was rolled back",
        WAITING: f"{about} waits for approval",
        MODEL_REJECTED: f"a new model of {model} was rejected",
        RETRAIN_FAILED: f"a retrain of {model} failed",
        STALE: f"{model} is stale",
        QUALITY_FELL: f"{about} is worse on new rows",
        DATA_QUARANTINED: f"bad data of {model} was left out",
    }[detail["kind"]]


def _said(detail: Detail) -> str:
    lines = [
        f"Stage {detail['stage']}, {detail['at']}: {_happened(detail)}.",
        _serving(detail),
        f"By: {detail['who']}",
    ]
    if not detail["failing_rules"]:  # the rules tell it better
        lines.append(f"Reason: {detail['reason']}")
    if detail["error"]:
        lines.append(f"Error: {detail['error']}")
    return "\n".join(lines)


def _serving(detail: Detail) -> str:
    live, before = detail["live_model_version"], detail["previous_model_version"]
    if live is None:
        return "Nothing is live yet."
    if live == before:
        return f"Version {live} stays live."
    if before is None:
        return f"Version {live} has all traffic; none is known that had it before."
    return f"Version {live} has all traffic, in place of version {before}."


def _rules(detail: Detail) -> str:
    """Each failing rule in a line, with its value and its bound."""
    rules = detail["failing_rules"]
    if not rules:
        return ""
    lines = [f"  {rule['name']}: {rule['reason']}" for rule in rules]
    left_out = detail["failing_rules_count"] - len(rules)
    if left_out:
        lines.append(f"  and {left_out} more")
    heading = "Ratios that fell:" if detail["kind"] == QUALITY_FELL else "Rules that failed:"
    return "\n".join([heading, *lines])


def _matrix(detail: Detail) -> str:
    """Columns as wide as their widest cell, numbers to the right.

    >>> judged = {"kind": "Promoted", "rows": 1445, "classes": ["normal", "attack"]}
    >>> print(_matrix({**judged, "matrix": [[1000, 3], [5, 437]]}))
    Holdout of 1,445 rows, true classes down, predicted classes across:
            normal  attack
    normal   1,000       3
    attack       5     437
    """
    classes, matrix = detail["classes"], detail["matrix"]
    if not classes:
        return ""
    if len(classes) > CLASSES_SHOWN:
        return f"The confusion matrix of {len(classes)} classes is in the run's report."
    table = [["", *classes]]
    table += [[name, *(f"{cell:,}" for cell in row)] for name, row in zip(classes, matrix, strict=True)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in table
    ]
    of, is_new = detail["rows"], detail["kind"] == QUALITY_FELL
    counted = f"Its {amount(of, 'new row')}" if is_new else f"Holdout of {amount(of, 'row')}"
    return "\n".join([f"{counted}, true classes down, predicted classes across:", *lines])


def _advice(detail: Detail) -> str:
    """What to do, and the command that does it."""
    kind, run, model = detail["kind"], detail["run"], detail["model"]
    by_run = detail["outcome"] is not None or kind in WHATEVER_THE_OUTCOME
    options = f"--model {model} --stage {detail['stage']}"
    why = f"explain {run}" if by_run else f"history {model}"
    commands = {"see why": f"{why} --stage {detail['stage']}"}
    if kind == PROMOTED:
        commands["take it back"] = f'rollback {options} --reason "..."'
    elif kind == WAITING:
        commands["make it live"] = f'approve {run} --stage {detail["stage"]} --reason "..."'
        commands["refuse it"] = f'reject {run} --stage {detail["stage"]} --reason "..."'
    elif kind == ROLLED_BACK or detail["outcome"] == WAITING:
        number = detail["model_version"] or "VERSION"
        commands["have it all the same"] = f'promote {number} {options} --lift-quarantine --reason "..."'
    elif kind == RETRAIN_FAILED:
        commands["try again, once it is put right"] = f"retrain {options}"
    elif kind == STALE:
        commands["see the latest runs"] = f"runs {options}"
    elif kind in WHATEVER_THE_OUTCOME:
        commands = {**_to_look(detail, options), **commands, **_to_change(kind, options)}
    lines = [f"To {what}: {APP} {command}" for what, command in commands.items()]
    if kind in {MODEL_REJECTED, ROLLED_BACK}:
        lines.append("It is tried again by itself when data, recipe or code change.")
    return "\n".join(lines)


def _to_look(detail: Detail, options: str) -> dict[str, str]:
    if detail["kind"] == QUALITY_FELL:
        return {"see it night by night": f"history {detail['model']} --quality --stage {detail['stage']}"}
    return {"see what is left out": f"data list {options}"}


def _to_change(kind: str, options: str) -> dict[str, str]:
    if kind == QUALITY_FELL:
        return {"go back to an earlier version": f'rollback {options} --reason "..."'}
    return {"have a file read again": f"data release FILE {options}"}
