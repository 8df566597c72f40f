"""Finds the batches that SageMaker transformed whose instances are rows that are to be erased."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from chalicelib import layout, names
from chalicelib.batches.batch_documents import TransformRequest
from chalicelib.edges import Edges
from chalicelib.edges.hosting.transform_jobs import TransformJobs
from chalicelib.errors import RequestConflict

Holds = Callable[[str, int], bool]
"""Whether an object of instances, which a version of the model read, has such a row, or cannot be read."""


def look(edges: Edges, keys: Collection[str], *, model: str, holds: Holds) -> Iterator[str]:
    """Those of the model, by name, among all keys of batches. One goes too whose request or whose instances are gone.

    What could not be read of the file was never sent, and lies nowhere here.
    """
    found = {
        key.removeprefix(layout.TRANSFORMS).partition("/")[0] for key in keys if key.startswith(layout.TRANSFORMS)
    }
    for name in sorted(each for each in found if each.rpartition("-")[0] == model):
        request = TransformRequest.find(edges.store, layout.transform(name, "request.json"))
        inputs = [key for key in keys if key.startswith(layout.transform(name, of="in"))]
        outputs = [key for key in keys if key.startswith(layout.transform(name, of="out"))]
        known = {key.rpartition("/")[2] for key in inputs}
        if (
            request is None
            or any(key.rpartition("/")[2].removesuffix(".out") not in known for key in outputs)
            or any(holds(key, request.model_version) for key in inputs)
        ):
            yield name


def refuse_while_scored(jobs: TransformJobs, batches: Sequence[str], *, stage: str) -> None:
    """Raises RequestConflict: a job has the rows, and would write what it makes of them."""
    for name in batches:
        for job in jobs.going(names.transform_job(stage, name, 0).removesuffix("0")):
            raise RequestConflict(
                f"transform job {job} is scoring these rows: wait for its end, or stop it by Ctrl-C of its command,"
                f" or by aws sagemaker stop-transform-job --transform-job-name {job}; then repeat the command"
            )
