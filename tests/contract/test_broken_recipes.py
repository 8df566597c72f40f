"""A recipe that cannot be loaded stops the doctor and a deployment, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clone import Clone

BROKEN = "import math\n\nRECIPE = Recipe(\n    model='loans',\n"
SAID = "recipe loans cannot be loaded: lambdas/recipes/loans.py, line 3: SyntaxError: '(' was never closed"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Without AWS credentials or a region: whoever asked AWS anything would fail of that."""
    made = Clone(tmp_path)
    (made.folder / "lambdas" / "recipes" / "loans.py").write_text(BROKEN)
    return made


def test_deployment_is_refused_before_aws_is_asked(clone: Clone) -> None:
    done = clone.nightswap("deploy", "--stage", "prod")

    assert done.returncode == 1
    assert f"DeploymentFailed: {SAID}. Nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_says_it_in_the_same_words_and_goes_on(clone: Clone) -> None:
    done = clone.nightswap("doctor", "--stage", "prod")

    assert done.returncode == 1
    assert SAID.removeprefix("recipe loans ") in done.stdout
    assert "recipe kdd99-http: is valid" in done.stdout
    assert "Traceback" not in done.stderr
