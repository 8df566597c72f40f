"""The docstring's tree of errors is the real one; and every error has its answer to a caller."""

from __future__ import annotations

import builtins
import json
import re
from dataclasses import dataclass

from chalicelib import errors
from chalicelib.api import responses
from chalicelib.errors import DataError, NightswapError, RequestError, TransientError, leaves

BRANCH = re.compile(r"^ {4}(?P<indent>[│ ]*)[├└]── (?P<names>\S+(?: \S+)*)")
INDENT = 4
"""Characters for each level of the drawing."""


@dataclass(frozen=True)
class Drawn:
    name: str
    parent: str
    status: int | None


def drawn() -> list[Drawn]:
    """The classes of the drawing. A line draws several, after a comma; two spaces set off its explanation."""
    found: list[Drawn] = []
    above = ["NightswapError"]
    for line in (errors.__doc__ or "").splitlines():
        if match := BRANCH.match(line):
            depth = len(match["indent"]) // INDENT
            for entry in match["names"].split(", "):
                name, _, status = entry.partition(" ")
                found.append(Drawn(name, above[depth], int(status) if status else None))
                above[depth + 1 :] = [name]
    return found


def below(base: type[NightswapError]) -> list[type[NightswapError]]:
    return [each for child in base.__subclasses__() for each in (child, *below(child))]


def class_of(leaf: str) -> type[NightswapError]:
    return next(each for each in below(NightswapError) if each.__name__ == leaf)


def test_drawing_is_the_tree() -> None:
    real = {(each.__name__, each.__mro__[1].__name__) for each in below(NightswapError)}

    assert {(each.name, each.parent) for each in drawn()} == real


def test_drawing_names_every_error_once() -> None:
    names = [each.name for each in drawn()]

    assert sorted(names) == sorted(set(names))


def test_drawn_statuses_are_the_real_ones() -> None:
    assert {each.name: each.status for each in drawn() if each.status} == {
        leaf: class_of(leaf).status for leaf in leaves(RequestError)
    }


def test_caller_is_told_to_change_the_request_or_to_come_back() -> None:
    statuses = {leaf: class_of(leaf).status for leaf in leaves(RequestError)}

    assert {leaf: it for leaf, it in statuses.items() if not (400 <= it < 500 or it == 503)} == {}


def test_caller_is_told_to_come_back_after_a_transient_error() -> None:
    assert {class_of(leaf).status for leaf in leaves(TransientError)} == {503}


def test_leaf_names_are_told_apart_by_the_state_machine() -> None:
    names = [each.__name__ for each in below(NightswapError)]

    assert len(names) == len(set(names))
    assert not set(names) & set(dir(builtins))


def test_groups_do_not_overlap() -> None:
    groups = [set(leaves(group)) for group in (TransientError, DataError, RequestError)]

    assert sum(map(len, groups)) == len(set.union(*groups))


def test_answer_to_any_error_has_one_form() -> None:
    said = "what, where, and what to do"
    for leaf in leaves():
        error = class_of(leaf)(said, field="a_field", nothing=None)

        status, body = responses.of_error(error)

        assert status == class_of(leaf).status
        assert json.loads(json.dumps(body)) == {"Code": leaf, "Message": said, "Field": "a_field"}
        assert str(error) == error.message
