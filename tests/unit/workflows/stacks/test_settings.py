"""The settings of a stage are read as a whole, and a slip in one is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.errors import DeploymentFailed
from chalicelib.settings import StageSettings
from workflows.stacks.settings import CONFIG, stage_settings

ROOT = Path(__file__).parents[4]


def project(folder: Path, **variables: str) -> Path:
    (folder / ".chalice").mkdir()
    config = {"stages": {"prod": {"environment_variables": {"NIGHTSWAP_STAGE": "prod", **variables}}}}
    (folder / CONFIG).write_text(json.dumps(config))
    return folder


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
        DeploymentFailed, match=r"sets NIGHTSWAP_LATENCY, which nothing reads: .*NIGHTSWAP_LATENCY_MS"
    ):
        stage_settings("prod", root=project(tmp_path, NIGHTSWAP_LATENCY="250"))


def test_bad_value_is_refused_with_the_place_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=r"stage prod in \.chalice/config\.json: NIGHTSWAP_XRAY is 'yes'"):
        stage_settings("prod", root=project(tmp_path, NIGHTSWAP_XRAY="yes"))
