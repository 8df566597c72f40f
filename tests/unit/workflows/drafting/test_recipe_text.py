"""A drafted recipe is Python that ruff would not format otherwise, and says what it was made from."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.limits import CATEGORY_CHARACTERS, CLASS_CHARACTERS, NAME_CHARACTERS
from lambdas.model.recipe import Categorical, Date, Numeric, at_least
from tests.contract.source.sources import ROOT
from workflows.drafting.baseline import Bound
from workflows.drafting.estimators import balanced, plain
from workflows.drafting.features import Choice, Feature
from workflows.drafting.recipe_text import Parts, source, text

ODD = ["it's", 'say "x"', 'both \' and ""', "back\\slash", "tab\there", "ä\u00a0ö", "\u65e5" * 30, "{x}", "%s"]


def parts(*, names: list[str], labels: list[str], file: str = "loans.csv", positive: str | None = None) -> Parts:
    marks = frozenset({"NA", "?"})
    features = [Feature(Numeric(name), f"about {name}") for name in names]
    features += [Feature(Categorical(f"c {name}"), "'a', 'b'", levels=2) for name in names]
    features.append(Feature(Numeric("gap", missing="median"), "with gaps", marks=marks))
    features.append(Feature(Categorical("flag", missing="missing"), "'x'", levels=1))
    features += [Feature(Date(f"d {name}", parts=["month", "hour"], missing="median"), "about") for name in names]
    bounds = [Bound(at_least("recall", of=name, bound=0.875), [f"0.9 of {name}", "more"]) for name in labels]
    return Parts(
        file=file,
        rows=1234,
        model="loans",
        label=names[0] + "!",
        labels=dict.fromkeys(labels, 617),
        classes={label: label for label in labels},
        other=labels[0] if positive else None,
        positive=positive,
        choice=Choice(features, [(name, "every cell is 'k'") for name in names]),
        estimator=plain,
        bounds=[Bound(at_least("accuracy", bound=0.99), ["0.995"]), *bounds],
    )


def test_a_class_of_many_without_a_bound_is_named() -> None:
    made = replace(parts(names=["age"], labels=["a", "b"]), classes={"a": "a", "b": "b", "c": "c"})

    assert "        # No bound for the recall of 'c': of so few rows" in source(made)


@pytest.mark.parametrize("labels", [["a", "b"], ["a", "b", "c"]])
def test_classes_that_have_their_bounds_are_not_named(labels: list[str]) -> None:
    assert "No bound" not in source(parts(names=["age"], labels=labels))


def formatted(written: str) -> str:
    ruff = [str(Path(sys.executable).with_name("ruff")), "format", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run([*ruff, "-"], input=written, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout


@pytest.mark.parametrize(
    "made",
    [
        parts(names=["age"], labels=["no", "yes"], positive="no"),
        parts(names=ODD, labels=ODD, file="a\nb'\".csv"),
        parts(names=["n" * NAME_CHARACTERS], labels=["l" * CLASS_CHARACTERS, "x"]),
        parts(names=["\u65e5" * NAME_CHARACTERS], labels=["\u65e5" * CLASS_CHARACTERS, "x"]),
        parts(names=["'\"" * 50], labels=["\\" * CLASS_CHARACTERS, '"' * CLASS_CHARACTERS]),
    ],
)
def test_ruff_would_not_format_it_otherwise(made: Parts) -> None:
    assert formatted(source(made)) == source(made)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=CATEGORY_CHARACTERS)))
def test_a_text_is_spelled_so_that_python_reads_it(texts: list[str]) -> None:
    for each in texts:
        spelled = text(each)

        assert ast.literal_eval(spelled) == each
        assert spelled.isprintable()


def test_texts_are_spelled_as_ruff_spells_them() -> None:
    written = "".join(f"a = {text(each)}\n" for each in ODD)

    assert formatted(written) == written


def test_it_names_file_rows_columns_and_reasons() -> None:
    written = source(parts(names=["age"], labels=["no", "yes"], positive="no"))

    assert "# Drafted from 1,234 rows by `nightswap init loans.csv --label 'age!'`. Change it:" in written
    assert "# Left out: 'age': every cell is 'k'.\n" in written
    assert '        # about age\n        Numeric("age"),\n' in written
    assert '        # 617 rows\n        "no": "no",\n' in written
    assert '        # 0.9 of no\n        # more\n        at_least("recall", of="no", bound=0.875),\n' in written
    assert '    positive="no",\n' in written
    assert '        Numeric("gap", missing="median"),\n' in written
    assert '        Categorical("flag", missing="missing"),\n' in written
    assert '    missing_values=["?", "NA"],\n' in written
    assert "from lambdas.model.recipe import Categorical, Columns, Date, Numeric, Recipe, at_least\n" in written
    assert '        Date("d age", parts=["month", "hour"], missing="median"),\n' in written


def test_what_it_does_not_use_is_not_imported() -> None:
    made = parts(names=["age"], labels=["a", "b", "c"])
    numeric = Choice(made.choice.features[:1], ())
    written = source(Parts(**{**vars(made), "choice": numeric}))

    assert "from lambdas.model.recipe import Columns, Numeric, Recipe, at_least\n" in written
    assert "positive=" not in written
    assert "missing_values" not in written


def test_either_estimator_becomes_the_recipes() -> None:
    made = parts(names=["age"], labels=["a", "b"])

    for estimator in (plain, balanced):
        written = source(Parts(**{**vars(made), "estimator": estimator}))

        assert "def estimator(columns: Columns) -> object:\n" in written
        assert ("class_weight" in written) == (estimator is balanced)
