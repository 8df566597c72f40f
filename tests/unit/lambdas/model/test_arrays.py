"""Arrays travel as .npy, and Python objects do not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray

from lambdas.model.arrays import from_npy, to_npy, view_of_npy


def test_array_comes_back_as_it_was() -> None:
    by_column = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    for array in (np.array([[1.5, -0.0]]), np.array(["a", "ü"]), np.array([], dtype=np.int64), by_column):
        for read in (from_npy, view_of_npy):
            again = read(to_npy(array))

            assert (again.dtype, again.shape, again.tolist()) == (array.dtype, array.shape, array.tolist())


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(12.0).reshape(3, 4)[:, ::2],
        np.empty((5, 0), dtype=np.uint8),
        np.array(1.5),
        np.array(["a", "über"]),
    ],
    ids=["rows", "columns", "with gaps", "empty", "a number", "texts"],
)
def test_array_is_the_file_that_numpy_saves(array: NDArray[np.generic]) -> None:
    saved = io.BytesIO()
    np.save(saved, array, allow_pickle=False)

    assert to_npy(array) == saved.getvalue()


def test_objects_are_neither_written_nor_read() -> None:
    with pytest.raises(ValueError, match="array of Python objects"):
        to_npy(np.array([object()]))
    pickled = io.BytesIO()
    np.save(pickled, np.array([{"a": 1}]), allow_pickle=True)

    with pytest.raises(ValueError, match="allow_pickle=False"):
        from_npy(pickled.getvalue())
    with pytest.raises(ValueError, match="magic"):
        from_npy(b"no array, but some text")


def test_view_is_of_the_bytes_of_plain_arrays_alone() -> None:
    array = np.arange(6, dtype=np.uint64)
    pickled, later = io.BytesIO(), io.BytesIO()
    np.save(pickled, np.array([{"a": 1}]), allow_pickle=True)
    np.lib.format.write_array(later, array, version=(2, 0))

    content = to_npy(array)
    assert np.shares_memory(view_of_npy(memoryview(content)), np.frombuffer(content, dtype=np.uint8))
    assert not view_of_npy(content).flags.writeable
    for content, problem in (
        (pickled.getvalue(), "no plain array"),
        (later.getvalue(), "another format"),
        (b"no array, but some text", "magic"),
        (to_npy(array)[:-1], "buffer"),
    ):
        with pytest.raises(ValueError, match=problem):
            view_of_npy(content)
