"""Every client of a deployment uses the same endpoint, AWS or the local AWS: they are made in one place."""

from __future__ import annotations

import ast

from tests.contract.source import sources

THE_PLACE = "workflows/deploying/asking.py"


def endpoints_of_clients(file: str) -> list[bool]:
    """For each call that makes a client of a session, whether it is given an endpoint."""
    return [
        "endpoint_url" in {keyword.arg for keyword in node.keywords}
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr, ast.unparse(node.func.value).rpartition(".")[2]) == ("client", "session")
    ]


def test_every_client_of_a_deployment_is_given_the_endpoint() -> None:
    files = sources.files("workflows/deploying", "workflows/planning", "workflows/cli", "workflows/doctor")
    made = {file: given for file in files if (given := endpoints_of_clients(file))}

    assert made == {THE_PLACE: [True]}
