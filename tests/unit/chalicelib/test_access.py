from __future__ import annotations

import ast
import hashlib
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import access
from chalicelib.access import OPERATE, PREDICT, Token

APP = Path(access.__file__).parents[1] / "app.py"
READER = Token("reader", access.digest("secret-1"), (PREDICT,))
OPERATOR = Token("operator", access.digest("secret-2"), (PREDICT, OPERATE))
tokens = st.lists(
    st.builds(
        Token,
        name=st.from_regex(access.TOKEN_NAME, fullmatch=True),
        sha256=st.binary(max_size=4).map(lambda secret: hashlib.sha256(secret).hexdigest()),
        scopes=st.lists(st.sampled_from([PREDICT, OPERATE]), unique=True).map(tuple),
    ),
    max_size=access.TOKEN_LIMIT,
)


@given(tokens)
def test_tokens_are_read_as_they_were_written(written: list[Token]) -> None:
    assert access.parse(access.dump(written)) == written


@pytest.mark.parametrize("value", [None, ""])
def test_parameter_that_is_missing_or_empty_holds_no_token(value: str | None) -> None:
    assert access.parse(value) == []


def test_as_many_tokens_as_are_allowed_fit_into_the_parameter() -> None:
    longest = [Token("n" * 32, "f" * 64, (PREDICT, OPERATE)) for _ in range(access.TOKEN_LIMIT)]

    assert len(access.dump(longest).encode()) <= 4096


def test_kept_value_holds_no_secret() -> None:
    assert "secret-1" not in access.dump([READER])


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Bearer secret-1", "reader"),
        ("bearer secret-1", "reader"),
        ("BEARER secret-2", "operator"),
        ("  Bearer   secret-2  ", "operator"),
        ("Bearer secret-3", None),
        ("Bearer Secret-1", None),
        ("Bearer secret-1x", None),
        ("Bearer secret-1 secret-2", None),
        ("Basic secret-1", None),
        ("secret-1", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("", None),
        (" ", None),
        (f"Bearer {access.digest('secret-1')}", None),
        ("Bearer sécret", None),
    ],
)
def test_token_of_a_header_is_the_one_whose_secret_it_holds(header: str, name: str | None) -> None:
    found = access.matching([READER, OPERATOR], header=header)

    assert (found.name if found else None) == name


@given(st.text())
def test_no_header_opens_a_stage_without_tokens(header: str) -> None:
    assert access.matching([], header=header) is None


@given(st.integers(0, 24), st.binary(min_size=32, max_size=32))
def test_every_token_is_found_wherever_it_stands(position: int, secret: bytes) -> None:
    kept = [Token(f"token-{index}", access.digest(secrets.token_urlsafe()), (PREDICT,)) for index in range(25)]
    kept[position] = Token("wanted", access.digest(secret.hex()), (PREDICT,))

    assert access.matching(kept, header=f"Bearer {secret.hex()}") == kept[position]


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
