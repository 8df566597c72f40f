"""Says how a data set was split, for the result of Preprocess: nothing where it is as its recipe says, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lambdas.model.recipe import Recipe
from lambdas.model.splitting.split import BY_KEYS, Draw
from lambdas.parts import Prepared


def told(prepared: Prepared, recipe: Recipe) -> str:
    """Begins with a semicolon, or is empty."""
    return "".join(f"; {words}" for words in (*_by_keys(prepared.profile, recipe), *_kept(prepared, recipe)))


def _by_keys(profile: dict[str, Any], recipe: Recipe) -> Iterator[str]:
    if Draw.first(recipe, salt="").rule not in BY_KEYS:
        return
    share = f"{100 * profile['holdout_rows'] / profile['rows']:.1f} % of the rows are held out"
    groups = profile.get("groups")
    if groups is None:
        yield f"{share}, copies together"
    elif "not_counted" in groups:
        yield f"{share}, by {groups['column']}"
    else:
        yield f"{share}: {groups['holdout']:,} of {groups['all']:,} groups of {groups['column']}"
        if groups["on_both_sides"]:
            yield f"{groups['on_both_sides']:,} of them are in the training part too, by files that were split before"


def _kept(prepared: Prepared, recipe: Recipe) -> Iterator[str]:
    """Tells that the older objects keep their split although the recipe's Split changed."""
    wanted = Draw.first(recipe, salt="")
    draws = prepared.draws.values()
    others = sum(draw.rule != wanted.rule for draw in draws if {draw.rule, wanted.rule} & {*BY_KEYS})
    if others:
        yield f"{others} of them keep the rule that they were first split by"
    kept = sum((draw.holdout_ratio, draw.seed) != (wanted.holdout_ratio, wanted.seed) for draw in draws)
    if kept:
        yield f"{kept} of them keep the ratio and seed that they were first split by"
