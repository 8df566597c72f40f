"""Puts what SageMaker wrote together: the lines of each chunk are those of its instances, in their order.

The file is read once more, for the numbers of its records, their lines, their true classes, and what could not be
read. So predictions, errors and tally are made of the same parts as those of a batch that a function scored.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from chalicelib import layout
from chalicelib.batches import batch_chunks
from chalicelib.batches.batch_documents import Tally
from chalicelib.edges import Edges
from chalicelib.edges.hosting.transform_jobs import NOT_WHOLE
from chalicelib.errors import CommandFailed, TransformFailed
from chalicelib.one_by_one import Answers
from workflows.local.state import whole_files
from workflows.transforming.transform_chunks import Chunk

ENDING = ".out"
"""That SageMaker puts behind the name of an object."""
WARNINGS = "warnings"
"""In the first prediction of each request's answer: those of all its records."""


def outputs(edges: Edges, batch: str) -> Mapping[str, str]:
    """The keys of what SageMaker wrote, by the names of the chunks, in whichever folder below the place of the
    outputs."""
    keys = [each.key for each in edges.store.list(layout.transform(batch, of="out"))]
    return {key.rpartition("/")[2].removesuffix(ENDING): key for key in keys if key.endswith(ENDING)}


def write(
    edges: Edges, chunks: Iterable[Chunk], *, batch: str, uploaded: Collection[str], beside: Path
) -> tuple[Tally, list[Path]]:
    """Write predictions, and errors where there are any, beside a file of that name; returns what there is to tell.

    Raises TransformFailed for a chunk whose lines are not those of its instances, and CommandFailed where the file is
    another one than was uploaded.
    """
    found = outputs(edges, batch)
    tally = Tally.none_yet(lines=0)
    files = [beside.with_name(f"{beside.name}.{what}.jsonl") for what in ("predictions", "errors")]
    beside.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        predictions, errors = (stack.enter_context(whole_files.growing(each)) for each in files)
        for chunk in chunks:
            answers = Answers({}, {}, [])
            if chunk.instances:
                if chunk.name not in uploaded:
                    raise CommandFailed(f"{beside.name} changed while it was scored: repeat the command")
                answers = _answers(edges, chunk, key=found[chunk.name])
            refused = batch_chunks.refusals(chunk.records, answers)
            predictions.write(batch_chunks.predictions_of(answers))
            errors.write(batch_chunks.errors_of(chunk.records, refused))
            tally = batch_chunks.counted(tally, list(chunk.records), answers, refused=len(refused))
    if not tally.refused:
        files.pop().unlink()
    return tally, files


def _answers(edges: Edges, chunk: Chunk, *, key: str) -> Answers:
    """Of the chunk, by the numbers of its records. What is not whole is deleted, so that a repetition scores it."""
    stored = edges.store.find(key)
    lines = [_line(each) for each in stored.body.splitlines() if each.strip()] if stored else []
    numbers = [each.number for each in chunk.records if each.instance is not None]
    if len(lines) != len(numbers) or None in lines:
        edges.store.delete(key)
        raise TransformFailed(
            f"what SageMaker wrote for chunk {chunk.number} (records {chunk.records[0].number:,} to"
            f" {chunk.records[-1].number:,}) has {sum(each is not None for each in lines):,} answers, expected"
            f" {len(numbers):,}: it was deleted; repeat the command, and this chunk is scored again",
            problem=NOT_WHOLE,
        )
    told = [(number, line) for number, line in zip(numbers, lines, strict=True) if line is not None]
    warnings = [each for _, line in told for each in line.pop(WARNINGS, ())]
    return Answers(
        {number: line for number, line in told if "Code" not in line},
        {number: line for number, line in told if "Code" in line},
        warnings,
    )


def _line(text: bytes) -> dict[str, Any] | None:
    """A prediction or a refusal; None for what is neither."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    is_answer = isinstance(found, dict) and ("Code" in found or "label" in found)
    return found if is_answer and _are_warnings(found.get(WARNINGS, [])) else None


def _are_warnings(found: Any) -> bool:
    """Whether these can be counted."""
    return isinstance(found, list) and all(
        isinstance(each, dict) and {"Code", "Field", "Message"} <= each.keys() and type(each.get("Count")) is int
        for each in found
    )
