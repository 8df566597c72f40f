"""Recipes and files for `nightswap check`, and the command on them."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from workflows.cli.main import group

HEAD = """from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe
from lambdas.model.recipe import at_least

def estimator(columns):
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.multiclass import OneVsOneClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from sklearn.tree import DecisionTreeClassifier
    return {estimator}

RECIPE = Recipe(
    model="loans", columns=[Numeric("age", minimum=18), Categorical("housing")], label="paid",
    classes={{"yes": "paid", "no": "defaulted"}}, positive="defaulted", estimator=estimator,
    thresholds=[at_least("recall", of="defaulted", bound=0.5), at_least("precision", of="defaulted", bound=0.6)],
)
"""
FOREST = "ExtraTreesClassifier(80)"
GOOD = "LogisticRegression()"
ROWS = "age,housing,paid\n" + "40,own,yes\n30,rent,no\n" * 20
ENCODED = (
    "make_pipeline(make_column_transformer((OneHotEncoder(handle_unknown='ignore'), columns.categorical)),"
    " LogisticRegression(max_iter=1))"
)


def recipe(folder: Path, estimator: str = GOOD, name: str = "loans.py") -> Path:
    file = folder / name
    file.write_text(HEAD.format(estimator=estimator))
    return file


def rows(folder: Path, text: str = ROWS) -> Path:
    file = folder / "loans.csv"
    file.write_text(text)
    return file


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["check", *map(str, arguments)])
