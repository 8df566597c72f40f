"""nightswap data erase: erases a file's rows wherever they lie, after a list of what that takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from chalicelib import layout
from chalicelib.cutting import amount, listed
from chalicelib.registry import models
from workflows import person
from workflows.cli.interruption import GOES_ON, told_when_interrupted
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.screen import console, counting, say, show_json, table
from workflows.cli.stage import Stage
from workflows.data_set import erasing, erasing_plan
from workflows.data_set.erasing import Erased
from workflows.data_set.erasing_plan import Affected, Plan
from workflows.data_set.quoting import Outside

STAYS = (
    "What was learned stays: weights, names of categories, and the figures of columns (least, median, largest)",
    "Out of reach: CloudWatch's logs until they expire, Step Functions' histories for 90 days, notices that were"
    " sent, and what you copied",
)


@click.command()
@click.argument("names", nargs=-1, required=True)
@model
@click.option("--yes", is_flag=True, help="Do it. Without it nothing is changed.")
@as_json
@on_stage
def erase(stage: Stage, *, names: tuple[str, ...], model: str, yes: bool, as_json: bool) -> None:
    """Erase files for good, wherever their rows lie; without --yes list what would go, and what that leaves.

    That is all versions of the files, in the data set and among what was removed; their rows in the replay samples
    and reports of versions and runs; what lies between the tasks of runs; stored batches that scored them; and a
    model that holds rows itself. The live model goes on serving. What went is told for good below evidence-erased/.
    """
    models.check(stage.edges, model=model)
    outside = Outside(stage.edges, stage.object_versions, stage.transforms, stage.name)
    with counting("reading") as progress:
        plan = erasing_plan.make(outside, names, model=model, who=person.name(), progress=progress)
    erased = None
    if yes and not plan.is_empty:
        with told_when_interrupted(GOES_ON), counting("erasing") as progress:
            erased = erasing.carry_out(outside, plan, progress=progress)
    held = tuple(each.model_version for each in plan.affected if each.holds_rows and each.is_needed)
    left = (*held, *(erased.spared if erased else ()))
    if as_json:
        show_json(_to_document(plan, erased, left=left))
    else:
        _show(plan, erased, left=left)
    sys.exit(1 if yes and left else 0)


def _show(plan: Plan, erased: Erased | None, *, left: tuple[int, ...]) -> None:
    for line in _lines(plan):
        say(line)
    if plan.affected:
        rows = [[each.model_version, _sample(each), each.examples, consequence(each)] for each in plan.affected]
        columns = ["model version", "rows to ask it for", "examples that go", "what it can do then"]
        table(f"versions of {plan.model} that were made of {listed(plan.files)}", columns, rows)
    for each in plan.affected:
        if each.why_every_row is not None:
            say(
                f"version {each.model_version} loses every row that it could be asked for, not the file's alone:"
                f" {each.why_every_row}"
            )
    for line in (*STAYS, *_left(plan, left)):
        say(line)
    if erased is not None:
        say(
            f"erased {listed(plan.files)} of {plan.model}: {amount(erased.object_versions, 'object version')},"
            f" {amount(erased.rows, 'row')} of {amount(erased.documents, 'document')}; whole model versions:"
            f" {listed(map(str, erased.model_versions))}"
        )
    elif plan.is_empty:
        say(f"nothing {'else ' if left else ''}is left of {listed(plan.files)}")
    else:
        console.print("nothing was changed; add --yes to erase it")


def _lines(plan: Plan) -> Iterator[str]:
    for name in plan.files:
        for key in (layout.dataset(plan.model, name), layout.removed(plan.model, name)):
            count = sum(each.key == key and not each.is_mark for each in plan.objects)
            if count:
                yield f"goes: {key}, {amount(count, 'version')}"
    documents = sum(each.model_version is None for each in plan.rewrites)
    yield f"goes: rows in {amount(documents, 'document')} of {amount(len(plan.runs), 'run')}"
    yield f"goes: {amount(len(plan.wiped), 'older version')} and intermediates"
    for name in plan.batches.files:
        yield f"goes: {name}, a file of batches"
    for name in (*plan.batches.batches, *plan.batches.transforms):
        yield f"goes: batch {name}, whole"
    for name in plan.same_rows:
        yield f"stays: {name}, which holds the same rows under another name: erase it too"


def _left(plan: Plan, left: tuple[int, ...]) -> Iterator[str]:
    for number in left:
        yield (
            f"version {number} holds rows itself, and is live or pinned: it stays. Make another one live (nightswap"
            f" retrain --model {plan.model}), then erase the file again. If the gate keeps this one,"
            " because the new one is worse, let the recipe say compare_with_champion=False for one run"
        )


def consequence(version: Affected) -> str:
    """Whether it can still serve, be put back, and be judged against."""
    if version.goes:
        return "goes whole, for it holds rows: it can never be live again"
    if version.is_pruned:
        return "pruned earlier: it can never be live again"
    judged = "a new model is judged against it as before"
    if version.serves:
        alone = "" if version.sample_left else "; its speed is not known to the replay of a new one"
        return f"goes on serving, restore puts it back, {judged}{alone}"
    if not version.sample_left:
        return "cannot be made live by hand: no row is left to ask it for"
    return "can be made live again: rows are left to ask it for"


def _sample(version: Affected) -> str:
    return f"{version.sample_left} of {version.sample_rows} stay"


def _to_document(plan: Plan, erased: Erased | None, *, left: tuple[int, ...]) -> dict[str, Any]:
    return {
        "model": plan.model,
        **plan.note,
        "objects": [
            {**asdict(each), "sha256": plan.sha256[each.etag]} for each in plan.objects if each.etag in plan.sha256
        ],
        "documents": [
            {"key": each.key, "rows": each.rows, "model_version": each.model_version} for each in plan.rewrites
        ],
        "older_versions": len(plan.wiped),
        "runs": list(plan.runs),
        "batches": [*plan.batches.batches, *plan.batches.transforms],
        "files_of_batches": list(plan.batches.files),
        "model_versions": [{**asdict(each), "goes": each.goes, "then": consequence(each)} for each in plan.affected],
        "same_rows": list(plan.same_rows),
        "left": list(left),
        "erased": None if erased is None else asdict(erased),
    }
