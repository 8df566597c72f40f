"""What a stage is set to: read from `.chalice/config.json`, where the settings of the app stand too."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

from chalicelib.errors import DeploymentFailed, SettingsInvalid
from chalicelib.settings import ApiSettings, StageSettings, load

CONFIG = ".chalice/config.json"
PREFIX = "NIGHTSWAP_"
DEFAULTS = StageSettings()


def stage_settings(stage: str, *, root: Path) -> StageSettings:
    """The settings of the stage's stacks; `root` is the project's folder.

    Raises DeploymentFailed for a stage that is not there, for a value that is none, and for a name that nobody reads.
    """
    stages = json.loads((root / CONFIG).read_bytes())["stages"]
    if stage not in stages:
        raise DeploymentFailed(
            f"there is no stage {stage!r} in {CONFIG}: expected one of {', '.join(stages)}, or add it there with its"
            " policy files"
        )
    given = stages[stage].get("environment_variables", {})
    known = {each.metadata["variable"] for kind in (ApiSettings, StageSettings) for each in fields(kind)}
    unknown = sorted(name for name in given if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise DeploymentFailed(
            f"stage {stage} in {CONFIG} sets {', '.join(unknown)}, which nothing reads:"
            f" expected {', '.join(sorted(known))}"
        )
    try:
        return load(StageSettings, given)
    except SettingsInvalid as exc:
        raise DeploymentFailed(f"stage {stage} in {CONFIG}: {exc.message}") from exc
