"""The Chalice app: which of its functions are there, and the policies of their roles."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from botocore.exceptions import ClientError

from chalicelib.names import Names
from workflows.deploying.chalice_resources import API_HANDLER
from workflows.deploying.progress import refusals
from workflows.planning.roles import Statement
from workflows.stacks.settings import stage_entry

if TYPE_CHECKING:
    from workflows.deploying.chalice_resources import Resource

SMALLEST_MB = 128


class Existing(Protocol):
    """What of ChaliceResources a plan needs."""

    def apis(self) -> Sequence[str]: ...

    def record(self, *, api_id: str | None) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class AppPart:
    """A function, its role, a rule or the REST API. Chalice sends code and routes anew with every deployment."""

    name: str
    type: str
    action: Literal["create", "update"]


def app_parts(existing: Existing, *, functions: Sequence[str]) -> tuple[AppPart, ...]:
    """The functions by Chalice's names, and the REST API."""
    resources: Sequence[Resource] = existing.record(api_id=None)["resources"]
    there = {each["name"] for each in resources if each["resource_type"] == "lambda_function"}
    found = [_part(name, "lambda_function", is_there=name in there) for name in functions]
    return (*found, _part("rest_api", "rest_api", is_there=bool(existing.apis())))


def app_memory_mb(stage: str, *, root: Path) -> int:
    """Of the function behind the routes: the stage's own value, else everybody's, else Lambda's."""
    return int(stage_entry(stage, root=root).get("lambda_memory_size", SMALLEST_MB))


def wanted_policies(stage: str, *, root: Path) -> dict[str, list[Statement]]:
    """The statements in the policy file of each function's role, by the role's name."""
    folder = root / ".chalice"
    config = stage_entry(stage, root=root)
    files = {API_HANDLER: config["iam_policy_file"]}
    files |= {name: each["iam_policy_file"] for name, each in config.get("lambda_functions", {}).items()}
    return {
        role_name(stage, function): json.loads((folder / file).read_bytes())["Statement"]
        for function, file in files.items()
    }


def deployed_policies(client: Any, roles: Sequence[str]) -> dict[str, list[Statement]]:
    """The statements that the roles have now, by IAM's `client`; a role that does not exist has none."""
    return {role: _statements(client, role) for role in roles}


def role_name(stage: str, function: str) -> str:
    """Chalice's name of the role of a function.

    >>> role_name("prod", "nightly")
    'nightswap-prod-nightly'
    """
    return f"{Names(stage=stage, account='', region='').stack}-{function}"


def _part(name: str, kind: str, *, is_there: bool) -> AppPart:
    return AppPart(name=name, type=kind, action="update" if is_there else "create")


def _statements(client: Any, role: str) -> list[Statement]:
    found: list[Statement] = []
    for policy in _unless_absent(lambda: client.list_role_policies(RoleName=role)["PolicyNames"], role):
        with refusals(f"reading the policy of role {role}"):
            document: Any = client.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        found += document["Statement"]
    return found


def _unless_absent(ask: Callable[[], Sequence[str]], role: str) -> Sequence[str]:
    try:
        return ask()
    except ClientError as exc:
        if exc.response.get("Error", {}).get("Code") == "NoSuchEntity":
            return ()
        with refusals(f"listing the policies of role {role}"):
            raise
