from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from chalicelib.batches import batch_arrays
from chalicelib.errors import ObjectUnreadable
from tests.given.batches import array

GOOD = array(np.array([[1.5, 2.0], [3.0, -4.0]]))
TYPES = [order + code for code in batch_arrays.CODES for order in "<>"]


def read(content: bytes) -> list[list[float]]:
    return [list(row) for row in batch_arrays.read(content, named="a.npy")]


@pytest.mark.parametrize("of", TYPES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_every_type_and_order_are_those_that_numpy_wrote(of: str, order: Any) -> None:
    numbers = np.arange(15).reshape(5, 3).astype(of, order=order)

    assert read(array(numbers)) == numbers.tolist()


@given(arrays.arrays(np.float64, st.tuples(st.integers(0, 4), st.integers(1, 4))))
def test_every_array_of_floats_comes_back(numbers: Any) -> None:
    np.testing.assert_array_equal(np.array(read(array(numbers))).reshape(numbers.shape), numbers)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format_is_read(version: Any) -> None:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.eye(2), version=version, allow_pickle=False)

    assert read(file.getvalue()) == [[1, 0], [0, 1]]


def of_header(header: bytes, numbers: bytes = b"") -> bytes:
    return batch_arrays.MAGIC + b"\x01\x00" + len(header).to_bytes(2, "little") + header + numbers


def pickled() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([[{}]], dtype=object), allow_pickle=True)
    return file.getvalue()


LONG = b"9" * 5000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no file of numpy that is known here"),
        (b"PK\x03\x04", "is no file of numpy that is known here"),
        (GOOD[:7], "is no file of numpy that is known here"),
        (batch_arrays.MAGIC + b"\x04\x00" + GOOD[8:], "is no file of numpy that is known here"),
        (GOOD[:40], "has a header of 118 bytes, which is damaged"),
        (GOOD[:-1], r"has 31 bytes of numbers, and its shape \(2, 2\) takes 32"),
        (GOOD + b"\0", r"has 33 bytes of numbers, and its shape \(2, 2\) takes 32"),
        (pickled(), r"holds values of type '\|O', expected one of f4, f8, i1"),
        (array(np.array([["a"]])), "holds values of type '<U1'"),
        (array(np.array([[True]])), r"holds values of type '\|b1'"),
        (array(np.array([[1j]])), "holds values of type '<c16'"),
        (array(np.array([1.0])), r"is an array of shape '\(1,\)', expected \(records, columns\)"),
        (array(np.ones((2, 2, 2))), r"is an array of shape '\(2, 2, 2\)'"),
        (array(np.ones((2, 0))), r"is an array of shape '\(2, 0\)'"),
        (array(np.zeros(2, dtype=[("a", "<f8")])), "has a header that is no description of an array"),
        (of_header(b"[" * 9000), "has a header that is no description of an array"),
        (of_header(b"__import__('os').getcwd()"), "has a header that is no description of an array"),
        (of_header(b"{[]: 1}"), "has a header that is no description of an array"),
        (of_header(b"{'descr': '<f8', 'fortran_order': 0, 'shape': (1, 1)}"), "has a header that is no description"),
        (
            of_header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 1)}"),
            "has a header that is no description",
        ),
        (
            of_header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (True, 1)}"),
            "has a header that is no description",
        ),
        (
            of_header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (" + LONG + b", 1)}"),
            "has a header that is no description",
        ),
        (of_header(b"{'descr': 'f8', 'fortran_order': False, 'shape': (0, 1)}"), "holds values of type 'f8'"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused_with_words(content: bytes, words: str) -> None:
    with pytest.raises(ObjectUnreadable, match=f"a.npy {words}.*allow_pickle=False"):
        read(content)
