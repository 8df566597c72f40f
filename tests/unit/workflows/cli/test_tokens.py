from __future__ import annotations

import pytest

from chalicelib import access
from chalicelib.errors import BadRequest, NightswapError, StackMissing
from tests.unit.workflows.cli.fake_stage import FakeStage, FakeTokens
from workflows.cli.tokens import is_valid, issue


def test_token_is_printed_once_and_only_its_checksum_is_kept() -> None:
    stage = FakeStage()

    secret = stage.run("token", "add", "ada").output.strip()

    assert len(secret) >= 43  # 256 bits in base64
    assert is_valid(stage.tokens, secret)  # type: ignore[arg-type]
    assert secret not in (stage.tokens.value or "")


def test_token_opens_the_scopes_that_were_asked_for() -> None:
    stage = FakeStage()
    stage.run("token", "add", "reader")
    stage.run("token", "add", "operator", "--scope", "predict", "--scope", "operate")

    assert stage.json("token", "list", "--json") == [
        {"name": "reader", "scopes": ["predict"]},
        {"name": "operator", "scopes": ["predict", "operate"]},
    ]


def test_no_two_tokens_are_the_same() -> None:
    stage = FakeStage()

    secrets = {stage.run("token", "add", f"token-{index}").output for index in range(5)}

    assert len(secrets) == 5


def test_tokens_are_listed_without_their_checksums() -> None:
    stage = FakeStage()
    stage.run("token", "add", "ada")

    listed = stage.run("token", "list").output

    assert "ada" in listed
    assert access.parse(stage.tokens.value)[0].sha256 not in listed


@pytest.mark.parametrize("name", ["a b", "-ada", "ä", "a" * 33])
def test_bad_name_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="is no name of a token"):
        issue(FakeStage(), name=name, scopes=("predict",))  # type: ignore[arg-type]


def test_name_that_is_taken_is_refused() -> None:
    stage = FakeStage()
    stage.run("token", "add", "ada")

    result = stage.run("token", "add", "ada")

    assert isinstance(result.exception, BadRequest)
    assert len(access.parse(stage.tokens.value)) == 1


def test_token_too_many_is_refused() -> None:
    stage = FakeStage()
    for index in range(access.TOKEN_LIMIT):
        stage.run("token", "add", f"token-{index}")

    result = stage.run("token", "add", "one-more")

    assert isinstance(result.exception, BadRequest)
    assert "25 tokens" in result.exception.message


def test_token_is_replaced_when_told_to() -> None:
    stage = FakeStage()
    first = issue(stage, name="local", scopes=("predict",))  # type: ignore[arg-type]
    second = issue(stage, name="local", scopes=("predict",), replace=True)  # type: ignore[arg-type]

    assert not is_valid(stage.tokens, first)  # type: ignore[arg-type]
    assert is_valid(stage.tokens, second)  # type: ignore[arg-type]


def test_token_that_is_removed_opens_nothing() -> None:
    stage = FakeStage()
    secret = stage.run("token", "add", "ada").output.strip()

    result = stage.run("token", "remove", "ada")

    assert result.output == "removed the token ada\n"
    assert not is_valid(stage.tokens, secret)  # type: ignore[arg-type]


def test_unknown_token_cannot_be_removed() -> None:
    result = FakeStage().run("token", "remove", "ada")

    assert isinstance(result.exception, BadRequest)
    assert "nightswap token list" in result.exception.message


@pytest.mark.parametrize("arguments", [("add", "ada"), ("list",), ("remove", "ada")])
def test_stage_without_a_token_parameter_says_how_to_get_one(arguments: tuple[str, ...]) -> None:
    result = FakeStage(tokens=FakeTokens(None)).run("token", *arguments)

    assert isinstance(result.exception, NightswapError)
    assert isinstance(result.exception, StackMissing)
    assert "nightswap deploy --stage test" in result.exception.message


def test_no_secret_is_valid_where_there_is_no_parameter() -> None:
    assert not is_valid(FakeTokens(None), "secret")  # type: ignore[arg-type]
