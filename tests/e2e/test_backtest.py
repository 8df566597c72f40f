"""Nights that ran on the local AWS, judged again: by their own recipe as they were, and by a stricter one."""

from __future__ import annotations

import json
from pathlib import Path

import lambdas
from tests import http_connections
from tests.clone import LocalUp
from tests.contract.docs import pages
from tests.e2e.terminal import run

RECIPE = Path(lambdas.__file__).parent / "recipes" / "kdd99_http.py"
CURVE = 'at_least("roc_auc", bound=0.5, margin=None), at_least("recall", of="normal", bound=0.1)'
FLOOR = 'at_least("support", of="attack", bound=100)'


def test_the_recipe_as_it_is_reproduces_the_ledger_and_a_stricter_one_refuses(
    up: LocalUp, shell: dict[str, str]
) -> None:
    stricter = up.clone.folder / "stricter" / "kdd99_http.py"
    stricter.parent.mkdir(exist_ok=True)
    text = RECIPE.read_text()
    assert FLOOR in text
    stricter.write_text(text.replace(FLOOR, 'at_least("support", of="attack", bound=1_000_000)'))
    for name, lines in (("night2.csv", http_connections.rows(seed=5)), ("noise.csv", http_connections.noise())):
        http_connections.write(up.clone.folder / name, lines)
        assert run(up.clone, f"nightswap data add {name}", shell).returncode == 0
        run(up.clone, "nightswap retrain --watch", shell)
        if name == "noise.csv":
            assert run(up.clone, f"nightswap data remove {name}", shell).returncode == 0

    explained = json.loads(run(up.clone, "nightswap explain --json", shell).stdout)
    flips = explained["report"]["flips"]
    assert flips["flipped"] == sum(side["rows"] for side in flips["sides"])
    assert any("change sides:" in line or "answer every row alike" in line for line in explained["explanation"])

    said = {}
    for line in pages.in_blocks(pages.PAGES["backtest.md"]):
        done = run(up.clone, line.replace("2026-11-01", "2020-01-01"), shell)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        said[line] = done.stdout

    judged_by_rows(up, shell, text)
    again = json.loads(run(up.clone, "nightswap backtest --recipe kdd99-http --json", shell).stdout)
    history = json.loads(run(up.clone, "nightswap history --limit 100 --json", shell).stdout)
    promoted = {each["run"] for each in history if each["kind"] == "promoted"}
    nights = {each["run"]: each for each in again["nights"]}
    assert all(each["passes"] == each["passed_then"] for each in nights.values())
    runs = {run for run, each in nights.items() if each["outcome"] == "Promoted"}
    assert runs and runs == promoted & set(nights)
    assert "ModelRejected" in {each["outcome"] for each in nights.values()}
    strict = json.loads(next(text for line, text in said.items() if "--json" in line))
    assert strict["summary"]["would_pass"] == 0
    assert strict["summary"]["cost"] == len([each for each in strict["nights"] if each["cost"]]) > 0


def judged_by_rows(up: LocalUp, shell: dict[str, str], text: str) -> None:
    """By an area of another class, and against another anchor: every night whose rows allow it is judged."""
    for name, changed in {
        "curve": text.replace('positive="attack"', 'positive="normal"').replace(FLOOR, f"{FLOOR}, {CURVE}"),
        "anchor": text.replace(FLOOR, f"{FLOOR}").replace('positive="attack",', 'positive="attack", anchor=2,'),
    }.items():
        file = up.clone.folder / name / "kdd99_http.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(changed)
        found = json.loads(run(up.clone, f"nightswap backtest --recipe {name}/kdd99_http.py --json", shell).stdout)
        nights, left = {each["run"]: each for each in found["nights"]}, found["left_out"]
        assert nights, found
        if name == "curve":
            assert left == []
            assert any(each["passes"] for each in nights.values())
        for each in left:
            assert "the recipe's is version 2; and as far as answers are kept, that one was scored on" in each["why"]
