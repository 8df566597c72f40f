"""Every client of a deployment uses the same endpoint: AWS, or the local AWS."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("workflows/deploying", "workflows/planning")


def clients(path: Path) -> list[ast.Call]:
    """The calls that make a client of a session."""
    return [
        node
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr, ast.unparse(node.func.value).rpartition(".")[2]) == ("client", "session")
    ]


def test_every_client_of_a_deployment_is_given_the_endpoint() -> None:
    made = {
        f"{path.relative_to(ROOT)}:{call.lineno}": {keyword.arg for keyword in call.keywords}
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*.py"))
        for call in clients(path)
    }

    assert len(made) > 3
    assert [place for place, given in made.items() if "endpoint_url" not in given] == []
