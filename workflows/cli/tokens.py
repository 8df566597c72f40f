"""nightswap token: makes, lists and removes the tokens of the API."""

from __future__ import annotations

import dataclasses
import secrets

import click

from chalicelib import layout
from chalicelib.api import access
from chalicelib.api.access import Token
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import console, damage, show_json, table
from workflows.cli.stage import Stage

SCOPES = (access.PREDICT, access.OPERATE)


@click.group()
def token() -> None:
    """Make, list and remove the bearer tokens of the API."""


@token.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=[access.PREDICT], show_default=True
)
@on_stage
def add(stage: Stage, name: str, scopes: tuple[str, ...]) -> None:
    """Make a token for NAME and print it, this once. Of the token itself nothing is kept but its SHA-256."""
    click.echo(issue(stage.edges, name=name, scopes=scopes))


@token.command("list")
@as_json
@on_stage
def list_(stage: Stage, as_json: bool) -> None:
    """List the tokens, by name and scopes."""
    tokens, problems = _read_all(stage.edges)
    found = [{"name": each.name, "scopes": list(each.scopes)} for each in tokens]
    if as_json:
        show_json(found)
        return
    table("tokens", ["name", "scopes"], [[each["name"], " ".join(each["scopes"])] for each in found])
    damage(problems)


@token.command()
@click.argument("name")
@on_stage
def remove(stage: Stage, name: str) -> None:
    """Remove the token of NAME: within 90 s it opens nothing, 30 s in the app's memory and 60 s in API Gateway's.

    While S3 is away, one that was just used may go on for 6 minutes.
    """
    found = [each for each in valid(stage.edges) if each.name == name]
    if not found:
        raise BadRequest(f"there is no token {name!r}; nightswap token list shows all")
    for each in found:
        take_back(stage.edges, each)
    console.print(f"removed the token {name}")


def issue(edges: Edges, *, name: str, scopes: tuple[str, ...], replace: bool = False) -> str:
    """Make a token; raises BadRequest for a bad or taken name, or when there are too many."""
    if not access.TOKEN_NAME.fullmatch(name):
        raise BadRequest(f"{name!r} is no name of a token: expected {access.TOKEN_NAME.pattern}")
    found = valid(edges)
    of_that_name = [each for each in found if each.name == name]
    if of_that_name and not replace:
        raise BadRequest(f"there is a token {name!r} already: remove it first, or take another name")
    if len(found) - len(of_that_name) >= access.TOKEN_LIMIT:
        raise BadRequest(f"there are {len(found)} tokens, the most that a stage may have: remove one first")
    secret = secrets.token_urlsafe(access.SECRET_BYTES)
    token = Token(name, access.digest(secret), tuple(scopes))
    edges.store.put(token.key, token.to_body())
    for each in of_that_name:
        take_back(edges, each)
    return secret


def take_back(edges: Edges, token: Token) -> None:
    """From now on the token opens nothing, nor can it come back: its object stays, and says since when."""
    removed = dataclasses.replace(token, removed_at=documents.timestamp(edges.clock()))
    edges.store.put(token.key, removed.to_body())


def valid(edges: Edges) -> list[Token]:
    """The valid tokens, by name."""
    return _read_all(edges)[0]


def _read_all(edges: Edges) -> tuple[list[Token], list[str]]:
    """The same, and what is wrong with the objects that are none and open nothing: they are in nobody's way."""
    found: list[Token] = []
    problems: list[str] = []
    for listed in edges.store.list(layout.token()):
        stored = edges.store.find(listed.key)
        try:
            token = access.parse(stored.body) if stored else None
        except ValueError as exc:
            problems.append(
                f"{listed.key} is no token ({exc}), and opens nothing: {documents.put_back(listed.key)}, or removes"
                " it if there is none"
            )
            continue
        if token is not None and token.removed_at is None:
            found.append(token)
    return sorted(found, key=lambda each: each.name), problems


def is_valid(edges: Edges, secret: str) -> bool:
    return access.find(edges.store, header=f"Bearer {secret}") is not None


COMMANDS = (token,)
