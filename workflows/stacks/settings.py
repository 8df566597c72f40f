"""Reads a stage's settings from `.chalice/config.json`, which also holds the settings of the app."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chalicelib.cutting import quoted
from chalicelib.errors import DeploymentFailed, SettingsInvalid
from chalicelib.names import APP
from chalicelib.settings import ApiSettings, StageSettings, load, schedule

CONFIG = ".chalice/config.json"
PREFIX = "NIGHTSWAP_"
DEFAULTS = StageSettings()
OF_EVERYBODY = ("lambda_timeout", "lambda_memory_size")
"""Chalice's settings that may stand once for all stages."""
NUMBERS = {"lambda_timeout": range(1, 29), "lambda_memory_size": range(128, 10_241)}
"""API Gateway gives up at 29 s. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
FIXED = {"version": "2.0", "app_name": APP, "autogen_policy": False}
"""Chalice's settings of the whole project that every name and every policy of a stage rests on."""
UNSEEN = {
    "log_retention_in_days": "set NIGHTSWAP_LOG_RETENTION_DAYS in its place",
    **dict.fromkeys(
        (
            *("api_gateway_policy_file", "api_gateway_endpoint_vpce", "api_gateway_custom_domain"),
            *("iam_role_arn", "manage_iam_role", "automatic_layer"),
        ),
        "leave it out, and set that beside nightswap",
    ),
}
"""Chalice's settings that no plan holds against what is there, each with the way out."""
KINDS = {"environment_variables": str, "tags": str, "lambda_functions": dict}
"""The types of the values in the stage's objects."""
NAMED = {str: 'strings, numbers too: "30"', dict: "objects"}


def stage_entry(stage: str, *, root: Path) -> dict[str, Any]:
    """What Chalice reads of the stage, everybody's settings among it; `root` is the project's folder.

    Raises DeploymentFailed where there is no such stage, or where the file cannot be read.
    """
    try:
        config = json.loads((root / CONFIG).read_text("utf-8"))  # as Chalice does, which takes no byte order mark
        stages, everybody = dict(config["stages"]), {key: config[key] for key in OF_EVERYBODY if key in config}
        entry = {**everybody, **stages[stage]} if stage in stages else None
    except OSError as exc:
        raise DeploymentFailed(f"{CONFIG} cannot be read: {exc.strerror}: restore it from git") from exc
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        where = f" (line {exc.lineno}: {exc.msg})" if isinstance(exc, json.JSONDecodeError) else ""
        raise DeploymentFailed(
            f"{CONFIG} is no JSON object with an object for each stage in its 'stages'{where}: correct it, or restore"
            " it from git"
        ) from exc
    if entry is None:
        there = f"expected one of {', '.join(stages)}, or add it there" if stages else "add it there"
        raise DeploymentFailed(f"there is no stage {stage!r} in {CONFIG}: {there} with its policy files")
    for problem in _refusals(stage, entry, config):
        raise DeploymentFailed(problem)
    return entry


def _refusals(stage: str, entry: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    """What no command may act on."""
    for key, wanted in FIXED.items():
        if (given := entry.get(key, config.get(key, wanted))) != wanted:
            yield (
                f"{key} in {CONFIG} is {quoted(str(given))}: expected {json.dumps(wanted)}, on which all names"
                " and policies rest"
            )
    for key, kind in KINDS.items():
        if not _is_object_of(entry.get(key, {}), kind):
            yield (
                f"{key} of stage {stage} in {CONFIG} is {quoted(str(entry[key]))}: expected a JSON object whose"
                f" values are {NAMED[kind]}"
            )
    given_to = {f"stage {stage}": entry, "all stages": config, **entry.get("lambda_functions", {})}
    for owner, given in given_to.items():
        for key in (each for each in UNSEEN if each in given):
            yield f"{key} of {owner} in {CONFIG} would change what no plan shows: {UNSEEN[key]}"


def known_variables() -> frozenset[str]:
    """The environment variables that a stage can set."""
    return frozenset(each.variable for kind in (ApiSettings, StageSettings) for each in kind.settings.values())


def setting_problems(stage: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """All that is wrong with the stage's entry, each with what was expected."""
    for key, accepted in NUMBERS.items():
        if type(number := entry.get(key, accepted.start)) is not int or number not in accepted:
            yield f"{key} is {number!r}: expected {accepted.start} to {accepted.stop - 1}"
    if (given := entry.get("api_gateway_stage", stage)) != stage:
        yield f"api_gateway_stage is {given!r}: expected {stage!r}, or the address of the API is another stage's"
    yield from _wrong_variables(stage, entry.get("environment_variables", {}))


def _is_object_of(found: object, kind: type) -> bool:
    return isinstance(found, Mapping) and all(isinstance(each, kind) for each in found.values())


def _wrong_variables(stage: str, given: Mapping[str, str]) -> Iterator[str]:
    known = known_variables()
    unknown = sorted(name for name in given if name.startswith(PREFIX) and name not in known)
    if unknown:
        yield f"sets {', '.join(unknown)}, which nothing reads: expected {', '.join(sorted(known))}"
    for read in (lambda: load(ApiSettings, given), lambda: load(StageSettings, given)):
        try:
            read()
        except SettingsInvalid as exc:
            yield exc.message
    if (named := given.get("NIGHTSWAP_STAGE", stage)) != stage:
        yield f"NIGHTSWAP_STAGE is {named!r}, and it would act on that stage: expected {stage!r}"


def stage_settings(stage: str, *, root: Path) -> StageSettings:
    """The settings of the stage's stacks; raises DeploymentFailed with all that is wrong with the stage's entry."""
    entry = stage_entry(stage, root=root)
    problems = list(setting_problems(stage, entry))
    if problems:
        raise DeploymentFailed(f"stage {stage} in {CONFIG}: {'; '.join(problems)}")
    return load(StageSettings, entry.get("environment_variables", {}))


def schedule_of(stage: str, *, root: Path) -> str:
    """When the stage's nightly retrain starts. Raises DeploymentFailed where there is no such stage, and
    SettingsInvalid for a schedule that EventBridge refuses."""
    return schedule(stage_entry(stage, root=root).get("environment_variables", {}))
