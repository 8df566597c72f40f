"""Answers are taken by class and by row, and come back from their files as they were."""

from __future__ import annotations

import numpy as np
import pytest

from lambdas.model.arrays import from_npy, to_npy
from lambdas.model.predictions import FILES, Answers

ANSWERS = Answers(
    ("bad", "good", "ugly"),
    np.array(["good", "bad", "ugly"]),
    np.array([[0.25, 0.5, 0.25], [0.75, 0.125, 0.125], [0.0, 0.25, 0.75]]),
)


def test_probabilities_are_those_of_one_class() -> None:
    assert len(ANSWERS) == 3
    assert ANSWERS.of("good").tolist() == [0.5, 0.125, 0.25]
    assert ANSWERS.of("unknown").tolist() == [0.0, 0.0, 0.0]


def test_rows_between_are_from_the_first_to_before_the_end() -> None:
    some = ANSWERS.between(1, 3)

    assert some.classes == ANSWERS.classes
    assert some.labels.tolist() == ["bad", "ugly"]
    assert some.of("bad").tolist() == [0.75, 0.0]
    assert len(ANSWERS.between(0, 1)) == 1


def test_answers_come_back_from_their_files() -> None:
    files = ANSWERS.to_files()
    again = Answers.from_files(files)

    assert tuple(files) == FILES
    assert (again.classes, again.labels.tolist()) == (ANSWERS.classes, ANSWERS.labels.tolist())
    assert again.probabilities.tolist() == ANSWERS.probabilities.tolist()
    assert from_npy(files[FILES[1]]).tolist() == [1, 0, 2]


def test_labels_of_many_classes_keep_their_places() -> None:
    names = tuple(f"c{n:03}" for n in range(300))
    many = Answers(names, np.array([names[299], names[256]]), np.zeros((2, 300)))

    assert Answers.from_files(many.to_files()).labels.tolist() == ["c299", "c256"]


@pytest.mark.parametrize(
    ("name", "array"),
    [
        (FILES[1], np.array([1.0, 0.0, 2.0])),
        (FILES[1], np.array([1, 0], dtype=np.uint8)),
        (FILES[2], np.zeros((3, 2))),
        (FILES[0], np.array(["bad", "good"])),
    ],
)
def test_files_that_do_not_fit_each_other_are_refused(name: str, array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Answers.from_files({**ANSWERS.to_files(), name: to_npy(array)})


def test_missing_file_is_an_error() -> None:
    files = ANSWERS.to_files()
    del files[FILES[1]]

    with pytest.raises(KeyError, match=FILES[1]):
        Answers.from_files(files)
