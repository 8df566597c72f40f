from __future__ import annotations

import ast
import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api import access
from chalicelib.api.access import OPERATE, PREDICT, Token
from chalicelib.edges.object_store import Stored
from tests.fakes.store import InMemoryStore

APP = Path(access.__file__).parents[2] / "app.py"
SECRET, OTHER = "r" * 43, "o" * 43
READER = Token("reader", access.digest(SECRET), (PREDICT,))
OPERATOR = Token("operator", access.digest(OTHER), (PREDICT, OPERATE))
tokens = st.builds(
    Token,
    name=st.from_regex(access.TOKEN_NAME.pattern, fullmatch=True),
    sha256=st.binary(max_size=4).map(lambda secret: hashlib.sha256(secret).hexdigest()),
    scopes=st.lists(st.sampled_from([PREDICT, OPERATE]), unique=True).map(tuple),
    removed_at=st.none() | st.just("2026-11-21T03:00:00.000Z"),
)


class Counting(InMemoryStore):
    """A bucket that counts its reads."""

    reads = 0

    def find(self, key: str) -> Stored | None:
        self.reads += 1
        return super().find(key)


def kept(*held: Token) -> Counting:
    store = Counting()
    for each in held:
        store.put(each.key, each.to_body())
    return store


@given(tokens)
def test_token_is_read_as_it_was_written(written: Token) -> None:
    assert access.parse(written.to_body()) == written


def test_what_is_kept_holds_no_secret() -> None:
    assert SECRET not in READER.to_body().decode()
    assert SECRET not in READER.key


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (f"Bearer {SECRET}", "reader"),
        (f"bearer {SECRET}", "reader"),
        (f"BEARER {OTHER}", "operator"),
        (f"  Bearer   {OTHER}  ", "operator"),
        (f"Bearer {'x' * 43}", None),
        (f"Bearer {SECRET.upper()}", None),
    ],
)
def test_token_of_a_header_is_the_one_whose_secret_it_holds(header: str, name: str | None) -> None:
    store = kept(READER, OPERATOR)

    found = access.find(store, header=header)

    assert (found.name if found else None) == name
    assert store.reads == 1


@pytest.mark.parametrize(
    "header",
    [
        *(f"Bearer {SECRET}x", f"Bearer {SECRET[1:]}", f"Bearer {SECRET} {OTHER}", f"Basic {SECRET}", SECRET),
        *("Bearer", "Bearer ", "", " ", f"Bearer {access.digest(SECRET)}", f"Bearer {'é' * 43}", f"Bearer\n{SECRET}"),
        *(f"Bearer {SECRET}\n", f"Bearer{SECRET}", f"Bearer {'../' * 14}x", f"Bearer {'x' * 1_000_000}"),
    ],
)
def test_what_cannot_be_a_token_is_refused_before_anything_is_asked(header: str) -> None:
    store = kept(READER, OPERATOR)

    assert access.find(store, header=header) is None
    assert store.reads == 0


@given(st.text())
def test_no_header_opens_a_stage_without_tokens(header: str) -> None:
    assert access.find(InMemoryStore(), header=header) is None


@given(st.binary(min_size=32, max_size=32))
def test_every_secret_that_is_made_is_found(random: bytes) -> None:
    secret = base64.urlsafe_b64encode(random).rstrip(b"=").decode()
    wanted = Token("wanted", access.digest(secret), (PREDICT,))

    assert access.find(kept(READER, wanted), header=f"Bearer {secret}") == wanted


def test_removed_token_opens_nothing() -> None:
    removed = replace(READER, removed_at="2026-11-21T03:00:00.000Z")

    assert access.find(kept(removed), header=f"Bearer {SECRET}") is None


def test_token_under_another_one_s_key_opens_nothing() -> None:
    store = kept()
    store.put(READER.key, OPERATOR.to_body())

    assert access.find(store, header=f"Bearer {SECRET}") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"name": 1, "sha256": "", "scopes": [], "removed_at": null}',
    ],
)
def test_damaged_token_opens_nothing(body: bytes) -> None:
    store = kept()
    store.put(READER.key, body)

    assert access.find(store, header=f"Bearer {SECRET}") is None


def test_scopes_open_their_routes_and_no_others() -> None:
    assert ("POST", "/predict") in access.routes([PREDICT])
    assert ("POST", "/retrain") not in access.routes([PREDICT])
    assert ("POST", "/retrain") in access.routes([OPERATE])
    assert ("GET", "/predict") not in access.routes([OPERATE])
    assert set(access.routes([PREDICT, OPERATE])) == {*access.ROUTES[PREDICT], *access.ROUTES[OPERATE]}


@pytest.mark.parametrize("scopes", [[], ["admin"], [""]])
def test_unknown_scopes_open_nothing(scopes: list[str]) -> None:
    assert access.routes(scopes) == []


def guarded_routes() -> list[tuple[str, str]]:
    """Method and path of every route of the app that has the authorizer."""
    found = []
    for call in ast.walk(ast.parse(APP.read_text())):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("app.route"):
            continue
        options = {keyword.arg: keyword.value for keyword in call.keywords}
        if "authorizer" in options:
            methods = ast.literal_eval(options["methods"]) if "methods" in options else ["GET"]
            found += [(method, ast.literal_eval(call.args[0])) for method in methods]
    return found


@pytest.mark.parametrize(("method", "path"), guarded_routes())
def test_every_guarded_route_is_opened_by_exactly_one_scope(method: str, path: str) -> None:
    pattern = path.partition("{")[0] + "*" if "{" in path else path

    opening = [scope for scope in access.ROUTES if (method, pattern) in access.routes([scope])]

    assert len(opening) == 1


@pytest.mark.parametrize("name", ["a", "CI", "ada.lovelace", "build-7_x", "9" * 32])
def test_good_names_of_tokens(name: str) -> None:
    assert access.TOKEN_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a\n", "ä", "a" * 33])
def test_bad_names_of_tokens(name: str) -> None:
    assert not access.TOKEN_NAME.fullmatch(name)
