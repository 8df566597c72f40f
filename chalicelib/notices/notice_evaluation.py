"""Sums up an evaluation for a notice: the confusion matrix and the rules that failed, within the size limit.

EventBridge and SNS take 256 KB each; JSON spells a character with up to 12 bytes. With these bounds a notice stays
below that whatever a recipe calls its classes and rules. Source:
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html,
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.quality.night import Night, Ratio
from chalicelib.registry.report import Report, Rule

CLASSES_MAX = 50
"""A larger matrix is left to the report."""
CLASS_CHARACTERS = 60
RULES_MAX = 20
RULE_CHARACTERS = 200


def evaluation(report: Report | None) -> dict[str, Any]:
    """rows, classes, matrix, failing_rules and failing_rules_count of a detail.

    It says what it can: a notice must not fail over what a report lacks.

    >>> evaluation(None)
    {'rows': None, 'classes': None, 'matrix': None, 'failing_rules': [], 'failing_rules_count': 0}
    """
    failing = [rule for rule in report.rules if not rule.passed] if report else []
    return {
        "rows": report.rows if report else None,
        **(_matrix(report.classes, report.matrix) if report else _matrix(None, None)),
        "failing_rules": [_rule(rule) for rule in failing[:RULES_MAX]],
        "failing_rules_count": len(failing),
    }


def fallen(night: Night) -> dict[str, Any]:
    """The same fields, of a night on whose new rows the live version was found worse; the rules are what fell."""
    told = [{**_fall(each), "reason": clipped(each.words, RULE_CHARACTERS)} for each in night.fallen]
    return {
        "rows": night.rows,
        **_matrix(night.classes, night.matrix),
        "failing_rules": told[:RULES_MAX],
        "failing_rules_count": len(told),
    }


def clipped(text: str, characters: int) -> str:
    """In one line, at most so many characters, none of them one that a mail or an XML answer cannot hold.

    >>> clipped("so\\nmany words", 10)
    'so many...'
    """
    printable = "".join(each if each.isprintable() else " " for each in text)
    return printable if len(printable) <= characters else f"{printable[: characters - 3]}..."


def _matrix(classes: Sequence[str] | None, matrix: Sequence[Sequence[float]] | None) -> dict[str, Any]:
    """Rows true, columns predicted, order = classes."""
    if not classes or len(classes) > CLASSES_MAX:
        return {"classes": None, "matrix": None}
    return {"classes": [clipped(each, CLASS_CHARACTERS) for each in classes], "matrix": matrix}


def _fall(ratio: Ratio) -> dict[str, Any]:
    """Held against what it was when the version was judged."""
    name = clipped(ratio.name, RULE_CHARACTERS)
    return {"name": name, "value": ratio.value, "direction": ratio.direction, "bound": ratio.then}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": clipped(rule.name, RULE_CHARACTERS),
        "value": rule.value,
        "direction": rule.direction,
        "bound": rule.bound,
        "reason": clipped(rule.reason, RULE_CHARACTERS),
    }
