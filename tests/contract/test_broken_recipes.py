"""A recipe that cannot be loaded or served stops the doctor and a deployment, in lines that say all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clone import Clone

BROKEN = "import math\n\nRECIPE = Recipe(\n    model='loans',\n"
SAID = "recipe loans cannot be used: lambdas/recipes/loans.py, line 3: SyntaxError: '(' was never closed"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Without AWS credentials or a region: whoever asked AWS anything would fail of that."""
    made = Clone(tmp_path)
    (made.folder / "lambdas" / "recipes" / "loans.py").write_text(BROKEN)
    return made


def test_deployment_is_refused_before_aws_is_asked(clone: Clone) -> None:
    done = clone.nightswap("deploy", "--stage", "prod")

    assert done.returncode == 1
    assert f"DeploymentFailed: {SAID}\nNothing was changed" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_says_it_in_the_same_words_and_goes_on(clone: Clone) -> None:
    done = clone.nightswap("doctor", "--stage", "prod")

    assert done.returncode == 1
    assert SAID.removeprefix("recipe loans ") in done.stdout
    assert "recipe kdd99-http: is valid, and its estimator can be served" in done.stdout
    assert "Traceback" not in done.stderr


def test_deployment_is_refused_for_what_no_fit_could_make_servable_and_for_a_misnamed_file(clone: Clone) -> None:
    folder = clone.folder / "lambdas" / "recipes"
    good = (folder / "kdd99_http.py").read_text()
    (folder / "loans.py").write_text(
        good.replace('"kdd99-http"', '"loans"')
        .replace("LogisticRegression()", "GaussianProcessClassifier()")
        .replace(
            "sklearn.linear_model import LogisticRegression",
            "sklearn.gaussian_process import GaussianProcessClassifier",
        )
    )
    (folder / "my-cars.py").write_text(good)

    done = clone.nightswap("deploy", "--stage", "prod")

    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == (
        "DeploymentFailed: recipes lambdas/recipes/my-cars.py defines RECIPE, and its name cannot be a model's: name"
        " it my_cars.py, with model='my-cars'"
    )
    assert lines[1] == "recipe loans cannot be used: the estimator has no exact form as a graph:"
    assert lines[2].startswith("  - GaussianProcessClassifier: ")
    assert lines[3].startswith("  - A graph can be ")
