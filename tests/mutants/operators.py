"""Small mistakes that a person makes, as edits of a source file: one function for each kind.

An edit replaces a range of the file's bytes. Nothing here reads a file or draws at random.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Edits = Iterator["Edit"]

IDENTIFIER = re.compile(r"[A-Za-z][\w.:/-]*")

SWAPPED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}

WITHOUT_CONSEQUENCE = {"check", "default", "encoding", "errors", "frozen", "help", "indent", "kw_only", "metavar"}
WITHOUT_CONSEQUENCE |= {"prog", "repr", "show_default", "strict", "style", "title", "daemon"}
"""Keyword arguments that change how something looks, or that only a mistake elsewhere would make matter."""

SPOKEN = {"print", "echo", "debug", "info", "warning", "say", "tell", "filterwarnings"}
"""Calls whose arguments are text for people."""

FOR_TOOLS = {"TypeVar", "ContextVar"}
"""Calls whose arguments a type checker or a debugger reads, and the program never."""


TYPES = {"dict", "frozenset", "list", "set", "tuple", "type"}


@dataclass(frozen=True)
class Edit:
    kind: str
    line: int
    begin: int
    end: int
    by: str

    def applied(self, source: bytes) -> bytes:
        return source[: self.begin] + self.by.encode() + source[self.end :]


@dataclass(frozen=True)
class Source:
    """A file's bytes, and where its lines begin."""

    content: bytes
    line_starts: list[int]

    @classmethod
    def of(cls, content: bytes) -> Source:
        starts = [0]
        for line in content.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return cls(content, starts)

    def begin(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self.line_starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.line_starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        return self.content[self.begin(node) : self.end(node)].decode()


def edits(content: bytes) -> list[Edit]:
    """Every edit of a Python file. A few leave a file that does not parse: see `parses`."""
    source = Source.of(content)
    return [edit for node in _nodes(ast.parse(content)) for kind in KINDS for edit in kind(source, node)]


def parses(content: bytes) -> bool:
    try:
        ast.parse(content)
    except SyntaxError:
        return False
    return True


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those of text for people and of types."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert) or _does_nothing(node):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes(child)


def _does_nothing(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return _name(node.func) in SPOKEN | FOR_TOOLS
    if isinstance(node, ast.If):
        return _name(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.Subscript):
        return _name(node.value)[:1].isupper() or _name(node.value) in TYPES  # a type, as in Callable[[str], int]
    if isinstance(node, ast.Assign):
        return _name(node.targets[0]) == "__all__"
    is_text = isinstance(node, ast.Expr) and (isinstance(node.value, ast.Constant) or _does_nothing(node.value))
    return is_text or (isinstance(node, ast.keyword) and node.arg in WITHOUT_CONSEQUENCE)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def comparison(source: Source, node: ast.AST) -> Edits:
    """`<` for `<=`, `==` for `!=`, `in` for `not in`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        begin, end = source.end(node.left), source.begin(node.comparators[0])
        middle = source.content[begin:end].decode()
        by = re.sub(r"[<>=!]+|\b(is|not|in)\b(\s+\b(not|in)\b)?", SWAPPED[type(node.ops[0])], middle, count=1)
        yield Edit("comparison", node.lineno, begin, end, by)


def connective(source: Source, node: ast.AST) -> Edits:
    """`and` for `or`."""
    if isinstance(node, ast.BoolOp):
        begin, end = source.end(node.values[0]), source.begin(node.values[1])
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        yield Edit("connective", node.lineno, begin, end, source.content[begin:end].decode().replace(*words, 1))


def negation(source: Source, node: ast.AST) -> Edits:
    """A `not` is forgotten."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield Edit("negation", node.lineno, source.begin(node), source.end(node), f"({source.text(node.operand)})")


def number(source: Source, node: ast.AST) -> Edits:
    """Another number: a limit, a time-out, a share."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        by = node.value + 1 if isinstance(node.value, int) and node.value < 10 else node.value * 2
        yield Edit("number", node.lineno, source.begin(node), source.end(node), repr(by or 1.0))


def word(source: Source, node: ast.AST) -> Edits:
    """A slip in a name: of a metric, a header, a field, a path."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and IDENTIFIER.fullmatch(node.value):
        text = source.text(node)
        if text[0] in "'\"" and text[:3] != '"""':
            yield Edit("word", node.lineno, source.end(node) - 1, source.end(node) - 1, "x")


def argument(source: Source, node: ast.AST) -> Edits:
    """A keyword argument is left out."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg not in WITHOUT_CONSEQUENCE:
                end = source.end(keyword)
                comma = re.match(rb"\s*,?", source.content[end:])
                yield Edit("argument", keyword.lineno, source.begin(keyword), end + (comma.end() if comma else 0), "")


def element(source: Source, node: ast.AST) -> Edits:
    """A member of a list, a set or a dictionary is left out: a grant, a layer, a route."""
    if isinstance(node, ast.List | ast.Set | ast.Tuple) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        pairs = [(member, member) for member in node.elts]
    elif isinstance(node, ast.Dict):
        pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
    else:
        return
    if len(pairs) > 1:
        for first, last in pairs:
            end = source.end(last)
            comma = re.match(rb"\s*,?", source.content[end:])
            yield Edit("element", first.lineno, source.begin(first), end + (comma.end() if comma else 0), "")


def statement(source: Source, node: ast.AST) -> Edits:
    """A call is forgotten."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield Edit("statement", node.lineno, source.begin(node), source.end(node), "pass")


def order(source: Source, node: ast.AST) -> Edits:
    """Two calls one after the other, in the wrong order."""
    body = getattr(node, "body", None)
    for one, two in itertools.pairwise(body) if isinstance(body, list) else ():
        if all(isinstance(each, ast.Expr) and isinstance(each.value, ast.Call) for each in (one, two)):
            between = source.content[source.end(one) : source.begin(two)].decode()
            yield Edit(
                "order", one.lineno, source.begin(one), source.end(two), source.text(two) + between + source.text(one)
            )


def guard(source: Source, node: ast.AST) -> Edits:
    """What is refused or left early is not."""
    if (
        isinstance(node, ast.If)
        and not node.orelse
        and isinstance(node.body[-1], ast.Raise | ast.Return | ast.Continue)
    ):
        yield Edit("guard", node.lineno, source.begin(node.test), source.end(node.test), "False")


def extreme(source: Source, node: ast.AST) -> Edits:
    """`min` for `max`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
        other = "max" if node.func.id == "min" else "min"
        yield Edit("extreme", node.lineno, source.begin(node.func), source.end(node.func), other)


KINDS: tuple[Callable[[Source, ast.AST], Edits], ...] = (
    comparison,
    connective,
    negation,
    number,
    word,
    argument,
    element,
    statement,
    order,
    guard,
    extreme,
)
