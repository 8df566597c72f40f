"""Makes the roles of the app's functions, where the stage has a permissions boundary.

Chalice knows no boundary, and would make a missing role without one. So the roles are made here before Chalice runs,
and put into its record: then Chalice treats them as its own and gives them their policies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflows.deploying.asking import find
from workflows.deploying.chalice_app.chalice_resources import Resource, empty_record, role_resource
from workflows.deploying.progress import Report, Step, refusals
from workflows.stacks.statements import document, trust

PHASE = "roles"
TRUST = json.dumps(document([trust("lambda.amazonaws.com")]))


def bound(client: Any, functions: Sequence[str], *, stack: str, boundary: str, file: Path, report: Report) -> None:
    """Give the role of every function the boundary, empty for none; `client` is boto3's of IAM, `file` the record.

    A role that is not there is made only for a boundary. Raises DeploymentFailed for what IAM refuses.
    """
    made = []
    for function in functions:
        name = f"{stack}-{function}"
        found = find(f"role {name}", client.get_role, RoleName=name)
        role: Mapping[str, Any] | None = found["Role"] if found else None
        if role is None and boundary:
            with refusals(f"making role {name} with the permissions boundary {boundary}"):
                role = client.create_role(
                    RoleName=name, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary
                )["Role"]
            report(Step(PHASE, f"role {name}", "made"))
        elif role is not None:
            _rebound(client, role, boundary, report)
        if role is not None and boundary:
            made.append(role_resource(function, name=name, arn=role["Arn"]))
    if made:
        _record(file, made)


def boundary_of(role: Mapping[str, Any]) -> str:
    """Of a role as GetRole tells it, empty where it has none."""
    return str(role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))


def _rebound(client: Any, role: Mapping[str, Any], boundary: str, report: Report) -> None:
    name = role["RoleName"]
    if boundary_of(role) == boundary:
        return
    with refusals(f"changing the permissions boundary of role {name} to {boundary or 'none'}"):
        if boundary:
            client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
        else:
            client.delete_role_permissions_boundary(RoleName=name)
    report(Step(PHASE, f"role {name}", "its permissions boundary is changed"))


def _record(file: Path, roles: Sequence[Resource]) -> None:
    """Name the roles in the record, at its beginning, as Chalice does: it removes the last first."""
    record = json.loads(file.read_bytes()) if file.exists() else empty_record()
    named = {each["name"] for each in record["resources"]}
    record["resources"] = [*(each for each in roles if each["name"] not in named), *record["resources"]]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(record, indent=2))
