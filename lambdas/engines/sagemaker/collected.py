"""Takes what a training job made into the run, as if Train had made it. Nothing of it is trusted or unpickled.

The archive may hold an artifact, the facts of the training, and the answers for each part of the holdout, each where
Train would write it; or the error that ended the training. Evaluate then holds artifact and answers together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from chalicelib import errors, layout
from chalicelib.contracts.training import Trained, TrainTask
from chalicelib.cutting import quoted
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, NightswapError
from chalicelib.layout import Place
from chalicelib.limits import CLASSES, PACKAGED_BYTES
from chalicelib.registry import run_documents
from chalicelib.registry.manifest import Training
from lambdas import answers
from lambdas.engines.sagemaker.job_archive import files_of
from lambdas.model import predictions
from lambdas.model.formats.all_formats import FORMATS
from lambdas.model.predictions import Answers
from lambdas.parts import Parts

ERROR = "error.json"
DOCUMENT_BYTES = 5_000_000
"""Of the facts of the training, and of an error."""
BYTES_OF_A_NUMBER = 8


Take = Callable[[Training], Training]


def collect(edges: Edges, task: TrainTask, *, key: str, take: Take = lambda training: training) -> Trained:
    """From the archive at `key`; `take` makes of the facts of its training those that are kept.

    Raises the error that ended the training, and ArtifactInvalid where the archive is gone or is no training's.
    """
    stored = edges.store.find(key)
    if stored is None:
        raise ArtifactInvalid(f"the training job left nothing at {key}: retrain again")
    with Parts(edges, task.holdout_uri, task="Train") as holdout:
        rows = {name: len(holdout.open(name)) for name in holdout.names}
    files = files_of(stored.body, most=_most(task.run, rows))
    if ERROR in files:
        raise _error(files[ERROR])
    training, artifact = _model(files, run=task.run)
    kept = take(training)
    answers_uri = answers.folder(edges, run=task.run)
    for part, expected in rows.items():
        answers.put(edges, answers_uri, _answers(files, run=task.run, part=part, rows=expected), part=part)
    key = layout.work(task.run, training.artifact.file if training.artifact else "")
    edges.store.put(key, artifact)
    run_documents.keep_training(edges, kept, run=task.run)
    return Trained(
        artifact_uri=str(Place(edges.store.bucket, key)),
        artifact_sha256=hashlib.sha256(artifact).hexdigest(),
        answers_uri=answers_uri,
    )


def _most(run: str, rows: Mapping[str, int]) -> dict[str, int]:
    """The names that the archive may hold, each with the most of its bytes."""
    most = {ERROR: DOCUMENT_BYTES, layout.run_document(run, "training"): DOCUMENT_BYTES}
    most |= {layout.work(run, each.file): PACKAGED_BYTES for each in FORMATS.values() if not each.layers}
    for part, of_part in rows.items():
        answered = DOCUMENT_BYTES + of_part * CLASSES * BYTES_OF_A_NUMBER
        most |= {_answer_key(run, part, file): answered for file in predictions.FILES}
    return most


def _error(document: bytes) -> NightswapError:
    """The error that ended the training: of its own class, where it is one of ours."""
    try:
        said = json.loads(document)
        kind, reason = leaves_by_name()[said["error"]], str(said["reason"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ArtifactInvalid("the training job left an error that cannot be read: see its log") from exc
    return kind(f"on SageMaker: {reason}")


def leaves_by_name() -> dict[str, type[NightswapError]]:
    """The errors that a state may end with."""
    return {name: getattr(errors, name) for name in errors.leaves()}


def _model(files: Mapping[str, bytes], *, run: str) -> tuple[Training, bytes]:
    """The facts of the training, and the artifact, which its own format could read."""
    key = layout.run_document(run, "training")
    if key not in files:
        raise ArtifactInvalid("the training job left no facts of a training: it was stopped before its end")
    training = Training.read(files[key], key=key)
    made = training.artifact
    form = FORMATS.get(made.format) if made else None
    if made is None or form is None or form.layers or made.file != form.file or made.layers:
        raise ArtifactInvalid(f"the training job made {quoted(made.format if made else 'nothing')}, which none makes")
    artifact = files.get(layout.work(run, made.file))
    if artifact is None:
        raise ArtifactInvalid(f"the training job left no {made.file}: it was stopped before its end")
    form.code().load(artifact)
    return training, artifact


def _answers(files: Mapping[str, bytes], *, run: str, part: str, rows: int) -> Answers:
    try:
        found = Answers.from_files({file: files[_answer_key(run, part, file)] for file in predictions.FILES})
    except (KeyError, ValueError) as exc:
        raise ArtifactInvalid(f"the training job left no whole answers for part {part} of the holdout") from exc
    if len(found) != rows:
        raise ArtifactInvalid(f"the training job answered {len(found):,} rows of part {part}: expected {rows:,}")
    return found


def _answer_key(run: str, part: str, file: str) -> str:
    return layout.work(run, f"answers/{part}/{file}")
