"""Documents with a rule of their own beside the kinds of their fields: both are asked, each tells its own problem."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from chalicelib.contracts.decisions import MODEL_REJECTED
from chalicelib.documents.frozen import Document
from chalicelib.notices.untold import Untold
from chalicelib.promotion.replaying import ReplayReport
from chalicelib.quality.night import Night
from chalicelib.quality.trials import Tuning
from chalicelib.registry.replay_sample import Sample
from chalicelib.registry.report import Champion, Report
from tests.contract.source.sources import ROOT

Fields = dict[str, Any]

RULE = {"name": "a", "reason": "b"}
DETAIL = {
    "kind": MODEL_REJECTED,
    **dict.fromkeys(("stage", "model", "run", "who", "reason", "at"), "text"),
    **dict.fromkeys(("outcome", "error", "rows"), None),
    **dict.fromkeys(("model_version", "previous_model_version", "live_model_version"), None),
    "classes": ["a", "b"],
    "matrix": [[1, 2], [3, 4]],
    "failing_rules": [RULE],
    "failing_rules_count": 1,
}
NOTICE = {"marker": "told.json", "detail": DETAIL}
REPORT = {"passed": True, "reason": "", "rules": [], "classes": ["a", "b"], "matrix": [[1, 2], [3, 4]]}
ASKED = {"model_version": 1, "function_version": "1", "rows": 0, "median_ms": None}
REPLAYED = {"versions": [ASKED], "problems": []}
NIGHT = {
    **{"run": "r", "at": "2026-11-26T03:00:00.000Z", "model_version": 1, "objects": [], "rows": 10},
    **{"classes": ["a", "b"], "matrix": [[1, 2], [3, 4]], "ratios": [], "news": []},
}
TRIAL = {"parameters": {"C": 1.0}, "mean": 0.9, "standard_deviation": 0.1, "seconds": 1.0}
TUNING = {
    **{"strategy": "random", "objective": "accuracy", "early_stopping": False, "folds": 3, "rows": 10, "parallel": 1},
    **{"seconds": 1.0, "best": 1, "trials": [TRIAL]},
}
NARROW: Fields = {"matrix": [[1, 2]]}

OWN_RULES: list[tuple[type[Document], Fields, Fields, str, Fields, str]] = [
    (Untold, NOTICE, {"detail": {**DETAIL, **NARROW}}, ".matrix", {"marker": 1}, ".marker"),
    (Report, REPORT, NARROW, ".matrix", {"reason": 1}, ".reason"),
    (Champion, {"scored": True, "rows": 1}, {"scored": False}, ".problem", {"roc_auc": "1"}, ".roc_auc"),
    (ReplayReport, REPLAYED, {"versions": []}, ".versions", {"problems": 1}, ".problems"),
    (Sample, {"instances": [], "expected": []}, {"instances": [{}]}, ".expected", {"erased": 1}, ".erased"),
    (Night, NIGHT, NARROW, ".matrix", {"run": 1}, ".run"),
    (Tuning, TUNING, {"best": 2}, ".best", {"folds": "3"}, ".folds"),
]
"""Of each document one that is right, what breaks its own rule and is told so, and what has the wrong kind."""


@pytest.mark.parametrize(
    ("document", "right", "against", "told", "of_another_kind", "place"),
    OWN_RULES,
    ids=[document.__name__ for document, *_ in OWN_RULES],
)
def test_own_rule_and_kinds_are_both_asked(
    document: type[Document],
    right: Fields,
    against: Fields,
    told: str,
    of_another_kind: Fields,
    place: str,
) -> None:
    assert document.misfit(right) is None
    assert str(document.misfit({**right, **against})).startswith(told)
    assert str(document.misfit({**right, **of_another_kind})).startswith(place)


def test_every_document_with_a_rule_of_its_own_is_tried() -> None:
    having = {
        defined.name
        for file in sorted((ROOT / "chalicelib").rglob("*.py"))
        for defined in ast.walk(ast.parse(file.read_text()))
        if isinstance(defined, ast.ClassDef) and any(ast.unparse(base) == "Document" for base in defined.bases)
        if any(isinstance(each, ast.FunctionDef) and each.name == "misfit" for each in defined.body)
    }

    assert having == {document.__name__ for document, *_ in OWN_RULES}
