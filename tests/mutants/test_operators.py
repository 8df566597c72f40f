"""Each kind of mistake, on the smallest source that has room for it."""

from __future__ import annotations

import pytest

from tests.mutants.operators import edits, parses


def mistakes(source: str, *, kind: str) -> list[str]:
    return [edit.applied(source.encode()).decode() for edit in edits(source.encode()) if edit.kind == kind]


@pytest.mark.parametrize(
    ("kind", "source", "wrong"),
    [
        ("comparison", "a >= b", ["a > b"]),
        ("comparison", "a is not b", ["a is b"]),
        ("comparison", "a in b", ["a not in b"]),
        ("connective", "a and b", ["a or b"]),
        ("negation", "x = not a", ["x = (a)"]),
        ("number", "x = 3 + 0.5", ["x = 4 + 0.5", "x = 3 + 1.0"]),
        ("number", "x = 28", ["x = 56"]),
        ("word", "x = 'no-store'", ["x = 'no-storex'"]),
        ("word", "x = 'two words'", []),
        ("argument", "f(a, of=b, at=c)", ["f(a,  at=c)", "f(a, of=b, )"]),
        ("argument", "f(a, help=b)", []),
        ("element", "x = ['a', 'b']", ["x = [ 'b']", "x = ['a', ]"]),
        ("element", "x = {'a': 1, 'b': 2}", ["x = { 'b': 2}", "x = {'a': 1, }"]),
        ("statement", "f(a)", ["pass"]),
        ("statement", "print(a)", []),
        ("order", "if x:\n    f(a)\n    g(b)\n", ["if x:\n    g(b)\n    f(a)\n"]),
        ("guard", "def f():\n    if a:\n        return b\n", ["def f():\n    if False:\n        return b\n"]),
        ("extreme", "x = max(a, b)", ["x = min(a, b)"]),
    ],
)
def test_mistake_is_made_where_it_can_be(kind: str, source: str, wrong: list[str]) -> None:
    assert mistakes(source, kind=kind) == wrong


@pytest.mark.parametrize(
    "source",
    [
        '"""A text about 3 things."""',
        "raise ValueError('three', 3)",
        "x: Callable[[int, str], None] = y",
        "Check = Callable[[int, str], None]",
        "Pairs = dict[str, tuple[int, str]]",
        "AnyTask = TypeVar('AnyTask', bound=Task)",
        "__all__ = ['a', 'b']",
        "x = f'{a} of 3'",
    ],
)
def test_text_for_people_and_types_are_left_alone(source: str) -> None:
    assert edits(source.encode()) == []


def test_place_of_a_mistake_is_counted_in_bytes() -> None:
    assert mistakes("x = 'ü', 3", kind="number") == ["x = 'ü', 4"]


def test_edit_that_leaves_no_program_is_known() -> None:
    assert parses(b"x = 1") and not parses(b"x = = 1")
