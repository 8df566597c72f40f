"""The port that a command is given is the one at which the API is looked for, or it is said which one stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clone import Clone
from workflows.local import ports

LOANS = "age,paid\n" + "".join(f"{20 + age % 50},{'yes' if age % 50 > 20 else 'no'}\n" for age in range(300))
BROKEN = "RECIPE = None\n"


@pytest.mark.parametrize(
    "command",
    [("local", "up", "--once"), ("init", "loans.csv", "--label", "paid", "--once")],
    ids=lambda words: words[0],
)
def test_port_that_another_server_has_is_named(command: tuple[str, ...], tmp_path: Path) -> None:
    """A recipe that no deployment takes ends the command once the local AWS is up."""
    clone = Clone(tmp_path)
    (tmp_path / "loans.csv").write_text(LOANS)
    (tmp_path / "lambdas" / "recipes" / "broken.py").write_text(BROKEN)
    with ports.listening() as taken:
        done = clone.nightswap(*command, "--port", str(ports.number(taken)))

        assert f"port {ports.number(taken)} is taken: serving on " in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
    assert "broken" in done.stderr
