"""Erases files: removes their rows wherever they lie, and records for good what was removed.

    record the erasure -> take the files out of the data set -> is a run going? -> take rows out of documents
        -> delete what holds rows itself -> older versions, intermediates -> record where the rows were looked up
        -> all versions of the files, last

Until the last step the files still tell which rows are theirs, so a repetition after a crash goes on where it was.
The live model goes on serving throughout: nothing here touches an alias.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.edges.object_versions import ObjectVersion
from chalicelib.errors import CommandFailed, RequestConflict
from chalicelib.evidence.erasures import ErasedObject, ErasedPart, Erasure, Erasures, LookedUp
from chalicelib.promotion.lease import Lease
from chalicelib.pruning import pruning_plan
from chalicelib.registry import registry
from chalicelib.registry.pin import Pin
from workflows.checking.same_content import Progress
from workflows.data_set import lineage
from workflows.data_set.batches import holding, transforms
from workflows.data_set.erasing_plan import Affected, Plan
from workflows.data_set.quoting import Outside

REPEAT = "repeat the command; what is deleted stays deleted"


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What went. `spared` came to be live or pinned after the plan was made, and holds rows."""

    object_versions: int
    documents: int
    rows: int
    model_versions: tuple[int, ...]
    spared: tuple[int, ...]


def carry_out(outside: Outside, plan: Plan, *, progress: Progress) -> Erased:
    """Take what the plan names. Repeating it is harmless.

    Raises RequestConflict while a run of the model or a batch of these rows is going, or when a run went on while the
    plan was made, before anything is taken or after the files left the data set; CommandFailed when a document
    changes meanwhile.
    """
    edges, model = outside.edges, plan.model
    _refuse_while_running(outside, plan)
    _tell(outside, plan)
    for each in plan.files:
        for key in (layout.dataset(model, each), layout.removed(model, each)):
            if edges.store.find(key) is not None:
                edges.store.delete(key)
    _refuse_while_running(outside, plan)  # one that listed the data set before reads the file that was in it
    for done, rewrite in enumerate(plan.rewrites):
        progress("taking rows out of documents", done, len(plan.rewrites))
        if not edges.store.put_if_match(rewrite.key, rewrite.after, etag=rewrite.etag):
            raise CommandFailed(f"{rewrite.key} changed in this moment: {REPEAT}")
    going = [each for each in plan.affected if each.goes]
    gone = [each.model_version for each in going if _take(outside, each, plan)]
    spared = tuple(each.model_version for each in going if each.model_version not in gone)
    kept = tuple(layout.version(model, number) for number in spared)
    wiped = [each for each in plan.wiped if not (kept and each.key.startswith(kept))]
    progress("deleting older versions", 0, len(wiped))
    outside.versions.delete(wiped)
    _tell_where_looked_up(outside, plan)
    objects = list(_all_versions(outside, plan))
    outside.versions.delete(objects)
    return Erased(
        object_versions=len(wiped) + len(objects),
        documents=len(plan.rewrites),
        rows=sum(each.rows for each in plan.rewrites),
        model_versions=tuple(gone),
        spared=spared,
    )


def _refuse_while_running(outside: Outside, plan: Plan) -> None:
    """A run, or a batch, may hold the rows in its memory, and write them down when nobody looks for them any more."""
    holding.refuse_while_scored(outside.edges, plan.batches.batches)
    transforms.refuse_while_scored(outside.transforms, plan.batches.transforms, stage=outside.stage)
    holder = Lease(outside.edges, plan.model).running_holder()
    if holder is not None:
        raise RequestConflict(
            f"run {holder} of {plan.model} is going, and may be reading {listed(plan.files)}: stop it with nightswap"
            f" stop {holder}, or wait for its end; then {REPEAT}"
        )
    new = lineage.documented(outside.edges, model=plan.model) - plan.documented
    if new:
        run = lineage.run_of(min(new)[0])
        raise RequestConflict(f"run {run} of {plan.model} went on while this was prepared: {REPEAT}")


def _tell(outside: Outside, plan: Plan) -> None:
    """Record what is about to be deleted, unless an earlier try recorded all of it."""
    objects = [
        ErasedObject(key=each.key, version_id=each.version_id, etag=each.etag, sha256=plan.sha256[each.etag])
        for each in plan.objects
        if each.etag in plan.sha256
    ]
    parts = list(_parts(outside, plan))
    told = Erasures(outside.edges, plan.model)
    known = [item for each in told.entries() for item in (*each.objects, *each.parts)]
    if any(each not in known for each in (*objects, *parts)):
        told.keep(Erasure(**plan.note, objects=tuple(objects), parts=tuple(parts)))


def _tell_where_looked_up(outside: Outside, plan: Plan) -> None:
    """Who erases the file again asks no content that is about to go, unless a run came since that read it."""
    erasures = Erasures(outside.edges, plan.model)
    now = LookedUp(files=plan.note["files"], etags=sorted(plan.sha256), runs=sorted(plan.runs))
    if plan.sha256 and not any(now.is_told_by(each) for each in erasures.looked_up()):
        erasures.keep_looked_up(now)


def _parts(outside: Outside, plan: Plan) -> Iterator[ErasedPart]:
    for rewrite in plan.rewrites:
        if rewrite.model_version is not None:
            yield ErasedPart(
                model_version=rewrite.model_version,
                name=rewrite.key.rpartition("/")[2],
                was=sha256_of(rewrite.before),
                left=sha256_of(rewrite.after),
                rows=rewrite.rows,
            )
    for each in (each for each in plan.affected if each.goes):
        for key in each.keys:
            stored = outside.edges.store.find(key)
            if stored is not None:
                yield ErasedPart(
                    model_version=each.model_version,
                    name=key.rpartition("/")[2],
                    was=sha256_of(stored.body),
                    left=None,
                    rows=None,
                )


def _take(outside: Outside, version: Affected, plan: Plan) -> bool:
    """Take a version that holds rows out of Lambda and out of the registry, as pruning does.

    False when it came to be live or pinned after the plan was made: whoever moves the alias from the mark on sees it.
    """
    edges, model, number = outside.edges, plan.model, version.model_version
    note = plan.note
    mark = registry.Pruned(at=note["at"], who=note["who"], files=note["files"])
    registry.mark_pruned(edges, mark, model=model, model_version=number)
    pinned = Pin(edges, model).find()
    serving = pruning_plan.serving_now(edges, model=model)
    wanted = {*serving, *([pinned.model_version] if pinned else [])}
    code_sha256 = registry.manifest(edges, model=model, model_version=number).code_sha256
    published = [each for each in edges.functions.versions(model) if each.code_sha256 == code_sha256]
    gone = number not in wanted and all(
        edges.functions.delete_version(model, each.function_version) for each in published
    )
    if not gone:
        if edges.store.find(layout.version(model, number, registry.PACKAGE)):  # else an earlier try deleted it
            edges.store.delete(layout.version(model, number, registry.PRUNED))
        return False
    kept = outside.versions.list(layout.version(model, number))
    outside.versions.delete([each for each in kept if each.key in version.keys])
    return True


def _all_versions(outside: Outside, plan: Plan) -> Iterator[ObjectVersion]:
    """Of the files, with the marks of their deletion; another file that came under the name meanwhile shows again."""
    named = {each.version_id for each in plan.objects}
    for each in plan.files:
        for key in (layout.dataset(plan.model, each), layout.removed(plan.model, each)):
            for version in outside.versions.list(key):
                if version.key == key and (version.is_mark or version.version_id in named):
                    yield version


def sha256_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
