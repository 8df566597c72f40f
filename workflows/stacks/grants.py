"""Lists in a table what each function of the pipeline may do. Everything that is not in it is denied."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import layout, names
from chalicelib.registry import registry

# Patterns of keys. A `*` stands for a model's, a run's or a file's name: none is known when the stack is made.
DATASETS = f"{layout.DATASETS}*"
WORK = f"{layout.WORK}*"
PARTS = f"{layout.PARTS}*"
IMPORTS = f"{layout.IMPORTS}*"
ROW_ANSWERS = f"{layout.ROW_ANSWERS}*"
RUNS = f"{layout.RUNS}*"
"""All documents of all runs: one pattern for the many that they read keeps the template
short."""
SIDES = layout.side("*", "*").removesuffix(".json")
"""The records of both sides; and the rows that are new to the live version, which Evaluate alone reads."""
ANSWERS = layout.work("*", "answers/*")
ARTIFACT = layout.work("*", "model.*")
SAMPLE = layout.work("*", registry.REPLAY)
VERSIONS = f"{layout.versions('*')}*"
MANIFESTS = f"{VERSIONS}/{registry.MANIFEST}"
REJECTED = layout.rejected("*", "*").removesuffix("/")
JUDGED = layout.judged("*")
QUARANTINE = f"{layout.quarantined('*')}*"
LEFT_OUT = layout.quarantined_data("*")
PIN = layout.pin("*")
QUALITY = f"{layout.quality('*')}*"
WAITING = layout.waiting("*")
UNTOLD = f"{layout.untold('*')}*"
MOVES = f"{layout.MOVES}*"
BATCHES = f"{layout.BATCHES}*"
BATCH_RESULTS = f"{layout.BATCH_RESULTS}*"
LOCKS = layout.lease("*")
LEDGER = f"{layout.LEDGER}*"
EVIDENCE = f"{layout.EVIDENCE}*"
ERASED = f"{layout.ERASED}*"
EVIDENCE_AND_ERASED = EVIDENCE.replace("/", "*/")
QUARANTINE_AND_QUALITY = f"{layout.quality('*').removesuffix('lity/')}*"
"""Two in one: a short pattern keeps the template short."""


def documents(*names_of_documents: str) -> tuple[str, ...]:
    """The patterns of these documents of every run: a task writes its own, and cannot forge another's verdict.

    >>> documents("report", "outcome")
    ('runs/*/report.json', 'runs/*/outcome.json')
    """
    return tuple(layout.run_document("*", name) for name in names_of_documents)


def artifacts(model: str) -> str:
    """The pattern of the artifacts of a model's versions.

    >>> artifacts("digits")
    'models/digits/versions/*/model.*'
    """
    return f"{layout.versions(model)}*/{registry.ARTIFACT_STEM}*"


DECISIONS = documents("decision_*")
ANNOUNCED = documents("told*")
MOVE_TOLD = layout.move_told("*")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one task may do: patterns of keys in the stage's bucket, and actions on the stage's serving functions.

    A delete with If-Match needs `reads` of the key too, and a write with it is given the same; If-None-Match needs
    `writes` alone.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """What may be listed beside `reads`."""
    serving: tuple[str, ...] = ()
    asks_versions: bool = False
    """May invoke the numbered versions of the serving functions, as live traffic never does."""
    asks_for_metrics: bool = False
    """May read what CloudWatch counted, and ask the logs of the serving functions."""
    asks_for_runs: bool = False
    """May look up the executions of the state machine, to tell whether the holder of a lease still runs."""
    announces: bool = False
    """May publish to the stage's topic and to the account's event bus. In the name of RestoreAlias, Lambda tells the
    topic of failed asynchronous calls too."""


TASK_GRANTS = {
    "restore-alias": Grant(
        reads=(RUNS, MOVE_TOLD, VERSIONS, EVIDENCE, UNTOLD, LEDGER, LOCKS, WAITING),
        writes=(
            *documents("restore_alias", "restore_after_failure", "outcome"),
            *(*DECISIONS, *ANNOUNCED, MOVE_TOLD, UNTOLD, LEDGER, WAITING, QUARANTINE),
        ),
        deletes=(UNTOLD, LOCKS, WORK),
        lists=(WORK,),
        # It finishes the swap of a run that was committed to it and died, the model's very first one too.
        serving=("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias", "lambda:GetFunctionConfiguration"),
        asks_for_runs=True,
        announces=True,
    ),
    "preprocess": Grant(
        reads=(
            *(DATASETS, RUNS, VERSIONS, JUDGED, QUARANTINE_AND_QUALITY, PIN),
            *(WAITING, LEDGER, LOCKS, PARTS),
        ),
        # Its documents are preprocess, profile, dataset and data_left_out: short patterns keep the template short.
        writes=(*documents("p*", "data*"), SIDES, PARTS, WAITING, LOCKS, LEFT_OUT),
        serving=("lambda:GetAlias", "lambda:GetFunctionConfiguration"),
        asks_for_runs=True,
    ),
    "train": Grant(
        reads=(SIDES, PARTS, IMPORTS),
        writes=(*documents("train", "training"), ARTIFACT, ANSWERS),
    ),
    "evaluate": Grant(
        reads=(
            WORK,
            PARTS,
            *documents("profile", "training"),
            VERSIONS,
            QUARANTINE_AND_QUALITY,
            EVIDENCE_AND_ERASED,
            LEDGER,
        ),
        writes=(*documents("evaluate", "report"), ROW_ANSWERS, QUALITY, SAMPLE),
        serving=("lambda:GetAlias", "lambda:GetFunctionConfiguration"),
    ),
    "version-model": Grant(
        reads=(WORK, RUNS, VERSIONS, EVIDENCE),
        writes=(*documents("version_model"), VERSIONS, EVIDENCE),
        # UpdateFunctionCode publishes too, in the same call: PublishVersion is not needed.
        serving=("lambda:UpdateFunctionCode", "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction"),
    ),
    "replay": Grant(
        reads=(VERSIONS, QUARANTINE, *documents("waiting")),
        writes=(*documents("replay", "replayed", "waiting"), QUARANTINE),
        serving=("lambda:GetAlias", "lambda:GetFunctionConfiguration"),
        asks_versions=True,
    ),
    "shift-traffic": Grant(
        reads=(*documents("health_*"), *DECISIONS, VERSIONS, EVIDENCE, QUARANTINE, PIN, LEDGER, LOCKS),
        writes=(*documents("shift_traffic", "health_*"), *DECISIONS, QUARANTINE, JUDGED, LEDGER),
        serving=("lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetFunctionConfiguration"),
        asks_versions=True,
        asks_for_metrics=True,
    ),
    "swap-alias": Grant(
        reads=(RUNS, VERSIONS, EVIDENCE, QUARANTINE, PIN, LEDGER, LOCKS),
        writes=(*documents("swap_alias"), *DECISIONS, JUDGED, LEDGER),
        serving=("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias", "lambda:GetFunctionConfiguration"),
    ),
    "record-outcome": Grant(
        reads=(RUNS, VERSIONS, LEDGER, LOCKS, ARTIFACT, WAITING),
        writes=(*documents("record_outcome", "outcome"), *ANNOUNCED, UNTOLD, REJECTED, JUDGED, QUARANTINE, WAITING),
        deletes=(LOCKS, WORK),
        lists=(WORK,),
        announces=True,
    ),
    names.MOVE_ALIAS: Grant(
        reads=(MOVES, VERSIONS, EVIDENCE_AND_ERASED, QUARANTINE, PIN, WAITING, LEDGER, *documents("outcome")),
        writes=(MOVES, UNTOLD, QUARANTINE, PIN, WAITING, LEDGER),
        deletes=(QUARANTINE, PIN),
        # It publishes a version again that Lambda has lost, and tries it before it is live.
        serving=(
            *("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias", "lambda:UpdateFunctionCode"),
            *("lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction"),
        ),
        asks_versions=True,
        announces=True,
    ),
    names.PREDICT_BATCH: Grant(reads=(BATCHES, MANIFESTS), writes=(BATCH_RESULTS,), asks_versions=True),
}
"""By function, all of `chalicelib.names.PIPELINE`."""
