from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest

from chalicelib.errors import ArtifactInvalid
from lambdas.model.formats.trees.artifact import load
from lambdas.serve import trees
from tests.given.tree_files import Header, parts, whole
from tests.given.trees import difference, model, table


def item(name: str, place: int, value: float) -> Callable[[Header, bytearray], None]:
    """Writes another value into a section."""

    def write(header: Header, body: bytearray) -> None:
        code, offset, items = header["sections"][name]
        begin = offset + (place % items) * trees.TYPES[code]
        body[begin : begin + trees.TYPES[code]] = struct.pack(f"<{code}", value)

    return write


def shorter(name: str) -> Callable[[Header, bytearray], None]:
    def write(header: Header, body: bytearray) -> None:
        header["sections"][name][2] -= 1

    return write


def field(name: str, value: object) -> Callable[[Header, bytearray], None]:
    def write(header: Header, body: bytearray) -> None:
        header[name] = value

    return write


def slots_below_zero(header: Header, body: bytearray) -> None:
    """Of the type that they have where there are more than fit a byte."""
    _, _, items = header["sections"]["slot"]
    header["sections"]["slot"] = ["h", len(body), items]
    body.extend(struct.pack(f"<{items}h", *[-1] * items))


FOREST, BOOSTING, HISTOGRAMS, VOTES = "forest", "gradient boosting", "histogram gradient boosting", "AdaBoost"
DAMAGE = [
    (FOREST, shorter("threshold"), "its arrays of nodes differ in length"),
    (FOREST, item("left", 5, 5), "a node does not come before those that it leads to"),
    (FOREST, item("right", 0, 32_000), "a node leads out of the arrays"),
    (FOREST, item("left", 0, -32_000), "a node leads out of the arrays"),
    (FOREST, item("roots", 0, 2_000_000), "a tree begins outside of the arrays"),
    (FOREST, item("right", 0, 5), "a node is led to twice"),
    (FOREST, item("roots", 1, 5), "a node is led to twice"),
    (FOREST, item("threshold", 3, float("nan")), "a threshold is not a number"),
    (FOREST, item("slot", 3, 99), "a node asks for a slot that there is not"),
    (FOREST, slots_below_zero, "a node asks for a slot that there is not"),
    (FOREST, field("numbers", [[9, 0, []]] * 5), "a slot is of a column that there is not"),
    (FOREST, field("numbers", [[1, 0, []]] * 5), "a number is of a column of categories"),
    (FOREST, shorter("table-0"), "a table does not fit its column"),
    (FOREST, item("table-0", 1, float("inf")), "a number of a table is not finite"),
    (FOREST, item("value", 0, 200), "a leaf has no shares"),
    (FOREST, shorter("shares"), "the leaves' shares do not fit one another"),
    (FOREST, item("begins", 1, -5), "a share is of a class that there is not"),
    (FOREST, item("places", 0, 2), "a share is of a class that there is not"),
    (FOREST, item("shares", 0, float("nan")), "a leaf's share is not finite"),
    (FOREST, field("classes", ["one"]), "2 scores do not make 1 classes by mean"),
    (FOREST, field("classes", ["one", "one"]), "2 scores do not make 2 classes by mean"),
    (FOREST, shorter("expected"), "what is expected at its nodes does not fit them"),
    (BOOSTING, field("base", [float("inf")]), "what the scores begin with, or are divided by, is not a number"),
    (BOOSTING, field("scale", 0.0), "what the scores begin with, or are divided by, is not a number"),
    (BOOSTING, item("value", 0, float("inf")), "a leaf's value is not finite"),
    (BOOSTING, item("expected", 0, float("inf")), "what is expected at a node is not finite"),
    (HISTOGRAMS, field("base", [0.0, 0.0]), "2 scores do not make 2 classes by logistic"),
    (VOTES, shorter("weights"), "its trees do not have a weight each"),
]


@pytest.mark.parametrize(("kind", "damage", "words"), DAMAGE)
def test_damage_that_a_row_could_stumble_over_is_found(
    kind: str, damage: Callable[[Header, bytearray], None], words: str
) -> None:
    header, body = parts(model(kind, 2, False))
    damage(header, body)

    with pytest.raises(ArtifactInvalid, match=rf"the trees are malformed: ({words}): retrain the model"):
        load(whole(header, bytes(body)))


def test_trees_that_do_not_take_turns_with_the_classes_are_refused() -> None:
    header, body = parts(model(BOOSTING, 3, False))
    shorter("roots")(header, body)

    with pytest.raises(ArtifactInvalid, match="its trees do not take turns with the classes"):
        load(whole(header, bytes(body)))


def test_file_of_another_format_is_refused() -> None:
    with pytest.raises(ArtifactInvalid, match="does not begin as trees do: retrain the model with this release"):
        load(b'{"format": "scorecard"}')


def test_table_of_a_place_that_is_no_number_is_refused() -> None:
    header, body = parts(model(FOREST, 2, False))

    with pytest.raises(ArtifactInvalid, match="the trees are malformed: TypeError"):
        load(whole({**header, "scale": "one"}, bytes(body)))


@pytest.mark.parametrize("bits", range(0, 60, 7))
def test_artifact_with_a_flipped_bit_is_refused_or_scores_every_row(bits: int) -> None:
    """What the checksum would tell while serving, the exporting side need not know by it."""
    of = model(FOREST, 2, False)
    rng = np.random.default_rng(bits)
    content = bytearray(of.content)
    content[rng.integers(len(trees.MAGIC), len(content))] ^= 1 << int(rng.integers(8))

    try:
        served = load(bytes(content)).trees
    except ArtifactInvalid:
        return
    assert "nowhere" not in difference(served, of, table(5))


def test_artifact_scores_columns_as_it_scores_rows() -> None:
    of = model(FOREST, 3, False)
    rows = table(40, classes=3, seed=5)

    answers = load(of.content).score(rows.features(of.fitted.recipe))

    assert answers.classes == of.fitted.classes
    assert (answers.labels == of.answers(rows).labels).all()
    assert (answers.probabilities == of.answers(rows).probabilities).all()
    assert len(load(of.content).score(rows.take(np.empty(0, dtype=np.int64)).features(of.fitted.recipe))) == 0
