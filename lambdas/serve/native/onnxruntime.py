"""Runs graphs in onnxruntime by its interface for C, on one thread.

Its modules for Python need numpy, and load it and themselves in 110 ms of a core, where this takes 35 (measured with
onnxruntime 1.32.0 and numpy 2.4). So the library is all that a serving function has of it: no numpy.

The interface is a table of functions, which only grows: each keeps its place in all later versions.
Source: `struct OrtApi` of onnxruntime_c_api.h, https://onnxruntime.ai/docs/api/c/struct_ort_api.html
"""

# ruff: noqa: PTH208 - to load pathlib would take a tenth of a cold start

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Callable, Sequence
from ctypes import byref, c_char_p, c_double, c_float, c_int, c_int64, c_size_t, c_void_p
from functools import cache
from os import listdir

from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

PACKAGE = "onnxruntime"
API_VERSION = 18
"""The oldest that has all of these functions and operators; every later library answers for it too."""
PLACES: dict[str, tuple[int, tuple[Any, ...]]] = {
    "CreateEnv": (3, (c_int, c_char_p, c_void_p)),
    "CreateSessionFromArray": (8, (c_void_p, c_char_p, c_size_t, c_void_p, c_void_p)),
    "Run": (9, (c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p)),
    "CreateSessionOptions": (10, (c_void_p,)),
    "SetSessionLogSeverityLevel": (22, (c_void_p, c_int)),
    "SetIntraOpNumThreads": (24, (c_void_p, c_int)),
    "SetInterOpNumThreads": (25, (c_void_p, c_int)),
    "CreateTensorWithDataAsOrtValue": (
        49,
        (c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_int, c_void_p),
    ),
    "GetTensorMutableData": (51, (c_void_p, c_void_p)),
    "GetStringTensorDataLength": (53, (c_void_p, c_void_p)),
    "GetStringTensorContent": (54, (c_void_p, c_void_p, c_size_t, c_void_p, c_size_t)),
    "GetTensorElementType": (60, (c_void_p, c_void_p)),
    "GetTensorShapeElementCount": (64, (c_void_p, c_void_p)),
    "GetTensorTypeAndShape": (65, (c_void_p, c_void_p)),
    "CreateCpuMemoryInfo": (69, (c_int, c_int, c_void_p)),
}
"""Functions that answer with a status, which is nothing where all went well: their places in the table, and what they
take."""
CODE = 1
RELEASE_STATUS, RELEASE_SESSION, RELEASE_VALUE, RELEASE_SHAPE, RELEASE_OPTIONS = 93, 95, 96, 99, 100
"""Functions that answer otherwise, or not at all."""
CODES = (
    *("", "Fail", "InvalidArgument", "NoSuchFile", "NoModel", "EngineError", "RuntimeException", "InvalidProtobuf"),
    *("ModelLoaded", "NotImplemented", "InvalidGraph", "EPFail"),
)
FLOAT, STRING, DOUBLE = 1, 8, 11
"""Types of a tensor."""
NUMBERS = {FLOAT: c_float, DOUBLE: c_double}
FATAL = 4
"""The least severity that is logged."""


class GraphRefused(Exception):
    """onnxruntime cannot load or run the graph; its text is the kind of error."""


class Session:
    """A graph that is loaded. Raises GraphRefused; ModuleNotFoundError where the library is not."""

    _session = c_void_p()
    """Nothing to give back, until there is a session."""

    def __init__(self, graph: bytes) -> None:
        self._api, options, self._session = _api(), c_void_p(), c_void_p()
        self._api("CreateSessionOptions", byref(options))
        try:
            self._api("SetIntraOpNumThreads", options, 1)  # a small function has a share of one core
            self._api("SetInterOpNumThreads", options, 1)
            self._api("SetSessionLogSeverityLevel", options, FATAL)
            at = byref(self._session)
            self._api("CreateSessionFromArray", self._api.environment, graph, len(graph), options, at)
        finally:
            self._api.release(RELEASE_OPTIONS, options)

    def __del__(self) -> None:
        if self._session:
            self._api.release(RELEASE_SESSION, self._session)

    def run(
        self, rows: Sequence[Sequence[float]], *, named: str, labels: str, numbers: str
    ) -> tuple[list[str], list[float]]:
        """What the graph answers: texts, and numbers row by row. Raises GraphRefused, TypeError and ValueError."""
        laid = array("d", [number for row in rows for number in row])
        given, found = c_void_p(), (c_void_p * 2)()
        address, _ = laid.buffer_info()
        shape = (c_int64 * 2)(len(rows), len(laid) // max(1, len(rows)))
        size = len(laid) * laid.itemsize
        self._api(
            "CreateTensorWithDataAsOrtValue", self._api.memory, address, size, shape, len(shape), DOUBLE, byref(given)
        )
        names, wanted = (c_char_p * 1)(named.encode()), (c_char_p * 2)(labels.encode(), numbers.encode())
        try:
            self._api("Run", self._session, None, names, byref(given), 1, wanted, 2, found)
            return self._texts(c_void_p(found[0])), self._numbers(c_void_p(found[1]))
        finally:
            for value in (given, *map(c_void_p, found)):
                self._api.release(RELEASE_VALUE, value)

    def _texts(self, value: c_void_p) -> list[str]:
        kind, items = self._shape(value)
        if kind != STRING:
            raise GraphRefused("its labels are no texts")
        length = c_size_t()
        self._api("GetStringTensorDataLength", value, byref(length))
        content, begins = ctypes.create_string_buffer(length.value + 1), (c_size_t * (items + 1))()
        self._api("GetStringTensorContent", value, content, length.value, begins, items)
        begins[items] = length.value
        return [content.raw[begins[place] : begins[place + 1]].decode() for place in range(items)]

    def _numbers(self, value: c_void_p) -> list[float]:
        kind, items = self._shape(value)
        if kind not in NUMBERS:
            raise GraphRefused("its probabilities are no floats")
        address = c_void_p()
        self._api("GetTensorMutableData", value, byref(address))
        return list((NUMBERS[kind] * items).from_address(address.value or 0)) if items else []

    def _shape(self, value: c_void_p) -> tuple[int, int]:
        """The type of a tensor, and how many items it has."""
        shape, kind, items = c_void_p(), c_int(), c_size_t()
        self._api("GetTensorTypeAndShape", value, byref(shape))
        try:
            self._api("GetTensorElementType", shape, byref(kind))
            self._api("GetTensorShapeElementCount", shape, byref(items))
        finally:
            self._api.release(RELEASE_SHAPE, shape)
        return kind.value, items.value


class _Api:
    """The library, loaded once in a process."""

    def __init__(self, file: str) -> None:
        begin = ctypes.CDLL(file).OrtGetApiBase
        begin.restype = ctypes.POINTER(c_void_p)
        table = ctypes.CFUNCTYPE(c_void_p, ctypes.c_uint32)(begin()[0])(API_VERSION)
        self._table = ctypes.cast(table, ctypes.POINTER(c_void_p))
        self._calls: dict[str, Callable[..., int | None]] = {
            name: ctypes.CFUNCTYPE(c_void_p, *takes)(self._table[place]) for name, (place, takes) in PLACES.items()
        }
        self.environment, self.memory = c_void_p(), c_void_p()
        self("CreateEnv", FATAL, b"nightswap", byref(self.environment))
        self("CreateCpuMemoryInfo", 0, 0, byref(self.memory))

    def __call__(self, name: str, *given: object) -> None:
        """Raises GraphRefused."""
        status = self._calls[name](*given)
        if status:
            code = ctypes.CFUNCTYPE(c_int, c_void_p)(self._table[CODE])(status)
            self.release(RELEASE_STATUS, c_void_p(status))
            raise GraphRefused(CODES[code] if 0 <= code < len(CODES) else str(code))

    def release(self, place: int, what: c_void_p) -> None:
        """Give back what the library made, if it made it."""
        if what:
            ctypes.CFUNCTYPE(None, c_void_p)(self._table[place])(what)


@cache
def _api() -> _Api:
    return _Api(_library(sys.path))


def _library(folders: Sequence[str]) -> str:
    """The file in the first of these folders that has the package; raises ModuleNotFoundError."""
    for folder in folders:
        capi = f"{folder or '.'}/{PACKAGE}/capi"
        try:
            names = listdir(capi)
        except OSError:
            continue
        for name in names:
            if name.startswith(f"lib{PACKAGE}."):
                return f"{capi}/{name}"
    raise ModuleNotFoundError(f"No library of {PACKAGE}", name=PACKAGE)
