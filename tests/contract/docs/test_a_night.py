"""docs/a-night.md is true: its states are the machine's, its keys the bucket's, and its numbers are computed."""

from __future__ import annotations

import json
import re

import pytest

from chalicelib import layout
from lambdas.serve.scorecard import Scorecard
from tests.contract.docs import pages
from workflows.definitions.rendering import golden

PAGE = pages.PAGES["a-night.md"]
KEY = re.compile(r"`((?:datasets|runs|work|models|ledger|locks|evidence|tokens|deploy|moves)/[^`]*)`")
ROW = {"duration": 0.0, "src_bytes": 54540.0, "dst_bytes": 8314.0}


def known_keys() -> list[re.Pattern[str]]:
    """Of layout's own list: a word in capitals and a number stand for any, and so do three dots."""
    listed = re.findall(r"^([a-z-]+/\S+)  ", layout.__doc__ or "", re.MULTILINE)
    return [
        re.compile(re.sub(r"\\\.\\\.\\\.", ".*", re.sub(r"[A-Z]+|\d+", "[^/]+", re.escape(each)))) for each in listed
    ]


def document_and_answer() -> tuple[dict[str, object], dict[str, object]]:
    document, answer = map(json.loads, pages.blocks(PAGE, "json"))
    return document, answer


@pytest.mark.parametrize("state", json.loads(golden())["States"])
def test_every_state_of_the_machine_is_told(state: str) -> None:
    assert re.search(rf"\b{state}\b", pages.prose(PAGE))


@pytest.mark.parametrize("key", sorted(set(KEY.findall(PAGE))))
def test_every_key_is_one_of_the_layout(key: str) -> None:
    assert any(known.fullmatch(key) for known in known_keys())


def test_the_row_is_answered_as_the_page_says() -> None:
    document, answer = document_and_answer()
    scorecard = Scorecard.from_document(document)

    label, probabilities = scorecard.score([ROW[column.name] for column in scorecard.schema.columns])

    by_class = dict(zip(scorecard.classes, probabilities, strict=True))
    assert answer["label"] == label
    assert answer["probabilities"] == pytest.approx(by_class, rel=1e-12)
    assert answer["probability"] == by_class[label]


def test_the_score_is_the_sum_of_its_parts() -> None:
    document, _ = document_and_answer()
    (line,) = Scorecard.from_document(document).lines
    contributions = [
        (ROW[name] - centre) * weight for name, (_, centre, weight) in zip(ROW, line.numbers, strict=True)
    ]
    intercept, *parts, total = map(float, re.findall(r"-?\d+\.\d{4}\b", PAGE.replace(" - ", " -")))

    assert intercept == pytest.approx(line.intercept, abs=1e-4)
    assert parts == pytest.approx(contributions, abs=1e-4)
    assert total == pytest.approx(line.score(list(ROW.values())), abs=1e-4)
