"""nightswap token: who may call the API."""

from __future__ import annotations

import secrets

import click

from chalicelib import access
from chalicelib.access import Token
from chalicelib.aws.token_parameter import TokenParameter
from chalicelib.errors import BadRequest, StackMissing
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import console, show_json, table
from workflows.cli.stage import Stage

SCOPES = (access.PREDICT, access.OPERATE)
BITS = 256


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
    click.echo(issue(stage, name=name, scopes=scopes))


@token.command("list")
@as_json
@on_stage
def list_(stage: Stage, as_json: bool) -> None:
    """List the tokens, by name and scopes."""
    found = [{"name": each.name, "scopes": list(each.scopes)} for each in access.parse(_value(stage))]
    if as_json:
        show_json(found)
    else:
        table("tokens", ["name", "scopes"], [[each["name"], " ".join(each["scopes"])] for each in found])


@token.command()
@click.argument("name")
@on_stage
def remove(stage: Stage, name: str) -> None:
    """Remove the token of NAME. API Gateway may know it for another minute."""
    found = access.parse(_value(stage))
    kept = [each for each in found if each.name != name]
    if len(kept) == len(found):
        raise BadRequest(f"there is no token {name!r}; nightswap token list shows all")
    stage.tokens.write(access.dump(kept))
    console.print(f"removed the token {name}")


def issue(stage: Stage, *, name: str, scopes: tuple[str, ...], replace: bool = False) -> str:
    """Make a token; raises BadRequest for a bad or taken name, or when there are too many."""
    found = [each for each in access.parse(_value(stage)) if not (replace and each.name == name)]
    if not access.TOKEN_NAME.fullmatch(name):
        raise BadRequest(f"{name!r} is no name of a token: expected {access.TOKEN_NAME.pattern}")
    if any(each.name == name for each in found):
        raise BadRequest(f"there is a token {name!r} already: remove it first, or take another name")
    if len(found) >= access.TOKEN_LIMIT:
        raise BadRequest(f"there are {len(found)} tokens, the most that fit: remove one first")
    secret = secrets.token_urlsafe(BITS // 8)
    stage.tokens.write(access.dump([*found, Token(name, access.digest(secret), tuple(scopes))]))
    return secret


def is_valid(parameter: TokenParameter, secret: str) -> bool:
    return access.matching(access.parse(parameter.read()), header=f"Bearer {secret}") is not None


def _value(stage: Stage) -> str:
    value = stage.tokens.read()
    if value is None:
        raise StackMissing(
            f"stage {stage.name} has no token parameter: create the stacks with nightswap deploy --stage {stage.name}"
        )
    return value


COMMANDS = (token,)
