"""The committed definition is what its source says, and those who only read it need no SDK."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.errors import RenderingFailed
from workflows.cli.main import group
from workflows.definitions.rendering import ALGORITHMS, BOTH, BUILT_INS, TUNER, golden, rendered

ROOT = Path(__file__).parents[3]


def environment(root: Path, *, script: str) -> Path:
    python = root / ".venv-definitions" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return root


def test_golden_definition_is_what_the_source_renders() -> None:
    assert rendered(ROOT) == golden(), "run `make render` and look at the difference"


@pytest.mark.parametrize(("arguments", "printed"), [([], golden()), (["--check"], "")], ids=["print", "check"])
def test_command_prints_what_is_committed_or_finds_nothing_wrong_with_it(arguments: list[str], printed: str) -> None:
    result = CliRunner().invoke(group, ["render", *arguments])

    assert (result.exit_code, result.output) == (0, printed)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_command_prints_the_machine_with_an_algorithm_of_sagemakers(algorithm: str) -> None:
    result = CliRunner().invoke(group, ["render", "--engine", "sagemaker", "--algorithm", algorithm])

    assert (result.exit_code, result.output) == (0, golden(BUILT_INS))


@pytest.mark.parametrize(("more", "engine"), [([], TUNER), (["--algorithm", "xgboost"], BOTH)])
def test_command_prints_the_machine_with_sagemakers_tuner(more: list[str], engine: str) -> None:
    result = CliRunner().invoke(group, ["render", "--engine", "sagemaker", "--tuner", *more])

    assert (result.exit_code, result.output) == (0, golden(engine))


@pytest.mark.parametrize("option", [["--algorithm", "linear-learner"], ["--tuner"]])
def test_what_is_of_sagemaker_is_refused_without_it(option: list[str]) -> None:
    result = CliRunner().invoke(group, ["render", *option])

    assert result.exit_code == 2
    assert f"{option[0]} is of --engine sagemaker" in result.output


def test_rendering_is_silent_and_needs_neither_region_nor_credentials(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(ROOT / ".venv-definitions/bin/python"), "-m", "workflows.definitions.render"],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert (done.stdout, done.stderr) == (golden(), "")


def test_missing_environment_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(RenderingFailed, match="make setup-all"):
        rendered(tmp_path)


def test_failed_rendering_shows_what_the_process_said(tmp_path: Path) -> None:
    root = environment(tmp_path, script="echo ContractBroken: train lacks run >&2; exit 1")

    with pytest.raises(RenderingFailed, match="ContractBroken: train lacks run"):
        rendered(root)


def test_definition_of_a_clone_is_rendered_in_the_clone(tmp_path: Path) -> None:
    root = environment(tmp_path, script="pwd; echo $@")

    assert rendered(root).splitlines() == [str(root), "-m workflows.definitions.render lambda lambda"]


def test_rendering_that_hangs_is_ended(tmp_path: Path) -> None:
    root = environment(tmp_path, script="exec sleep 60")

    with pytest.raises(RenderingFailed, match="took more than"):
        rendered(root, timeout_seconds=0.2)


@pytest.mark.parametrize("module", ["checker", "diagram", "rendering", "functions", "asl"])
def test_module_needs_no_sdk(module: str) -> None:
    code = (
        f"import sys, workflows.definitions.{module}\n"
        "sys.exit(sorted({'stepfunctions', 'sagemaker'} & set(sys.modules)) != [])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False)

    assert done.returncode == 0
