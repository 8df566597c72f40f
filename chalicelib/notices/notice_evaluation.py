"""What a notice says of an evaluation: the confusion matrix and the rules that failed, within what may be sent.

EventBridge and SNS take 256 KB each; JSON spells a character with up to 12 bytes. With these bounds a notice stays
below that whatever a recipe calls its classes and rules.
Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html,
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLASSES_MAX = 50
"""A larger matrix is left to the report."""
CLASS_CHARACTERS = 60
RULES_MAX = 20
RULE_CHARACTERS = 200


def evaluation(report: Mapping[str, Any] | None) -> dict[str, Any]:
    """rows, classes, matrix, failing_rules and failing_rules_count of a detail.

    It says what it can: a notice must not fail over what a report lacks.

    >>> evaluation(None)
    {'rows': None, 'classes': None, 'matrix': None, 'failing_rules': [], 'failing_rules_count': 0}
    """
    found = report or {}
    failing = [rule for rule in found.get("rules") or [] if not rule["passed"]]
    return {
        "rows": found.get("rows"),
        **_matrix(found),
        "failing_rules": [_rule(rule) for rule in failing[:RULES_MAX]],
        "failing_rules_count": len(failing),
    }


def clipped(text: str, characters: int) -> str:
    """In one line, at most so many characters, none of them one that a mail or an XML answer cannot hold.

    >>> clipped("so\\nmany words", 10)
    'so many...'
    """
    printable = "".join(each if each.isprintable() else " " for each in text)
    return printable if len(printable) <= characters else f"{printable[: characters - 3]}..."


def _matrix(report: Mapping[str, Any]) -> dict[str, Any]:
    """Rows true, columns predicted, order = classes."""
    classes = report.get("classes")
    if not classes or len(classes) > CLASSES_MAX:
        return {"classes": None, "matrix": None}
    return {"classes": [clipped(each, CLASS_CHARACTERS) for each in classes], "matrix": report["matrix"]}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": clipped(rule["name"], RULE_CHARACTERS),
        "value": rule["value"],
        "direction": rule["direction"],
        "bound": rule["bound"],
        "reason": clipped(rule["reason"], RULE_CHARACTERS),
    }
