"""Every command of README, then of docs/operating.md, is run as it stands there, in its order."""

from __future__ import annotations

import random
import re

from tests import http_connections
from tests.clone import ROOT, LocalUp
from tests.e2e.terminal import run

README = (ROOT / "README.md").read_text()
OPERATING = (ROOT / "docs" / "operating.md").read_text()
DONE_ELSEWHERE = {"make run": "tests/e2e/conftest.py", "make test": "the suite before this one"}


def blocks(language: str, *, page: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    found = [*blocks("sh"), *blocks("sh", page=OPERATING)]
    return [line for block in found for line in block.splitlines() if line not in DONE_ELSEWHERE]


def in_form(text: str) -> str:
    """One sign for every number, address and name of a run; one blank for many and for the end of a line."""
    return re.sub(r"\S*\d\S*", "#", " ".join(text.split()))


def loans(count: int = 1000) -> str:
    draw = random.Random(3)
    lines = ["age,income,housing,purpose,paid"]
    for _ in range(count):
        income = draw.randint(5_000, 100_000)
        row = (draw.randint(18, 90), income, draw.choice(("own", "rent")), draw.choice(("car", "school", "trip")))
        lines.append(",".join(map(str, row)) + (",yes" if income > 40_000 else ",no"))
    return "\n".join(lines) + "\n"


def test_the_commands_of_readme_do_what_it_says(up: LocalUp, shell: dict[str, str]) -> None:
    (up.clone.folder / "lambdas" / "recipes" / "loans.py").write_text(blocks("python")[0])
    (up.clone.folder / "loans.csv").write_text(loans())
    http_connections.write(up.clone.folder / "FILE", http_connections.rows(seed=9))

    said = {}
    for line in commands():
        done = run(up.clone, line, shell)
        said[line] = done.stdout

        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    (up.clone.folder / "lambdas" / "recipes" / "loans.py").unlink()

    assert "Promoted" in said["nightswap retrain --model loans --watch"]
    assert '"label": "paid"' in said["nightswap predict --model loans age=40 income=52000 housing=own purpose=car"]
    assert "Promoted" in said["nightswap retrain --watch --stage prod"]
    assert "was live already" in said["nightswap restore kdd99-http"]


def test_make_run_prints_what_readme_shows(up: LocalUp) -> None:
    (shown,) = blocks("text")

    assert [line for line in shown.splitlines() if in_form(line) not in in_form(up.said)] == []


def test_chalice_deploy_by_itself_updates_the_app(up: LocalUp, shell: dict[str, str]) -> None:
    before = up.url, up.call("GET", "/health", token="").status

    done = run(up.clone, "chalice deploy --stage local", shell)

    assert done.returncode == 0, done.stderr
    assert (up.url, up.call("GET", "/health", token="").status) == before


def test_the_exchange_of_readme_is_real(up: LocalUp, shell: dict[str, str]) -> None:
    block = next(block for block in blocks("console")).replace("\\\n", "")
    asked = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]

    for line in asked:
        done = run(up.clone, line.replace("http://127.0.0.1:8000", up.url) + " -s -f", shell)

        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
