"""A notice tells an evaluation within its bounds."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.notices.notice_evaluation import (
    CLASS_CHARACTERS,
    CLASSES_MAX,
    RULE_CHARACTERS,
    RULES_MAX,
    clipped,
    evaluation,
)
from chalicelib.registry.report import Report


def rule(name: str, *, passed: bool = False, reason: str = "0.5 is below 0.7") -> dict[str, Any]:
    return {"name": name, "value": 0.5, "direction": ">=", "bound": 0.7, "passed": passed, "reason": reason}


def report(**changes: Any) -> Report:
    first: dict[str, Any] = {
        "passed": False,
        "reason": "so it is",
        "rules": [],
        "rows": 12,
        "classes": ["a", "b"],
        "matrix": [[1, 2], [3, 4]],
    }
    return Report.of({**first, **changes})


def test_rules_that_failed_are_told_and_those_that_hold_are_not() -> None:
    found = evaluation(report(rules=[rule("one", passed=True), rule("two"), rule("three")]))

    assert found["rows"] == 12
    assert (found["classes"], found["matrix"]) == (["a", "b"], [[1, 2], [3, 4]])
    assert [each["name"] for each in found["failing_rules"]] == ["two", "three"]
    assert found["failing_rules_count"] == 2
    assert found["failing_rules"][0] == {
        "name": "two",
        "value": 0.5,
        "direction": ">=",
        "bound": 0.7,
        "reason": "0.5 is below 0.7",
    }


@pytest.mark.parametrize("rules", [RULES_MAX, RULES_MAX + 1])
def test_so_many_rules_are_told_and_all_are_counted(rules: int) -> None:
    found = evaluation(report(rules=[rule(f"{n}") for n in range(rules)]))

    assert (len(found["failing_rules"]), found["failing_rules_count"]) == (RULES_MAX, rules)


@pytest.mark.parametrize(("classes", "told"), [(0, False), (CLASSES_MAX, True), (CLASSES_MAX + 1, False)])
def test_matrix_of_many_classes_is_left_to_the_report(classes: int, told: bool) -> None:
    names = [f"c{n}" for n in range(classes)]
    matrix = [[1] * classes for _ in names]

    found = evaluation(report(classes=names, matrix=matrix))

    assert (found["classes"], found["matrix"]) == ((names, matrix) if told else (None, None))


def test_names_and_reasons_are_clipped() -> None:
    found = evaluation(
        report(
            classes=["x" * CLASS_CHARACTERS, "x" * (CLASS_CHARACTERS + 1)],
            rules=[rule("y" * (RULE_CHARACTERS + 1), reason="z" * (RULE_CHARACTERS + 1))],
        )
    )

    assert found["classes"] == ["x" * CLASS_CHARACTERS, "x" * (CLASS_CHARACTERS - 3) + "..."]
    (told,) = found["failing_rules"]
    assert told["name"] == "y" * (RULE_CHARACTERS - 3) + "..."
    assert told["reason"] == "z" * (RULE_CHARACTERS - 3) + "..."


@pytest.mark.parametrize(
    ("text", "characters", "said"),
    [("a\tb\u2028c", 9, "a b c"), ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abc...")],
)
def test_text_is_in_one_line_and_no_longer(text: str, characters: int, said: str) -> None:
    assert clipped(text, characters) == said
