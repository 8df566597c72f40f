"""Checks the stage's entry in `.chalice/config.json`: variables, policy files, tags, and the stage's recipes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.cutting import listed
from chalicelib.errors import DeploymentFailed
from chalicelib.names import APP
from chalicelib.settings.api import ApiSettings
from workflows.doctor.finding import Finding, error, ok
from workflows.doctor.machine.recipe_files import check_recipe_files
from workflows.stacks.settings import CONFIG, setting_problems, stage_entry

DEFAULT_MODEL = "NIGHTSWAP_DEFAULT_MODEL"


def check_settings(stage: str, *, root: Path) -> Iterator[Finding]:
    """What Chalice and the app would read of the stage."""
    try:
        entry = stage_entry(stage, root=root)
    except DeploymentFailed as exc:
        yield error(
            exc.message, where=f"stage {stage}", way_out="name a stage that is there with --stage, or mend the file"
        )
        return
    wrong = [
        error(each, where=f"{CONFIG}: stages.{stage}", way_out="correct the values")
        for each in setting_problems(stage, entry)
    ]
    findings = wrong or [*_policies(entry, root=root), *_tags(stage, entry)]
    yield from findings or [ok(f"the settings of stage {stage} are in order", where=CONFIG)]


def is_configured(stage: str, *, root: Path) -> bool:
    """Whether the stage has an entry that can be read."""
    try:
        stage_entry(stage, root=root)
    except DeploymentFailed:
        return False
    return True


def check_recipes(
    stage: str, *, root: Path, models: Sequence[str], load: Callable[[str], object], problems: Sequence[str]
) -> Iterator[Finding]:
    """That each recipe can be loaded and served, what looks like one is one, and the default model has one."""
    yield from check_recipe_files(models, load=load, problems=problems)
    default = default_model(stage, root=root)
    if default not in models:
        way_out = f"set it to one of {listed(models)}, or add a recipe"
        yield error(f"is {default!r}, which has no recipe", where=f"{CONFIG}: {DEFAULT_MODEL}", way_out=way_out)


def default_model(stage: str, *, root: Path) -> str:
    """The model of a request that names none: the stage's, or the default where its entry cannot be read."""
    entry = stage_entry(stage, root=root) if is_configured(stage, root=root) else {}
    return str(entry.get("environment_variables", {}).get(DEFAULT_MODEL, ApiSettings.default_model))


def _policies(entry: Mapping[str, Any], *, root: Path) -> Iterator[Finding]:
    others: dict[str, Mapping[str, Any]] = {"authorize": {}, "nightly": {}} | entry.get("lambda_functions", {})
    entries = {"the stage": entry, **others}
    for owner, each in entries.items():
        file = each.get("iam_policy_file")
        if file is None:
            what = f"{owner} names no iam_policy_file: Chalice would guess a policy"
            yield error(what, where=CONFIG, way_out="name one, as the other stages do")
        elif not _is_json(root / ".chalice" / file):
            what = f"the policy file of {owner} is missing or no JSON"
            yield error(what, where=f".chalice/{file}", way_out="write it as the other stages have it")


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return True


def _tags(stage: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    wanted = {f"{APP}:app": APP, f"{APP}:stage": stage}
    if not entry.get("tags", {}).items() >= wanted.items():
        what = f"stage {stage} does not tag its functions with {json.dumps(wanted)}"
        yield error(
            what, where=CONFIG, way_out="add these tags: nightswap destroy finds the stage's resources by them"
        )
