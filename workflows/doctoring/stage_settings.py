"""The stage's entry in `.chalice/config.json`: variables, policy files, tags, and the recipes that it serves."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.errors import SettingsInvalid
from chalicelib.names import APP
from chalicelib.settings import ApiSettings, StageSettings, load
from workflows.doctoring.finding import Finding, error, ok
from workflows.doctoring.recipe_files import check_recipe_files

FILE = ".chalice/config.json"
DEFAULT_MODEL = "NIGHTSWAP_DEFAULT_MODEL"


def check_settings(stage: str, *, root: Path) -> Iterator[Finding]:
    """What Chalice and the app would read of the stage."""
    try:
        config = json.loads((root / FILE).read_bytes())
    except (OSError, ValueError) as exc:
        yield error(f"cannot be read: {exc}", where=FILE, way_out="restore it from git")
        return
    if stage not in config.get("stages", {}):
        known = ", ".join(config.get("stages", {}))
        yield error(
            f"has no stage {stage!r}: expected one of {known}",
            where=FILE,
            way_out=f"name one of them with --stage, or add {stage!r} there with its policy files",
        )
        return
    entry = config["stages"][stage]
    findings = [*_variables(stage, entry), *_policies(entry, root=root), *_tags(stage, entry)]
    yield from findings or [ok(f"the settings of stage {stage} are in order", where=FILE)]


def is_configured(stage: str, *, root: Path) -> bool:
    """Whether the stage has an entry that can be read."""
    try:
        return stage in json.loads((root / FILE).read_bytes())["stages"]
    except (OSError, ValueError, KeyError):
        return False


def check_recipes(
    stage: str, *, root: Path, models: Sequence[str], load: Callable[[str], object]
) -> Iterator[Finding]:
    """That each recipe can be loaded, and the default model has one."""
    yield from check_recipe_files(models, load=load)
    default = _environment(root, stage).get(DEFAULT_MODEL, ApiSettings.default_model)
    if default not in models:
        way_out = f"set it to one of {', '.join(models)}, or add a recipe"
        yield error(f"is {default!r}, which has no recipe", where=f"{FILE}: {DEFAULT_MODEL}", way_out=way_out)


def _environment(root: Path, stage: str) -> Mapping[str, str]:
    try:
        stages = json.loads((root / FILE).read_bytes())["stages"]
    except (OSError, ValueError, KeyError):
        return {}
    found: Mapping[str, str] = stages.get(stage, {}).get("environment_variables", {})
    return found


def _variables(stage: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    given = entry.get("environment_variables", {})
    unknown = sorted(name for name in given if name.startswith("NIGHTSWAP_") and name not in known_variables())
    if unknown:
        yield error(
            f"stage {stage} sets {', '.join(unknown)}, which nothing reads",
            where=FILE,
            way_out=f"correct the name: known are {', '.join(sorted(known_variables()))}",
        )
    for read in (lambda: load(ApiSettings, given), lambda: load(StageSettings, given)):
        try:
            read()
        except SettingsInvalid as exc:
            yield error(exc.message, where=f"{FILE}: stages.{stage}", way_out="correct the values")
    if given.get("NIGHTSWAP_STAGE", stage) != stage:
        yield error(
            f"NIGHTSWAP_STAGE of stage {stage} is {given['NIGHTSWAP_STAGE']!r}: it would act on that stage",
            where=FILE,
            way_out=f"set it to {stage!r}",
        )


def known_variables() -> frozenset[str]:
    """The environment variables that a stage can set."""
    return frozenset(
        each.metadata["variable"] for kind in (ApiSettings, StageSettings) for each in dataclasses.fields(kind)
    )


def _policies(entry: Mapping[str, Any], *, root: Path) -> Iterator[Finding]:
    entries = {"the stage": entry, **entry.get("lambda_functions", {})}
    for owner, each in entries.items():
        file = each.get("iam_policy_file")
        if file is None:
            what = f"{owner} names no iam_policy_file: Chalice would guess a policy"
            yield error(what, where=FILE, way_out="name one, as the other stages do")
        elif not _is_json(root / ".chalice" / file):
            what = f"the policy file of {owner} is missing or no JSON"
            yield error(what, where=f".chalice/{file}", way_out="write it as the other stages have it")


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _tags(stage: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    wanted = {f"{APP}:app": APP, f"{APP}:stage": stage}
    if not entry.get("tags", {}).items() >= wanted.items():
        what = f"stage {stage} does not tag its functions with {json.dumps(wanted)}"
        yield error(what, where=FILE, way_out="add these tags: nightswap destroy finds the stage's resources by them")
