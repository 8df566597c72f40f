"""Reads a stage's settings from `.chalice/config.json`, which also holds the settings of the app."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chalicelib.cutting import quoted
from chalicelib.errors import DeploymentFailed, SettingsInvalid
from chalicelib.names import APP
from chalicelib.settings.api import ApiSettings, schedule
from chalicelib.settings.reading import load
from chalicelib.settings.stage import StageSettings

CONFIG = ".chalice/config.json"
PREFIX = "NIGHTSWAP_"
DEFAULTS = StageSettings()
NUMBERS = {
    "lambda_timeout": range(1, 901),
    "lambda_memory_size": range(128, 10_241),
    "reserved_concurrency": range(2**31),
    "minimum_compression_size": range(10_485_761),
}
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, and UpdateRestApi."""
LISTS = {"layers": 5, "subnet_ids": 16, "security_group_ids": 5}
"""How many of each a function may have."""
NETWORK = ("subnet_ids", "security_group_ids")
OPTIONS = (*NUMBERS, *LISTS, "api_gateway_endpoint_type")
"""Chalice's settings that may stand once for all stages, for a stage, and but for the API's for a function of it."""
ANSWERING = range(1, 29)
"""Seconds of a function that answers a request: API Gateway gives up at 29."""
SCHEDULED = ("nightly",)
"""The functions of the app that answer none."""
VARIABLES_BYTES = 4_096
"""All variables of a function, names and values."""
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
        stages, everybody = dict(config["stages"]), {key: config[key] for key in OPTIONS if key in config}
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
    if misfits := [*_misfits(f"stage {stage}", entry)]:
        yield from misfits
        return
    for name, given in entry.get("lambda_functions", {}).items():
        yield from _misfits(name, given)
    given_to = {f"stage {stage}": entry, "all stages": config, **entry.get("lambda_functions", {})}
    for owner, given in given_to.items():
        for key in (each for each in UNSEEN if each in given):
            yield f"{key} of {owner} in {CONFIG} would change what no plan shows: {UNSEEN[key]}"


def _misfits(owner: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Values of an object that are of another type than Chalice takes."""
    for key, kind in KINDS.items():
        values = given.get(key, {})
        wrong = {key: values}
        if isinstance(values, dict):
            wrong = {f"{quoted(name)} in {key}": each for name, each in values.items() if not isinstance(each, kind)}
        for name, each in [*wrong.items()][:1]:
            yield (
                f"{name} of {owner} in {CONFIG} is {quoted(json.dumps(each))}: expected a JSON object whose values"
                f" are {NAMED[kind]}"
            )


def known_variables() -> frozenset[str]:
    """The environment variables that a stage can set."""
    return frozenset(each.variable for kind in (ApiSettings, StageSettings) for each in kind.settings.values())


def setting_problems(stage: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """All that is wrong with the stage's entry, each with what was expected."""
    of_all = [*_wrong_options(entry, seconds=ANSWERING)]
    yield from of_all
    for name, own in entry.get("lambda_functions", {}).items():
        variables = {**entry.get("environment_variables", {}), **own.get("environment_variables", {})}
        seconds = NUMBERS["lambda_timeout"] if name in SCHEDULED else ANSWERING
        found = _wrong_options({**entry, **own, "environment_variables": variables}, seconds=seconds)
        yield from (f"{name}: {each}" for each in found if each not in of_all)
    if (given := entry.get("api_gateway_stage", stage)) != stage:
        yield f"api_gateway_stage is {given!r}: expected {stage!r}, or the address of the API is another stage's"
    yield from _wrong_variables(stage, entry.get("environment_variables", {}))


def _wrong_options(given: Mapping[str, Any], *, seconds: range) -> Iterator[str]:
    for key, accepted in {**NUMBERS, "lambda_timeout": seconds}.items():
        if type(number := given.get(key, accepted.start)) is not int or number not in accepted:
            yield f"{key} is {quoted(repr(number))}: expected {accepted.start} to {accepted.stop - 1}"
    for key, most in LISTS.items():
        listed = given.get(key, [])
        if not (isinstance(listed, list) and all(isinstance(each, str) for each in listed) and len(listed) <= most):
            yield f"{key} is {quoted(repr(listed))}: expected a list of at most {most} strings"
    if bool(given.get("subnet_ids")) != bool(given.get("security_group_ids")):
        yield f"{' and '.join(NETWORK)} go together: expected both, or none"
    if (kind := given.get("api_gateway_endpoint_type", "REGIONAL")) not in ("REGIONAL", "EDGE"):
        yield f"api_gateway_endpoint_type is {quoted(repr(kind))}: expected REGIONAL or EDGE"
    sizes = (len(name.encode()) + len(each.encode()) for name, each in given.get("environment_variables", {}).items())
    if (size := sum(sizes)) > VARIABLES_BYTES:
        yield f"environment_variables have {size:,} bytes: expected at most {VARIABLES_BYTES:,}, as Lambda takes"


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
