"""A model that was trained on two files over two nights, and everything that quotes their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.registry import registry
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, going, outside, promote, report_of
from tests.given.present import present
from tests.given.serving_code import INSTANCES
from workflows.checking import same_content

FIRST, SECOND = "night-1.csv", "night-2.csv"
RUNS = [f"{MODEL}-2026112{number}T030000Z-abcdef" for number in (1, 2)]
EVEN, ODD = ([each["duration"] for each in INSTANCES if each["duration"] % 2 == part] for part in (0, 1))
"""The rows of the first file, and of the second."""
DATA = layout.dataset(MODEL, FIRST)
LATE = f"{MODEL}-20261123T030000Z-abcdef"
"""A run that begins while the first file is erased."""
PARTS = (layout.part(MODEL, 64 * "a"), layout.kept_parts(MODEL))
"""What Preprocess keeps of both files."""
ROW_ANSWERS = [layout.row_answers(MODEL, run) for run in RUNS]
"""What the versions answered to rows of both."""
OTHERS = layout.row_answers(MODEL, LATE)
"""What was answered to rows of other files."""
LEASE = {"holder": RUNS[1], "taken_at": "2026-11-26T03:00:00.000Z", "deadline": "2026-11-26T05:00:00.000Z"}


def csv(durations: Sequence[float]) -> bytes:
    return "\n".join(["duration,label", *(f"{each:g},normal" for each in durations), ""]).encode()


FILES = {FIRST: csv(EVEN), SECOND: csv(ODD)}


def quoting(run: str, *durations: float) -> dict[str, Any]:
    """A report that shows these rows."""
    answer = {"label": "normal", "probability": 0.5}
    shown = [
        {
            "row": number,
            "rows_alike": 1,
            "true": "normal",
            "challenger": answer,
            "champion": answer,
            "features": {"duration": each},
        }
        for number, each in enumerate(durations)
    ]
    return {**report_of(run), "differences": shown}


def add(night: FakeOutside, name: str, body: bytes) -> None:
    night.store.put(layout.dataset(MODEL, name), body)


def listed(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "etag": same_content.etag(FILES[name])} for name in names]


def read_by(night: FakeOutside, run: str, *names: str) -> None:
    """The documents of a run that read these files."""
    objects = [
        {"key": layout.dataset(MODEL, each["name"]), "etag": each["etag"], "size_bytes": 1} for each in listed(*names)
    ]
    night.store.put(layout.run_document(run, "dataset"), documents.encode(objects))
    night.store.put(layout.run_document(run, "report"), documents.encode(quoting(run, EVEN[2], ODD[2])))


def two_files(**beside: Any) -> FakeOutside:
    """Versions 1 and 2 were made of both files; version 2 is live."""
    night = outside()
    for name, body in FILES.items():
        add(night, name, body)
    for number, run in enumerate(RUNS, start=1):
        read_by(night, run, FIRST, SECOND)
        promote(
            night.edges,
            run=run,
            fingerprint=f"data-{number}",
            data=listed(FIRST, SECOND),
            report=quoting(run, EVEN[2], ODD[2]),
            **beside,
        )
        for name in ("train/numeric.npy", "replay.json"):
            night.store.put(layout.work(run, name), b"rows")
            night.store.delete(layout.work(run, name))
    for key in (*PARTS, *ROW_ANSWERS, *ROW_ANSWERS, OTHERS):
        night.store.put(key, b"rows")
    return night


def stage(**beside: Any) -> FakeStage:
    return FakeStage(two_files(**beside))


def erase(on: FakeStage, *arguments: str) -> dict[str, Any]:
    return cast(dict[str, Any], on.json("data", "erase", *arguments, "--json"))


def durations(night: FakeOutside, number: int) -> list[float]:
    """The rows that the registry has to ask a version for."""
    sample = present(registry.find_sample(night.edges, model=MODEL, model_version=number))
    return [each["duration"] for each in sample.instances]


def everything(night: FakeOutside) -> list[bytes]:
    """Every version of every object."""
    return [body for each in night.versions.list("") if (body := night.versions.read(each)) is not None]


def message(on: FakeStage, *arguments: str, by: type[Exception]) -> str:
    result = on.run("data", "erase", *arguments)
    assert isinstance(result.exception, by), result.output
    return str(result.exception)


def lines(on: FakeStage, *arguments: str) -> list[str]:
    return [" ".join(line.split()) for line in on.run("data", "erase", *arguments).output.splitlines()]


def lease_of(on: FakeStage) -> None:
    going(on.outside, RUNS[1])
    on.outside.store.put(layout.lease(MODEL), documents.encode(LEASE))
