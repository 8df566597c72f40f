"""The steps of docs/first-deploy.md that are commands of ours, in their order, with the local AWS for the account.

What it lacks of AWS is left to a person: the steps that are commands of AWS are only parsed, by the contract tests.
"""

from __future__ import annotations

import re

import pytest

from tests import http_connections
from tests.clone import ROOT, LocalUp
from tests.e2e.terminal import run

PAGE = (ROOT / "docs" / "first-deploy.md").read_text()
FAILS = {"nightswap retrain --watch --stage prod": "DatasetEmpty"}
"""The first time: there is no data yet."""


def steps() -> list[str]:
    return re.findall(r"^\| (?:run|then) \| `(nightswap [^`]*)` \|$", PAGE, re.MULTILINE)


@pytest.mark.timeout(900)
def test_our_steps_do_what_the_page_says(up: LocalUp, shell: dict[str, str]) -> None:
    http_connections.write(up.clone.folder / "night1.csv.gz", http_connections.rows(seed=9))
    environment = {**shell, "MODEL": "kdd99-http"}
    assert run(up.clone, "nightswap destroy --yes --stage prod", environment).returncode == 0  # of another test
    failing = dict(FAILS)
    said: dict[str, list[str]] = {}

    for line in steps():
        done = run(up.clone, line, environment)
        said.setdefault(line, []).append(done.stdout + done.stderr)
        expected = failing.pop(line, None)

        assert (done.returncode != 0) is (expected is not None), f"{line}\n{done.stdout}\n{done.stderr}"
        assert expected is None or expected in said[line][-1]

    online = said["nightswap doctor --online --stage prod"][0]
    assert "definition: is taken by Step Functions" in online
    assert "states: turn as they should" in online
    assert "Promoted" in said["nightswap retrain --watch --stage prod"][1]
    assert "erased night1.csv.gz of kdd99-http" in said["nightswap data erase night1.csv.gz --yes --stage prod"][0]
