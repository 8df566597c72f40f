from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import layout
from chalicelib.api import access
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest
from tests.fakes.stage import FakeStage
from tests.given.interference import with_store
from workflows.cli.tokens import is_valid, issue, take_back, valid


def test_token_is_printed_once_and_only_its_checksum_is_kept(stage: FakeStage) -> None:
    secret = stage.run("token", "add", "ada").output.strip()

    assert len(secret) == 43  # 256 bits in base64
    assert is_valid(stage.edges, secret)
    assert all(secret not in f"{key}{body!r}" for key, body in everything(stage))


def test_token_opens_the_scopes_that_were_asked_for(stage: FakeStage) -> None:
    stage.run("token", "add", "reader")
    stage.run("token", "add", "operator", "--scope", "predict", "--scope", "operate")

    assert stage.json("token", "list", "--json") == [
        {"name": "operator", "scopes": ["predict", "operate"]},
        {"name": "reader", "scopes": ["predict"]},
    ]


def test_no_two_tokens_are_the_same(stage: FakeStage) -> None:
    secrets = {stage.run("token", "add", f"token-{index}").output for index in range(5)}

    assert len(secrets) == 5


def test_tokens_are_listed_without_their_checksums(stage: FakeStage) -> None:
    stage.run("token", "add", "ada")

    listed = stage.run("token", "list").output

    assert "ada" in listed
    assert valid(stage.edges)[0].sha256 not in listed


@pytest.mark.parametrize("name", ["a b", "-ada", "ä", "a" * 33])
def test_bad_name_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="is no name of a token"):
        issue(FakeStage().edges, name=name, scopes=("predict",))


def test_name_that_is_taken_is_refused(stage: FakeStage) -> None:
    stage.run("token", "add", "ada")

    result = stage.run("token", "add", "ada")

    assert isinstance(result.exception, BadRequest)
    assert len(valid(stage.edges)) == 1


def test_token_too_many_is_refused(stage: FakeStage) -> None:
    for index in range(access.TOKEN_LIMIT):
        issue(stage.edges, name=f"token-{index}", scopes=("predict",))

    result = stage.run("token", "add", "one-more")

    assert isinstance(result.exception, BadRequest)
    assert "100 tokens" in result.exception.message


def test_token_is_replaced_when_told_to(stage: FakeStage) -> None:
    first = issue(stage.edges, name="local", scopes=("predict",))
    second = issue(stage.edges, name="local", scopes=("predict",), replace=True)

    assert not is_valid(stage.edges, first)
    assert is_valid(stage.edges, second)


def test_token_that_is_removed_opens_nothing(stage: FakeStage) -> None:
    secret = stage.run("token", "add", "ada").output.strip()

    result = stage.run("token", "remove", "ada")

    assert result.output == "removed the token ada\n"
    assert not is_valid(stage.edges, secret)


def test_unknown_token_cannot_be_removed() -> None:
    result = FakeStage().run("token", "remove", "ada")

    assert isinstance(result.exception, BadRequest)
    assert "nightswap token list" in result.exception.message


def meeting(other: Callable[[Edges], object]) -> Edges:
    """Edges on which another command is carried out after the first look at the tokens."""
    edges = FakeStage().edges
    found: Edges = with_store(edges, "list", after=lambda: other(found))
    return found


def test_tokens_that_are_made_at_the_same_time_are_all_kept() -> None:
    secrets: list[str] = []
    edges = meeting(lambda edges: secrets.append(issue(edges, name="second", scopes=("predict",))))

    secrets.append(issue(edges, name="first", scopes=("predict",)))

    assert len(secrets) == 2
    assert all(is_valid(edges, secret) for secret in secrets)


def test_token_that_is_removed_while_another_is_made_stays_removed() -> None:
    secrets: list[str] = []

    def remove(edges: Edges) -> None:
        secrets.append(issue(edges, name="leaked", scopes=("predict",)))
        take_back(edges, valid(edges)[0])

    edges = meeting(remove)
    kept = issue(edges, name="kept", scopes=("predict",))

    assert not is_valid(edges, secrets[0])
    assert is_valid(edges, kept)


def test_two_tokens_of_one_name_that_were_made_at_once_are_removed_together() -> None:
    secrets: list[str] = []
    edges = meeting(lambda edges: secrets.append(issue(edges, name="twin", scopes=("predict",))))
    secrets.append(issue(edges, name="twin", scopes=("predict",)))
    stage = FakeStage()
    for each in valid(edges):
        stage.edges.store.put(each.key, each.to_body())

    stage.run("token", "remove", "twin")

    assert not any(is_valid(stage.edges, secret) for secret in secrets)


def test_removal_says_since_when_and_nobody_can_make_the_token_again(stage: FakeStage) -> None:
    secret = stage.run("token", "add", "ada").output.strip()
    stage.run("token", "remove", "ada")

    key = layout.token(access.digest(secret))

    assert b'"removed_at": "20' in next(body for at, body in everything(stage) if at == key)
    assert not stage.edges.store.put_if_absent(key, b"")


def test_object_that_is_no_token_is_named_with_the_way_to_remove_it_and_is_in_nobodys_way(stage: FakeStage) -> None:
    key = layout.token("a" * 64)
    stage.edges.store.put(key, b"{}")

    secret = stage.run("token", "add", "ada").output.strip()
    listed = stage.run("token", "list")

    assert is_valid(stage.edges, secret)
    assert "ada" in listed.output and f"nightswap put-back {key}" in listed.output
    assert stage.run("token", "remove", "ada").exit_code == 0
    assert stage.run("put-back", key).output == f"{key}: removed, as it was before\n"
    assert "put-back" not in stage.run("token", "list").output


def everything(stage: FakeStage) -> list[tuple[str, bytes]]:
    found = []
    for each in stage.edges.store.list(""):
        stored = stage.edges.store.find(each.key)
        assert stored is not None
        found.append((each.key, stored.body))
    return found
