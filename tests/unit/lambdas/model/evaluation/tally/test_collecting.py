"""The answers are collected row by row, of the versions that could be scored on all rows."""

from __future__ import annotations

import io
import tempfile
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import ArtifactInvalid
from lambdas.model.arrays import Integers
from lambdas.model.artifact import Features
from lambdas.model.evaluation.anchor import AnchorVersion
from lambdas.model.evaluation.tally.answered import Answered
from lambdas.model.evaluation.tally.collecting import Collecting, NotCollected, too_large
from lambdas.model.gate.thresholds import at_least
from lambdas.model.predictions import Answers
from lambdas.model.splitting.row_hashes import row_hashes
from tests.given import data
from tests.given.kept_rows import Broken, ByRow, kept

RECIPE = data.numeric_recipe(cross_validation_folds=0)
HOLDOUT = data.table(RECIPE, rows=50, seed=5)
MINE, LIVE, ANCHOR = (ByRow(RECIPE.class_names, seed=seed) for seed in (1, 2, 3))
HASHES = np.array([9, 7, 9, 8], dtype=np.uint64)
TRUE: Integers = np.array([0, 1, 0, 1])


def answers(*shares: float) -> dict[str, Answered]:
    """Of the challenger for some rows: the probability of its second class."""
    second = np.array(shares)
    classes = RECIPE.class_names
    labels = np.array(classes)[(second >= 0.5).astype(int)]
    return {
        "challenger": Answered(
            Answers(classes, labels, np.column_stack([1 - second, second])), (second >= 0.5).astype(np.int64)
        )
    }


def test_all_versions_are_collected_and_of_the_anchor_its_answers_alone() -> None:
    anchor = AnchorVersion(model_version=3, artifact=ANCHOR)

    rows = kept(RECIPE, HOLDOUT, artifact=MINE, champion=LIVE, anchor=anchor)[1]

    assert list(rows.labels) == ["challenger", "champion", "anchor"]
    assert list(rows.ranks) == ["challenger", "champion"]
    order = np.argsort(row_hashes(HOLDOUT))
    for name, version in (("challenger", MINE), ("champion", LIVE), ("anchor", ANCHOR)):
        labels = version.score(HOLDOUT.features(RECIPE)).labels[order]
        assert np.array(RECIPE.class_names)[rows.labels[name]].tolist() == labels.tolist()


def test_first_version_is_collected_alone() -> None:
    assert list(kept(RECIPE, HOLDOUT, artifact=MINE)[1].labels) == ["challenger"]


class BrokenLater(ByRow):
    """An artifact that fits the first rows alone."""

    def score(self, features: Features) -> Answers:
        if len(features["size"]) < 30:
            raise ArtifactInvalid("these rows it does not fit")
        return super().score(features)


@pytest.mark.parametrize("champion", [Broken(RECIPE.class_names), BrokenLater(RECIPE.class_names, seed=2)])
def test_version_that_could_not_be_scored_on_some_rows_is_left_out(champion: Any) -> None:
    rows = kept(RECIPE, HOLDOUT, artifact=MINE, champion=champion, at=[40])[1]

    assert (list(rows.labels), list(rows.ranks)) == (["challenger"], ["challenger"])


def test_rows_stand_once_in_the_order_of_their_hashes_with_their_copies() -> None:
    with tempfile.TemporaryFile() as file:
        collecting = Collecting(file, recipe=RECIPE)
        collecting.add(HASHES[:3], TRUE[:3], answers(0.2, 0.9, 0.2))
        collecting.add(HASHES[3:], TRUE[3:], answers(0.9))
        rows = collecting.whole(judging=1)

    assert (rows.hashes.tolist(), rows.times.tolist(), rows.true.tolist()) == ([7, 8, 9], [1, 1, 2], [1, 1, 0])
    assert rows.ranks["challenger"].tolist() == [[1, 1, 2], [2, 2, 1]]


def test_row_that_is_answered_in_two_ways_stands_twice() -> None:
    with tempfile.TemporaryFile() as file:
        collecting = Collecting(file, recipe=RECIPE)
        collecting.add(HASHES, TRUE, answers(0.2, 0.9, 0.3, np.nan))
        rows = collecting.whole(judging=1)

    assert (rows.hashes.tolist(), rows.rows) == ([7, 8, 9, 9], 4)
    assert rows.ranks["challenger"].tolist() == [[1, 0, 3, 2], [3, 0, 1, 2]]
    assert rows.curve("challenger", positive="bad").undefined


def test_holdout_without_a_row_has_no_answers() -> None:
    rows = kept(RECIPE, HOLDOUT.take(np.arange(0)), artifact=MINE)[1]

    assert (rows.rows, rows.matrix("challenger").tolist()) == (0, [[0, 0], [0, 0]])


class FullDisk(io.BytesIO):
    def write(self, _: Any) -> int:
        raise OSError(28, "No space left on device")


def test_full_disk_is_told_by_the_whole_alone() -> None:
    collecting = Collecting(FullDisk(), recipe=RECIPE)
    for _ in range(2):
        collecting.add(HASHES, TRUE, answers(0.2, 0.9, 0.3, 0.4))

    with pytest.raises(NotCollected, match="/tmp took no more of them: No space left on device"):
        collecting.whole(judging=1)


def test_file_that_cannot_be_read_back_is_told() -> None:
    collecting = Collecting(io.BytesIO(), recipe=RECIPE)
    collecting.add(HASHES, TRUE, answers(0.2, 0.9, 0.3, 0.4))

    with pytest.raises(NotCollected, match="/tmp gave them back no more: fileno"):
        collecting.whole(judging=1)


def test_what_is_too_large_is_not_collected() -> None:
    file = io.BytesIO()
    collecting = Collecting(file, recipe=RECIPE, problem="1,000,001 rows are more than 1,000,000")
    collecting.add(HASHES, TRUE, answers(0.2, 0.9, 0.3, 0.4))

    assert file.getvalue() == b""
    with pytest.raises(NotCollected, match="1,000,001 rows are more than 1,000,000"):
        collecting.whole(judging=1)


@pytest.mark.parametrize(
    ("classes", "rows"), [(2, 1_000_000), (5, 1_000_000), (6, 925_925), (10, 581_395), (100, 62_034)]
)
def test_so_many_rows_are_kept_and_not_one_more(classes: int, rows: int) -> None:
    names = {f"raw {number}": f"class {number:03}" for number in range(classes)}
    recipe = data.numeric_recipe(classes=names, positive=None, thresholds=[at_least("accuracy", bound=0.9)])

    assert too_large(rows, recipe=recipe, free_bytes=100_000_000) == ""
    said = too_large(rows + 1, recipe=recipe, free_bytes=200_000_000)
    assert said.endswith("rows are more than 1,000,000" if rows == 1_000_000 else "bytes, more than 100,000,000")


def test_answers_are_kept_where_the_disk_has_just_the_room() -> None:
    """A row of two classes takes 8 bytes of hash, 4 of codes, and 8 for each of 4 probabilities."""
    assert too_large(100, recipe=RECIPE, free_bytes=4_400) == ""
    said = too_large(100, recipe=RECIPE, free_bytes=4_399)
    assert said == "100 rows take 4,400 bytes of /tmp, which has 4,399 beside the holdout"
