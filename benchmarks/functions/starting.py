"""A contender in a process of its own, under Lambda's own runtime client and emulator: cold, or kept warm."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cold_start import ENVIRONMENT, ROOT
from benchmarks.functions.contenders import Contender
from workflows.local.environment import HOST
from workflows.packaging.emulated import EmulatedFunction, emulator

PATH = "/2015-03-31/functions/function/invocations"


class WrongAnswer(Exception):
    """A contender does not answer what its model says: its time would mean nothing."""


def cold_ms(contender: Contender, *, python: Path, log: Path) -> float:
    """From the start of the emulator and its worker to the first answer."""
    begun = time.perf_counter()
    with started(contender, python=python, log=log) as function:
        answer = function.invoke(contender.event)
        taken = 1e3 * (time.perf_counter() - begun)
    checked(contender, answer)
    return taken


def started(contender: Contender, *, python: Path, log: Path) -> EmulatedFunction:
    return EmulatedFunction(
        emulator=emulator(ROOT),
        python=python,
        handler=contender.handler,
        path=contender.path,
        log=log,
        environment={**ENVIRONMENT, **contender.environment},
    )


def checked(contender: Contender, answer: Any) -> None:
    try:
        right = contender.is_right(answer)
    except (KeyError, TypeError):
        right = False
    if not right:
        raise WrongAnswer(f"{contender.name}: {answer}")


class Warm:
    """A started contender that is asked over one kept connection."""

    def __init__(self, contender: Contender, port: int) -> None:
        self.contender = contender
        self._connection = http.client.HTTPConnection(HOST, port)
        self._body = json.dumps(contender.event).encode()

    def ask(self) -> bytes:
        self._connection.request("POST", PATH, self._body, {"Content-Type": "application/json"})
        return self._connection.getresponse().read()

    def times_ms(self, calls: int) -> list[float]:
        """Of so many calls, one after the other; the last answer is checked."""
        found, answer = [], b""
        for _ in range(calls):
            begun = time.perf_counter()
            answer = self.ask()
            found.append(1e3 * (time.perf_counter() - begun))
        checked(self.contender, json.loads(answer))
        return found

    def close(self) -> None:
        self._connection.close()


@contextmanager
def warm(contender: Contender, *, python: Path, log: Path) -> Iterator[Warm]:
    with started(contender, python=python, log=log) as function:
        checked(contender, function.invoke(contender.event))
        asked = Warm(contender, function.port)
        try:
            yield asked
        finally:
            asked.close()
