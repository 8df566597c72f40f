"""A stage whose roles are all within a permissions boundary, those that Chalice would make without one too."""

from __future__ import annotations

import json

from tests.deploy.conftest import STAGE, UserClone
from workflows.stacks.settings import CONFIG

BOUNDARY = "arn:aws:iam::000000000000:policy/bounds"


def set_boundary(clone: UserClone, boundary: str) -> None:
    file = clone.folder / CONFIG
    config = json.loads(file.read_bytes())
    config["stages"][STAGE]["environment_variables"]["NIGHTSWAP_PERMISSIONS_BOUNDARY"] = boundary
    file.write_text(json.dumps(config))


def boundaries(clone: UserClone) -> dict[str, str]:
    """Of the roles of the app, by the names of their functions."""
    iam = clone.account.client("iam")
    found = {
        function: iam.get_role(RoleName=f"nightswap-{STAGE}-{function}")["Role"]
        for function in ("api_handler", "authorize", "nightly")
    }
    return {
        function: role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
        for function, role in found.items()
    }


def test_roles_of_the_app_are_made_with_the_boundary_and_chalice_takes_them_for_its_own(clone: UserClone) -> None:
    set_boundary(clone, BOUNDARY)

    clone.deploys()

    assert set(boundaries(clone).values()) == {BOUNDARY}
    recorded = {each["name"] for each in json.loads(clone.record.read_bytes())["resources"]}
    assert {"api_handler_role", "authorize_role", "nightly_role", "rest_api"} <= recorded
    policies = clone.account.client("iam").list_role_policies(RoleName=f"nightswap-{STAGE}-nightly")["PolicyNames"]
    assert policies == [f"nightswap-{STAGE}-nightly"]
    clone.does("destroy", "--yes")
    assert clone.account.roles() == []


def test_boundary_comes_and_goes_with_its_setting(clone: UserClone) -> None:
    clone.deploys()
    assert set(boundaries(clone).values()) == {""}

    set_boundary(clone, BOUNDARY)
    clone.deploys()
    assert set(boundaries(clone).values()) == {BOUNDARY}

    set_boundary(clone, "")
    clone.deploys()
    assert set(boundaries(clone).values()) == {""}
