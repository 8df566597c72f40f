"""Files of a recipe's columns, to be read."""

from __future__ import annotations

from lambdas.model.recipe import Categorical, Numeric
from tests.given import data

RECIPE = data.recipe(
    columns=[
        Numeric("size", minimum=0, maximum=1000),
        Numeric("age"),
        Categorical("flag"),
        Categorical("zone", ["n", "s"]),
    ]
)
HEADER = "size,age,flag,zone,label"
GOOD = f"{HEADER}\n1,2,SF,n,ok.\n3,4.5,01,s,spam.\n"


def rows(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines, ""]).encode()
