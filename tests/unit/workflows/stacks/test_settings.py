"""The settings of a stage are read as a whole, and a slip in one is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import DeploymentFailed
from chalicelib.settings.stage import StageSettings
from workflows.stacks.settings import CONFIG, UNSEEN, stage_entry, stage_settings

ROOT = Path(__file__).parents[4]


def written(folder: Path, config: Any) -> Path:
    (folder / ".chalice").mkdir()
    (folder / CONFIG).write_text(json.dumps(config))
    return folder


def with_entry(folder: Path, **entry: Any) -> Path:
    variables = {"environment_variables": {"NIGHTSWAP_STAGE": "prod"}}
    return written(folder, {"lambda_memory_size": 512, "stages": {"prod": {**variables, **entry}}})


def project(folder: Path, **variables: str) -> Path:
    return with_entry(folder, environment_variables={"NIGHTSWAP_STAGE": "prod", **variables})


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_committed_stages_are_set_to_the_defaults(stage: str) -> None:
    assert stage_settings(stage, root=ROOT) == StageSettings()


def test_settings_of_the_stage_are_read(tmp_path: Path) -> None:
    root = project(tmp_path, NIGHTSWAP_LATENCY_MS="250", OTHER="x")

    assert stage_settings("prod", root=root) == StageSettings(latency_ms=250)


def test_unknown_stage_is_refused_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"no stage 'test' .* expected one of prod"):
        stage_settings("test", root=project(tmp_path))


def test_name_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DeploymentFailed, match=r": sets NIGHTSWAP_LATENCY, which nothing reads: .*NIGHTSWAP_LATENCY_MS"
    ):
        stage_settings("prod", root=project(tmp_path, NIGHTSWAP_LATENCY="250"))


def test_bad_value_is_refused_with_the_place_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"stage prod in \.chalice/config\.json: NIGHTSWAP_XRAY is 'yes'"):
        stage_settings("prod", root=project(tmp_path, NIGHTSWAP_XRAY="yes"))


def test_settings_of_everybody_are_the_stage_s_unless_it_has_its_own(tmp_path: Path) -> None:
    assert stage_entry("prod", root=with_entry(tmp_path))["lambda_memory_size"] == 512
    (tmp_path / "own").mkdir()
    assert stage_entry("prod", root=with_entry(tmp_path / "own", lambda_memory_size=256))["lambda_memory_size"] == 256


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            {"environment_variables": {"OTHER": "x", "NIGHTSWAP_LATENCY_MS": 250}},
            r"'NIGHTSWAP_LATENCY_MS' in environment_variables of stage prod in .* is '250': .* are strings, .*\"30\"",
        ),
        ({"environment_variables": ["A"]}, "environment_variables .* expected a JSON object"),
        ({"tags": {"a": None}}, "tags of stage prod .* are strings"),
        ({"lambda_functions": {"nightly": "x"}}, "lambda_functions .* are objects"),
        ({"lambda_memory_size": 64}, "lambda_memory_size is '64': expected 128 to 10240"),
        ({"lambda_memory_size": "512"}, "lambda_memory_size is .*512.*: expected 128 to 10240"),
        ({"lambda_memory_size": True}, "lambda_memory_size is 'True'"),
        ({"lambda_timeout": 30}, "lambda_timeout is '30': expected 1 to 28"),
        ({"lambda_timeout": None}, "lambda_timeout is 'None': expected 1 to 28"),
        ({"reserved_concurrency": "x"}, "reserved_concurrency is .*x.*: expected 0 to "),
        ({"reserved_concurrency": -1}, "reserved_concurrency is '-1': expected 0 to "),
        ({"minimum_compression_size": -1}, "minimum_compression_size is '-1': expected 0 to 10485760"),
        ({"minimum_compression_size": 10_485_761}, "minimum_compression_size is '10485761'"),
        ({"layers": "arn"}, "layers is .*arn.*: expected a list of at most 5 strings"),
        ({"layers": [7]}, "layers is .*7.*: expected a list"),
        ({"layers": ["a"] * 6}, "layers is .*: expected a list of at most 5"),
        ({"subnet_ids": ["a"]}, "subnet_ids and security_group_ids go together: expected both, or none"),
        ({"security_group_ids": ["a"]}, "subnet_ids and security_group_ids go together"),
        ({"api_gateway_endpoint_type": "PRIVATE"}, "api_gateway_endpoint_type is .*: expected REGIONAL or EDGE"),
        (
            {"lambda_functions": {"nightly": {"lambda_timeout": "x"}}},
            "nightly: lambda_timeout is .*: expected 1 to 900",
        ),
        ({"lambda_functions": {"nightly": {"lambda_timeout": 901}}}, "nightly: lambda_timeout is '901'"),
        (
            {"lambda_functions": {"authorize": {"lambda_timeout": 29}}},
            "authorize: lambda_timeout is '29': .* 1 to 28",
        ),
        (
            {"lambda_functions": {"authorize": {"subnet_ids": ["a"]}}},
            "authorize: subnet_ids and security_group_ids go",
        ),
        (
            {"lambda_functions": {"authorize": {"environment_variables": {"A": 1}}}},
            "'A' in environment_variables of authorize in .* is '1': expected a JSON object whose values are strings",
        ),
        (
            {
                "environment_variables": {"NIGHTSWAP_STAGE": "prod", "FOO": "x" * 4_000},
                "lambda_functions": {"authorize": {"environment_variables": {"BAR": "x" * 100}}},
            },
            "authorize: environment_variables have 4,125 bytes: expected at most 4,096",
        ),
        (
            {"environment_variables": {"NIGHTSWAP_STAGE": "prod", "FOO": "x" * 4_100}},
            "environment_variables have 4,122 bytes: expected at most 4,096",
        ),
        ({"api_gateway_stage": "live"}, "api_gateway_stage is 'live': expected 'prod'"),
        ({"environment_variables": {}}, "NIGHTSWAP_STAGE is missing"),
        ({"environment_variables": {"NIGHTSWAP_STAGE": "local"}}, "NIGHTSWAP_STAGE is 'local'.* expected 'prod'"),
    ],
)
def test_value_that_chalice_or_lambda_would_refuse_is_refused_first(
    tmp_path: Path, entry: dict[str, Any], words: str
) -> None:
    with pytest.raises(DeploymentFailed, match=words):
        stage_settings("prod", root=with_entry(tmp_path, **entry))


@pytest.mark.parametrize(
    "entry",
    [
        {"reserved_concurrency": 0, "minimum_compression_size": 10_485_760, "layers": ["a"] * 5},
        {"subnet_ids": ["a"], "security_group_ids": ["b"], "api_gateway_endpoint_type": "EDGE"},
        {"subnet_ids": ["a"], "security_group_ids": ["b"], "lambda_functions": {"authorize": {"subnet_ids": ["c"]}}},
        {"lambda_functions": {"nightly": {"lambda_timeout": 900}, "authorize": {"lambda_timeout": 28}}},
    ],
)
def test_what_chalice_and_lambda_take_is_taken(tmp_path: Path, entry: dict[str, Any]) -> None:
    assert stage_settings("prod", root=with_entry(tmp_path, **entry)) == StageSettings()


def test_option_of_all_stages_is_checked_too(tmp_path: Path) -> None:
    entry = {"environment_variables": {"NIGHTSWAP_STAGE": "prod"}}
    root = written(tmp_path, {"reserved_concurrency": "x", "stages": {"prod": entry}})

    with pytest.raises(DeploymentFailed, match=r"stage prod .*: reserved_concurrency is .*x"):
        stage_settings("prod", root=root)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    root = project(tmp_path, NIGHTSWAP_XRAY="yes", NIGHTSWAP_SCHEDULE="0 3 * * *", NIGHTSWAP_SHEDULE="x")

    with pytest.raises(DeploymentFailed) as refused:
        stage_settings("prod", root=root)

    assert all(
        name in refused.value.message for name in ("NIGHTSWAP_XRAY", "NIGHTSWAP_SCHEDULE", "NIGHTSWAP_SHEDULE")
    )


@pytest.mark.parametrize("config", [[], {}, {"stages": None}, {"stages": {"prod": 7}}, {"stages": {"prod": "ab"}}, 1])
def test_file_of_another_shape_is_refused(tmp_path: Path, config: Any) -> None:
    with pytest.raises(DeploymentFailed, match=r"\.chalice/config\.json is no JSON object .* 'stages': correct it"):
        stage_settings("prod", root=written(tmp_path, config))


def test_file_without_any_stage_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"no stage 'prod' in .*: add it there with its policy files"):
        stage_settings("prod", root=written(tmp_path, {"stages": {}}))


@pytest.mark.parametrize(
    ("key", "given"),
    [("app_name", "other"), ("app_name", None), ("version", 2), ("autogen_policy", True), ("autogen_policy", "no")],
)
def test_what_names_and_policies_rest_on_is_as_it_was(tmp_path: Path, key: str, given: Any) -> None:
    config = {"stages": {"prod": {"environment_variables": {"NIGHTSWAP_STAGE": "prod"}}}, key: given}

    with pytest.raises(DeploymentFailed, match=rf"{key} in \.chalice/config\.json is '{given}': expected "):
        stage_settings("prod", root=written(tmp_path, config))


@pytest.mark.parametrize("key", sorted(UNSEEN))
@pytest.mark.parametrize("owner", ["stage prod", "all stages", "authorize"])
def test_setting_whose_effect_no_plan_shows_is_refused_with_the_way_out(tmp_path: Path, key: str, owner: str) -> None:
    given = {key: "anything"}
    entry = {"lambda_functions": {"authorize": given if owner == "authorize" else {}}}
    of_stage, of_all = (given if owner == each else {} for each in ("stage prod", "all stages"))
    config = {"stages": {"prod": {**entry, **of_stage}}, **of_all}

    with pytest.raises(DeploymentFailed, match=rf"{key} of {owner} in .* no plan shows: {UNSEEN[key]}"):
        stage_settings("prod", root=written(tmp_path, config))


@pytest.mark.parametrize("content", ['\ufeff{"stages": {"prod": {}}}', "[" * 100_000])
def test_file_that_chalice_could_not_read_is_refused_first(tmp_path: Path, content: str) -> None:
    (written(tmp_path, {}) / CONFIG).write_text(content, "utf-8")

    with pytest.raises(DeploymentFailed, match="is no JSON object"):
        stage_settings("prod", root=tmp_path)


def test_file_that_is_no_json_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match="cannot be read: No such file"):
        stage_settings("prod", root=tmp_path)
    (written(tmp_path, {}) / CONFIG).write_text("{")
    with pytest.raises(DeploymentFailed, match="is no JSON object"):
        stage_settings("prod", root=tmp_path)
