"""Each check of the machine on something healthy and on something broken, which it names with the way out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from chalicelib.errors import DeploymentFailed, RecipeInvalid
from workflows.doctor.finding import Severity, error, is_healthy, ok, refuse
from workflows.doctor.machine.environments import pins
from workflows.doctor.machine.recipe_files import check_recipe_files
from workflows.doctor.machine.requirements import check_requirements


def test_lock_with_a_version_for_each_python_pins_both() -> None:
    found = pins("numpy==2.3.5 ; python_version < '3.12' \\\nnumpy==2.4.0 ; python_version >= '3.12' \\\n")

    assert found["numpy"].versions == {"2.3.5", "2.4.0"}
    assert not found["numpy"].everywhere


def test_requirement_that_chalice_drops_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# ours\nrequests==2\nscipy\n")

    def build(folder: Path) -> str:
        with zipfile.ZipFile(folder / "deployment.zip", "w") as archive:
            archive.writestr("requests-2.0.dist-info/METADATA", "")
        return ""

    found = {each.severity: each.what for each in check_requirements(tmp_path, build=build)}

    assert "requests" in found[Severity.OK]
    assert "scipy" in found[Severity.ERROR]


def test_empty_requirements_are_not_built(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# nothing\n")

    assert is_healthy(check_requirements(tmp_path, build=lambda _: "must not be called"))


def test_file_that_only_looks_like_a_recipe_is_an_error() -> None:
    problem = "lambdas/recipes/my-loans.py is no"

    findings = list(check_recipe_files(["cars"], load=lambda _: None, problems=[problem]))

    assert findings == [
        error(problem, where="recipes", way_out="rename or correct it"),
        ok("is valid, and its estimator can be served", where="recipe cars"),
    ]


def test_deployment_with_a_broken_recipe_is_refused_and_names_every_one() -> None:
    def load(model: str) -> object:
        if model == "cars":
            return None
        raise RecipeInvalid(f"lambdas/recipes/{model}.py, line 3: no")

    refuse(check_recipe_files(["cars"], load=load, problems=()))
    with pytest.raises(DeploymentFailed) as raised:
        refuse(check_recipe_files(["boats", "cars", "loans"], load=load, problems=()))

    assert raised.value.message == (
        "recipe boats cannot be used: lambdas/recipes/boats.py, line 3: no\n"
        "recipe loans cannot be used: lambdas/recipes/loans.py, line 3: no\n"
        "Nothing was changed: correct that, and repeat the command"
    )
