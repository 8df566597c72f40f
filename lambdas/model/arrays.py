"""Defines the array types that modules and tasks exchange. Between tasks an array is .npy bytes, never a pickle."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.str_]
"""Fixed-width unicode."""
Content = bytes | memoryview
"""Of a file. What is large is looked at where it lies."""
NPY_HEADER_BYTES = 65_545
"""That the first format of .npy has before the array, at most."""


def to_npy(array: NDArray[np.generic]) -> bytes:
    """The array as an .npy file, as np.save writes it, in a tenth of the time; raises ValueError for an array of
    Python objects."""
    if array.dtype.hasobject:
        raise ValueError("an array of Python objects is pickled, and no pickle is read")
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    content = np.ascontiguousarray(array.T if array.flags.fnc else array)
    return b"".join((header.getvalue(), content.data))


def from_npy(content: bytes) -> NDArray[np.generic]:
    """The array in an .npy file; raises ValueError for anything else, a pickle included."""
    array: NDArray[np.generic] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return array


def view_of_npy(content: Content) -> NDArray[np.generic]:
    """The same without a copy, to be read alone: for what is large and is looked at once."""
    file = io.BytesIO(content[:NPY_HEADER_BYTES])
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another format of .npy than NumPy writes for a plain array")
    shape, is_by_column, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError("no plain array")
    count = int(np.prod(shape))
    found = np.frombuffer(content, dtype=dtype, count=count, offset=file.tell()) if count else np.empty(0, dtype)
    return found.reshape(shape, order="F" if is_by_column else "C")
