"""`nightswap init`, from a file to a live model: in a local AWS of its own, and in the one that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clone import Clone, LocalUp
from tests.e2e.commands.test_readme import loans

RECIPE = Path("lambdas") / "recipes" / "my_loans.py"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "My loans.csv"
    made.write_text(loans())
    return made


def test_a_file_becomes_a_live_model_in_a_local_aws_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, file: Path
) -> None:
    clone = Clone(tmp_path_factory.mktemp("clone"))

    done = clone.nightswap("init", str(file), "--label", "paid", "--once")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrote lambdas/recipes/my_loans.py" in done.stdout
    assert "data: My loans.csv, as given" in done.stdout
    assert "live: my-loans version 1, function version 1" in done.stdout
    assert "GET /predict?model=my-loans&age=" in done.stdout
    assert '"label": ' in done.stdout
    assert (clone.folder / RECIPE).is_file()


def test_a_file_becomes_a_live_model_where_the_local_aws_runs_already(up: LocalUp, file: Path) -> None:
    only_written = up.clone.nightswap("init", str(file), "--label", "paid", "--no-run")
    refused = up.clone.nightswap("init", str(file), "--label", "paid")
    done = up.clone.nightswap("init", str(file), "--label", "paid", "--force")

    assert only_written.stdout.endswith(
        f": nightswap deploy && nightswap data add '{file}' --model my-loans"
        " && nightswap retrain --model my-loans --watch\n"
    )
    assert refused.returncode == 1
    assert "my_loans.py is there already" in refused.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"it is served on {up.url}, where the local AWS was started" in done.stdout
    assert up.live("my-loans")["model_version"] == 1
    assert "my-loans" in [each["model"] for each in up.call("GET", "/models").body["models"]]
    (up.clone.folder / RECIPE).unlink()
    removed = up.clone.nightswap("deploy", "--remove-model", "my-loans")
    assert removed.returncode == 0, removed.stderr
