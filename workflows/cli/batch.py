"""nightswap batch: has a file of instances scored, by a function or by SageMaker, and brings the predictions."""

from __future__ import annotations

import gzip
import hashlib
import io
import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from chalicelib import layout
from chalicelib.batches import batch_arrays, batch_limits, batch_reports, batch_requests, batch_results
from chalicelib.cutting import amount
from chalicelib.edges import Edges
from chalicelib.edges.pauses import growing
from chalicelib.errors import CommandFailed
from chalicelib.limits import BATCH_BYTES
from workflows import person
from workflows.cli import transforms
from workflows.cli.interruption import GOES_ON, told_when_interrupted
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.screen import counting, matrix, number, say, show_json, table
from workflows.cli.stage import Stage
from workflows.cli.transforms import Transform
from workflows.cli.watching import in_words
from workflows.local.state import whole_files
from workflows.transforming import transform_files

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.15, 2.0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@model
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the results; else that of FILE.",
)
@transforms.options
@as_json
@on_stage
def batch(
    stage: Stage, file: Path, model: str, folder: Path | None, as_json: bool, transform: Transform | None
) -> None:
    """Score every record of a FILE (.csv, .jsonl, gzip is fine, or .npy) on the version that is live.

    Writes FILE.predictions.jsonl, and FILE.errors.jsonl where records are refused. The same file on the same version
    is scored once: repeated, the command brings what there is. --transform has SageMaker score a file that is too
    large for a function, where the model has an endpoint.
    """
    transform_files.check(file)
    beside = (folder or file.parent) / file.name
    score = _scored if transform is None else transform.scored
    told, files = score(stage, file, model=model, beside=beside)
    if as_json:
        show_json({**told, "files": [str(each) for each in files]})
    else:
        _show(told, files)


def _scored(stage: Stage, file: Path, *, model: str, beside: Path) -> tuple[dict[str, Any], list[Path]]:
    """By a function."""
    key, content = _taken(file)
    edges = stage.edges
    wish = {"model": model, "bucket": edges.store.bucket, "key": key, "who": person.name()}
    with told_when_interrupted(GOES_ON), counting("scoring") as progress:
        edges.store.put_if_absent(key, content)
        name = batch_requests.ask(edges, stage.pipeline, **wish, attempt=secrets.token_hex(8))
        told = _ended(edges, name, progress)
        return told, [*_brought(edges, name, beside, told=told)]


def _taken(file: Path) -> tuple[str, bytes]:
    """Key and content; raises CommandFailed, ObjectUnreadable or BodyTooLarge before anything is sent."""
    batch_limits.check_bytes(file.stat().st_size, named=file.name)
    content = file.read_bytes()
    if file.suffix == ".npy":
        batch_limits.check_lines(batch_arrays.read(content, named=file.name).count, named=file.name, of="rows")
    else:
        batch_limits.check_lines(_lines(content, file), named=file.name)
    return f"{layout.BATCH_FILES}{hashlib.sha256(content).hexdigest()[:16]}/{file.name}", content


def _lines(content: bytes, file: Path) -> int:
    """How many; raises BodyTooLarge for a packed file that holds too many bytes, CommandFailed for a corrupt one."""
    if file.suffix != ".gz":
        return content.count(b"\n")
    try:
        text = gzip.GzipFile(fileobj=io.BytesIO(content)).read(BATCH_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise CommandFailed(f"{file.name} is a truncated or corrupt gzip file") from exc
    batch_limits.check_bytes(len(text), named=file.name)
    return text.count(b"\n")


def _ended(edges: Edges, name: str, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
    """The batch once it is done; raises CommandFailed for one that failed or stopped."""
    pace: Pace | None = None
    for pause in growing(FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS):
        told = batch_reports.describe(edges, name)
        if told["status"] == batch_reports.DONE:
            break
        if told["status"] == batch_reports.FAILED:
            raise CommandFailed(f"batch {name} failed: {told['reason']}")
        if told["status"] == batch_reports.STOPPED:
            raise CommandFailed(
                f"batch {name} stopped after {amount(told['records'], 'record')}: look into the log of"
                " predict-batch, then"
                " repeat the command, and it goes on from there"
            )
        pace = pace or Pace(edges.clock(), told["records"])
        progress(f"{pace.in_words(told, now=edges.clock())}, records", told["records"], told["records_about"])
        edges.sleep(pause)
    return told


@dataclass(frozen=True)
class Pace:
    """When, and at which record, somebody began to wait for a batch: it tells how long that takes."""

    begun_at: datetime
    records: int

    def in_words(self, told: Mapping[str, Any], *, now: datetime) -> str:
        """
        >>> pace, told = Pace(datetime(2026, 11, 21), 0), {"records": 0, "records_about": 9000, "seconds_about": 29.4}
        >>> pace.in_words(told, now=datetime(2026, 11, 21, 0, 0, 3))
        'after 3.0 s of about 29 s'
        >>> pace.in_words({**told, "records": 1000}, now=datetime(2026, 11, 21, 0, 0, 10))
        'after 10 s of about 1 min 30 s'
        >>> pace.in_words({**told, "seconds_about": None}, now=datetime(2026, 11, 21, 0, 0, 3))
        'after 3.0 s'
        """
        waited, scored = (now - self.begun_at).total_seconds(), told["records"] - self.records
        about = told["seconds_about"]
        if scored > 0:  # what it did is a better witness than the estimate that it began with
            about = waited * max(told["records_about"] - self.records, scored) / scored
        return (
            f"after {in_words(round(waited * 1000))}{f' of about {in_words(round(about * 1000))}' if about else ''}"
        )


def _brought(edges: Edges, name: str, file: Path, *, told: Mapping[str, Any]) -> Iterator[Path]:
    """Write the predictions beside the file, and the errors if there are any; yields what was written."""
    results = batch_results.read(edges, name, records=told["records"], refused=told["refused"])
    for what, lines in results.items():
        if lines or what == batch_results.PREDICTIONS:
            path = file.with_name(f"{file.name}.{what}.jsonl")
            path.parent.mkdir(parents=True, exist_ok=True)
            whole_files.write(path, lines)
            yield path


def _show(told: dict[str, Any], files: list[Path]) -> None:
    scored = told["records"] - told["refused"]
    say(
        f"{told['model']} version {told['model_version']}: {amount(scored, 'record')} scored,"
        f" {told['refused']:,} refused"
    )
    table("", ["predicted", "records"], [[label, f"{count:,}"] for label, count in sorted(told["labels"].items())])
    for each in told["warnings"]:
        say(f"{amount(each['Count'], 'time')}: {each['Message']}")
    if told["labelled"]:
        say(f"accuracy {number(told['accuracy'])} of {amount(told['labelled'], 'record')} with a label")
        classes = sorted({*told["matrix"], *told["labels"]})
        matrix("", classes, [[told["matrix"].get(true, {}).get(label, 0) for label in classes] for true in classes])
    for file in files:
        say(f"wrote {file}")


COMMANDS = (batch,)
