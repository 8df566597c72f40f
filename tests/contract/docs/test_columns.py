"""docs/columns.md says what a column does with a cell and a feature, as it is."""

from __future__ import annotations

import json
from typing import Any

from lambdas.serve.handler import Service
from lambdas.serve.scorecard import Scorecard
from tests.contract.docs import pages

PAGE = pages.PAGES["columns.md"]


def test_the_warning_of_the_page_is_one_that_an_answer_has() -> None:
    (shown,) = (json.loads(block) for block in pages.blocks(PAGE, "json"))
    column = {"kind": "category", "name": "purpose", "allowed": None, "levels": ["car"], "unknown": "ignored"}
    scorer = Scorecard.from_document(
        {
            "format": "scorecard",
            "format_version": 1,
            "classes": ["no", "yes"],
            "positive": None,
            "schema": {"columns": [column]},
            "link": "sigmoid",
            "scores": [{"intercept": 0.0, "numbers": [], "categories": []}],
        }
    )
    service = Service(scorer=scorer, model="loans", model_version=1, artifact_sha256="", format="scorecard")

    answer: Any = service.answer({"instances": [{"purpose": "boat"}]})

    assert answer["body"]["warnings"] == [shown]
