"""The roles of the app's functions are made with the boundary before Chalice would make them without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.chalice_app.app_roles import bound
from workflows.deploying.progress import Step

BOUNDARY = "arn:aws:iam::123456789012:policy/bounds"
FUNCTIONS = ["api_handler", "nightly"]


class FakeIam:
    """IAM with some roles, by their names, each with its boundary or none."""

    def __init__(self, roles: dict[str, str] | None = None, *, denied: str = "") -> None:
        self.roles = roles or {}
        self.denied = denied

    def get_role(self, **given: str) -> dict[str, Any]:
        self._refuse("GetRole")
        name = given["RoleName"]
        if name not in self.roles:
            raise ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetRole")
        return {"Role": self._told(name)}

    def create_role(self, **given: str) -> dict[str, Any]:
        self._refuse("CreateRole")
        (statement,) = json.loads(given["AssumeRolePolicyDocument"])["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
        self.roles[given["RoleName"]] = given["PermissionsBoundary"]
        return {"Role": self._told(given["RoleName"])}

    def put_role_permissions_boundary(self, **given: str) -> None:
        self._refuse("PutRolePermissionsBoundary")
        self.roles[given["RoleName"]] = given["PermissionsBoundary"]

    def delete_role_permissions_boundary(self, **given: str) -> None:
        self._refuse("DeleteRolePermissionsBoundary")
        self.roles[given["RoleName"]] = ""

    def _told(self, name: str) -> dict[str, Any]:
        told: dict[str, Any] = {"RoleName": name, "Arn": f"arn:aws:iam::123456789012:role/{name}"}
        bound = self.roles[name]
        return {**told, "PermissionsBoundary": {"PermissionsBoundaryArn": bound}} if bound else told

    def _refuse(self, operation: str) -> None:
        if operation == self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)


def bind(client: FakeIam, file: Path, *, boundary: str = BOUNDARY) -> list[Step]:
    told: list[Step] = []
    bound(client, FUNCTIONS, stack="nightswap-prod", boundary=boundary, file=file, report=told.append)
    return told


def recorded(file: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(file.read_bytes())["resources"]
    return found


def test_roles_that_are_not_there_are_made_with_the_boundary_and_recorded_for_chalice(tmp_path: Path) -> None:
    client, file = FakeIam(), tmp_path / "deployed" / "prod.json"

    told = bind(client, file)

    assert client.roles == {"nightswap-prod-api_handler": BOUNDARY, "nightswap-prod-nightly": BOUNDARY}
    assert [each["name"] for each in recorded(file)] == ["api_handler_role", "nightly_role"]
    assert recorded(file)[0] == {
        "name": "api_handler_role",
        "resource_type": "iam_role",
        "role_arn": "arn:aws:iam::123456789012:role/nightswap-prod-api_handler",
        "role_name": "nightswap-prod-api_handler",
    }
    assert len(told) == 2


def test_record_that_names_a_role_keeps_its_entry_and_all_others(tmp_path: Path) -> None:
    file = tmp_path / "prod.json"
    there = [{"name": "api_handler_role", "resource_type": "iam_role"}, {"name": "rest_api"}]
    file.write_text(json.dumps({"resources": there, "schema_version": "2.0", "backend": "api"}))

    bind(FakeIam(), file)

    assert [each["name"] for each in recorded(file)] == ["nightly_role", "api_handler_role", "rest_api"]


def test_role_of_an_earlier_deployment_gets_the_boundary_and_one_that_has_it_is_left(tmp_path: Path) -> None:
    client = FakeIam({"nightswap-prod-api_handler": "", "nightswap-prod-nightly": BOUNDARY}, denied="CreateRole")

    told = bind(client, tmp_path / "prod.json")

    assert set(client.roles.values()) == {BOUNDARY}
    assert [each.subject for each in told] == ["role nightswap-prod-api_handler"]


def test_without_a_boundary_roles_are_chalices_to_make_and_lose_the_one_they_had(tmp_path: Path) -> None:
    client, file = FakeIam({"nightswap-prod-nightly": BOUNDARY}), tmp_path / "prod.json"

    bind(client, file, boundary="")

    assert client.roles == {"nightswap-prod-nightly": ""}
    assert not file.exists()


@pytest.mark.parametrize(
    ("denied", "roles", "words"),
    [
        ("GetRole", {}, "looking for role nightswap-prod-api_handler"),
        ("CreateRole", {}, f"making role nightswap-prod-api_handler with the permissions boundary {BOUNDARY}"),
        (
            "PutRolePermissionsBoundary",
            {"nightswap-prod-api_handler": ""},
            f"nightswap-prod-api_handler to {BOUNDARY}",
        ),
    ],
)
def test_what_iam_refuses_is_told(denied: str, roles: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match=f"{words}: AccessDenied"):
        bind(FakeIam(roles, denied=denied), tmp_path / "prod.json")


def test_boundary_that_may_not_be_taken_off_is_told(tmp_path: Path) -> None:
    client = FakeIam({"nightswap-prod-api_handler": BOUNDARY}, denied="DeleteRolePermissionsBoundary")

    with pytest.raises(DeploymentFailed, match="role nightswap-prod-api_handler to none: AccessDenied"):
        bind(client, tmp_path / "prod.json", boundary="")
