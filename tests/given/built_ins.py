"""Writes what SageMaker's own algorithms leave, byte by byte as their formats are documented.

The images are closed: what fits here in their place is scikit-learn's LogisticRegression, on the text that the job
would have read.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lambdas.model.arrays import Floats

VERSION_2 = 0xF993FAC9
FLOAT_32 = 0
PARAMETERS = "mx-mod-0000.params"


def array(numbers: NDArray[np.float32]) -> bytes:
    """As NDArray::Save writes a dense one, on the processor."""
    shape = struct.pack("<I", numbers.ndim) + struct.pack(f"<{numbers.ndim}q", *numbers.shape)
    return struct.pack("<Ii", VERSION_2, 0) + shape + struct.pack("<iii", 1, 0, FLOAT_32) + numbers.tobytes()


def parameters(arrays: Mapping[str, NDArray[np.float32]]) -> bytes:
    """As mx.nd.save writes a dict."""
    names = [name.encode() for name in arrays]
    return b"".join(
        [
            struct.pack("<QQ", 0x112, 0),
            struct.pack("<Q", len(arrays)),
            *map(array, arrays.values()),
            struct.pack("<Q", len(names)),
            *(struct.pack("<Q", len(name)) + name for name in names),
        ]
    )


def network(content: bytes) -> bytes:
    """The zip file with all that is in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("additional-params.json", "{}")
        archive.writestr("manifest.json", "{}")
        archive.writestr("mx-mod-symbol.json", "{}")
        archive.writestr(PARAMETERS, content)
    return packed.getvalue()


def linear_model(weights: Floats, biases: Floats) -> bytes:
    """`model_algo-1`"""
    return network(
        parameters(
            {"arg:fc0_weight": weights.astype(np.float32), "arg:fc0_bias": biases.astype(np.float32)},
        )
    )


def archived(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            opened.addfile(member, io.BytesIO(body))
    return packed.getvalue()


def read_rows(texts: Sequence[bytes]) -> tuple[Floats, NDArray[np.int64]]:
    """Features and classes of the text that the job reads, from all of its objects."""
    lines = [line.split(",") for text in texts for line in text.decode().splitlines()]
    numbers = np.array(lines, dtype=np.float64)
    return numbers[:, 1:], numbers[:, 0].astype(np.int64)


def linear_learner(texts: Sequence[bytes]) -> bytes:
    """The archive that a job leaves."""
    X, y = read_rows(texts)
    fitted = LogisticRegression().fit(X, y)
    return archived({"model_algo-1": linear_model(fitted.coef_, fitted.intercept_)})
