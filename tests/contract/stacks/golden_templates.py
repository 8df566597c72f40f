"""What the stacks and the deployer's policy are, as committed: every change of one shows as a difference to read.

make render     writes them anew
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from workflows.doctor.deployer_policy import deployer_policy
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import DEFAULTS

GOLDEN = Path(__file__).parent / "golden"
NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
MODELS = ["kdd99-http", "mnist"]
BOUNDARY = "arn:aws:iam::123456789012:policy/a-boundary"
SETTINGS = StageSettings(alert_email="ops@example.com", xray="on", permissions_boundary=BOUNDARY)


def templates(names: Names, *, models: Sequence[str], settings: StageSettings = DEFAULTS) -> dict[str, Any]:
    """Both templates of a stage, by the names of their stacks."""
    return {
        names.data_stack: data_template(names, settings=settings),
        names.stack: main_template(names.stage, models=models, settings=settings),
    }


def rendered() -> dict[str, str]:
    """The texts by their files' names."""
    policies = {
        "deployer-policy.json": deployer_policy(NAMES),
        "deployer-policy-with-boundary.json": deployer_policy(NAMES, boundary=BOUNDARY),
    }
    stacks = {f"{stack}.json": each for stack, each in templates(NAMES, models=MODELS, settings=SETTINGS).items()}
    return {file: json.dumps(document, indent=2) + "\n" for file, document in {**stacks, **policies}.items()}


def write() -> None:
    for name, text in rendered().items():
        (GOLDEN / name).write_text(text)


if __name__ == "__main__":
    write()
