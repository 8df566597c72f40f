"""The picture of the machine is the machine."""

import json
import re
from itertools import pairwise
from pathlib import Path

from workflows.definitions.asl import chosen, states
from workflows.definitions.diagram import diagram
from workflows.definitions.rendering import golden

DEFINITION = json.loads(golden())
ROOT = Path(__file__).parents[3]
README, DOCS = ROOT / "README.md", ROOT / "docs"


def arrows(drawn: str) -> list[tuple[str, str]]:
    """Every arrow but the one from what retries do not cure: a line may hold a chain of them."""
    found: list[tuple[str, str]] = []
    for line in drawn.splitlines()[1:]:
        known = re.findall(r"\b[A-Z]\w+\b", re.sub(r"\|[^|]*\|", "", line))
        found += pairwise(known)
    return found


def next_tasks(name: str) -> set[str]:
    """Where a state leads to when nothing fails: past the states that only choose, which README leaves out."""
    state = states(DEFINITION)[name]
    onward = [*chosen(state), *([state["Default"]] if "Default" in state else [])]
    return {
        task
        for each in onward
        for task in (next_tasks(each) if states(DEFINITION)[each]["Type"] == "Choice" else {each})
    }


def test_diagram_has_every_arrow_once_but_the_shared_catch() -> None:
    expected = [
        (name, target)
        for name, state in states(DEFINITION).items()
        for target in [*chosen(state), *([state["Default"]] if "Default" in state else [])]
    ]
    assert sorted(arrows(diagram(DEFINITION))) == sorted(expected)


def test_diagram_shows_start_ends_and_where_errors_lead() -> None:
    drawn = diagram(DEFINITION)

    assert drawn.startswith("flowchart TD\n    RestoreAlias --> ")
    leading, led_to = ({arrow[end] for arrow in arrows(drawn)} for end in (0, 1))
    ends = {name for name, state in states(DEFINITION).items() if state.get("End") or state["Type"] == "Fail"}
    assert led_to - leading == ends
    assert {"Promoted", "SupersededByMove", "RetrainFailed"} < ends
    assert re.findall(r"error\[.*\] -\.-> (\w+)", drawn) == ["RestoreAfterFailure"]


def test_page_of_a_night_shows_the_diagram() -> None:
    assert diagram(DEFINITION) in (DOCS / "a-night.md").read_text(encoding="utf-8"), (
        "python -m workflows.definitions.diagram"
    )


def test_every_arrow_of_readmes_small_diagram_is_a_way_of_the_machine() -> None:
    drawn = re.findall(r"```mermaid\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    ways = {(name, target) for name in states(DEFINITION) for target in next_tasks(name)}

    assert len(drawn) == 1
    assert arrows(drawn[0])
    assert set(arrows(drawn[0])) <= ways
