"""The live model may be years old: an artifact of each format version gives the answers that it gave."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.serve import scorecard, trees
from lambdas.serve.handler import Service
from tests.given import kept_artifacts as kept

READERS = {scorecard.FORMAT: scorecard.read, trees.FORMAT: trees.read}
ELSEWHERE = {(scorecard.FORMAT, 1), (scorecard.FORMAT, 7), (trees.FORMAT, 1)}
"""Kept by test_scorecard.py, test_array_columns.py and test_trees.py."""


def answered(name: str, **asked: Any) -> list[dict[str, Any]]:
    """What today's reader makes of the instances."""
    form, _ = kept.kind(name)
    service = Service(READERS[form](kept.content(name)), "kept", 1, artifact_sha256="0" * 64, format=form)
    answer: Any = service.answer({"instances": kept.answers(name)["instances"], **asked})
    assert answer["status"] == 200, answer
    found: list[dict[str, Any]] = answer["body"]["predictions"]
    return found


@pytest.mark.parametrize("name", kept.COMMITS)
def test_artifact_that_was_kept_gives_the_answers_that_it_gave(name: str) -> None:
    then, now = kept.answers(name)["predictions"], answered(name)

    assert [each["label"] for each in now] == [each["label"] for each in then]
    for prediction, before in zip(now, then, strict=True):
        assert prediction["probabilities"] == pytest.approx(before["probabilities"], rel=1e-14)


@pytest.mark.parametrize("name", kept.COMMITS)
def test_artifact_that_was_kept_tells_why(name: str) -> None:
    """A blend without a typical row too, which later ones have."""
    assert {len(each["why"]["columns"]) for each in answered(name, why=1)} == {1}


@pytest.mark.parametrize("name", kept.COMMITS)
def test_artifact_that_was_kept_is_of_the_version_that_its_name_says(name: str) -> None:
    form, version = kept.kind(name)

    assert f'"format":"{form}","format_version":{version},'.encode() in kept.content(name)


def test_an_artifact_of_every_version_is_kept() -> None:
    """Whoever raises a version keeps one of it."""
    assert {*map(kept.kind, kept.COMMITS), *ELSEWHERE} == {*scorecard.KNOWN, *trees.KNOWN}
