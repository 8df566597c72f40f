"""The authorizer's memory: nothing is asked twice in a moment, and nothing is remembered for long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.api import access
from chalicelib.api.access import PREDICT, Token
from chalicelib.api.known_tokens import FRESH_SECONDS, OLD_SECONDS, KnownTokens
from chalicelib.edges.object_store import Stored
from chalicelib.errors import StoreUnavailable
from tests.fakes.store import InMemoryStore

SECRET = "r" * 43
TOKEN = Token("reader", access.digest(SECRET), (PREDICT,))
HEADER = f"Bearer {SECRET}"


class Counting(InMemoryStore):
    """A bucket that counts its reads, and can be away."""

    reads = 0
    away = False

    def find(self, key: str) -> Stored | None:
        self.reads += 1
        if self.away:
            raise StoreUnavailable(f"get_object {key}: SlowDown")
        return super().find(key)


class Memory:
    """What a container remembers, and the time in it."""

    def __init__(self, *tokens: Token) -> None:
        self.store = Counting()
        for token in tokens:
            self.write(token)
        self.now = 1000.0
        self.tokens = KnownTokens(self.store, clock=lambda: self.now)

    def write(self, token: Token) -> None:
        self.store.put(token.key, token.to_body())

    def remove(self, token: Token) -> None:
        self.write(replace(token, removed_at="2026-11-21T03:00:00.000Z"))

    def name(self, header: str = HEADER) -> str | None:
        found = self.tokens.find(header=header)
        return found.name if found else None


def test_token_is_asked_for_once_while_it_is_fresh() -> None:
    memory = Memory(TOKEN)

    found = [memory.name()]
    memory.now += FRESH_SECONDS - 1
    found.append(memory.name())

    assert found == ["reader", "reader"]
    assert memory.store.reads == 1


def test_token_is_asked_for_again_when_the_time_of_day_was_put_back() -> None:
    memory = Memory(TOKEN)
    memory.name()
    memory.remove(TOKEN)

    memory.now -= 1

    assert memory.name() is None


def test_removed_token_opens_nothing_once_it_is_not_fresh_any_more() -> None:
    memory = Memory(TOKEN)
    memory.name()
    memory.remove(TOKEN)

    memory.now += FRESH_SECONDS

    assert memory.name() is None
    assert memory.name() is None, "nor is it remembered from before"
    assert memory.store.reads == 3


def test_what_opened_nothing_is_asked_for_again_so_that_a_new_token_opens_at_once() -> None:
    memory = Memory()

    assert memory.name() is None
    memory.write(TOKEN)

    assert memory.name() == "reader"


@pytest.mark.parametrize("header", ["", "Bearer", f"Bearer {SECRET}x", f"Basic {SECRET}"])
def test_what_cannot_be_a_token_is_asked_for_never(header: str) -> None:
    memory = Memory(TOKEN)

    assert memory.name(header) is None
    assert memory.store.reads == 0


def test_old_copy_is_served_while_the_store_is_away_and_not_for_ever() -> None:
    memory = Memory(TOKEN)
    memory.name()
    memory.store.away = True

    memory.now += OLD_SECONDS - 1
    assert memory.name() == "reader"
    memory.now += 1

    with pytest.raises(StoreUnavailable):
        memory.name()


def test_old_copy_is_asked_for_again_as_soon_as_the_store_is_back() -> None:
    memory = Memory(TOKEN)
    memory.name()
    memory.store.away = True
    memory.now += FRESH_SECONDS
    memory.name()

    memory.store.away = False
    memory.remove(TOKEN)

    assert memory.name() is None


def test_token_that_was_never_seen_is_not_let_in_while_the_store_is_away() -> None:
    memory = Memory(TOKEN)
    memory.store.away = True

    with pytest.raises(StoreUnavailable):
        memory.name()


def test_as_many_tokens_are_remembered_as_a_stage_may_have_and_no_more() -> None:
    secrets = [f"{number:043}" for number in range(access.TOKEN_LIMIT + 1)]
    memory = Memory(*(Token(f"token-{secret}", access.digest(secret), (PREDICT,)) for secret in secrets))
    for secret in [*secrets[:-1]] * 2:
        memory.name(f"Bearer {secret}")
    assert memory.store.reads == access.TOKEN_LIMIT

    for secret in secrets[:0:-1]:
        memory.name(f"Bearer {secret}")
    assert memory.store.reads == access.TOKEN_LIMIT + 1, "one is new, and the first that came has gone for it"
    memory.name(f"Bearer {secrets[0]}")
    assert memory.store.reads == access.TOKEN_LIMIT + 2
