"""The picture of the machine is the machine."""

import json
import re
from pathlib import Path

from workflows.definitions.asl import chosen, states
from workflows.definitions.diagram import diagram
from workflows.definitions.rendering import golden

DEFINITION = json.loads(golden())
README = Path(__file__).parents[3] / "README.md"


def test_diagram_has_every_state_and_every_arrow_but_the_shared_catch() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)", diagram(DEFINITION), re.M))

    expected = {
        (name, target)
        for name, state in states(DEFINITION).items()
        for target in [*chosen(state), *([state["Default"]] if "Default" in state else [])]
    }
    assert drawn == expected


def test_diagram_shows_start_ends_and_where_errors_lead() -> None:
    drawn = diagram(DEFINITION)

    assert "[*] --> RestoreAlias\n" in drawn
    led_to, leading = set(re.findall(r"--> (\w+)", drawn)), set(re.findall(r"(\w+) -->", drawn))
    assert led_to - leading == {
        *("Promoted", "NothingNew", "ModelRejected", "SupersededByRun", "SupersededByMove", "RetrainFailed")
    }
    assert re.findall(r"note right of (\w+)", drawn) == ["RestoreAfterFailure"]


def test_readme_shows_the_diagram() -> None:
    assert diagram(DEFINITION) in README.read_text(encoding="utf-8"), "python -m workflows.definitions.diagram"
