"""What the stacks and the deployer's policy are, as committed: every change of one shows as a difference to read.

make render     writes them anew
"""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.names import Names
from chalicelib.settings import StageSettings
from workflows.deploying.deploy import render_templates
from workflows.doctoring.deployer_policy import deployer_policy

GOLDEN = Path(__file__).parent / "golden"
NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
MODELS = ["kdd99-http", "mnist"]
BOUNDARY = "arn:aws:iam::123456789012:policy/a-boundary"
SETTINGS = StageSettings(alert_email="ops@example.com", xray="on", permissions_boundary=BOUNDARY)


def rendered() -> dict[str, str]:
    """The texts by their files' names."""
    templates = render_templates(NAMES, models=MODELS, settings=SETTINGS)
    policies = {
        "deployer-policy.json": deployer_policy(NAMES),
        "deployer-policy-with-boundary.json": deployer_policy(NAMES, boundary=BOUNDARY),
    }
    return {
        **{f"{stack}.json": text for stack, text in templates.items()},
        **{file: json.dumps(policy, indent=2) + "\n" for file, policy in policies.items()},
    }


def write() -> None:
    for name, text in rendered().items():
        (GOLDEN / name).write_text(text)


if __name__ == "__main__":
    write()
