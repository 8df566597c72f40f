"""Says how a data set was split, for the result of Preprocess: nothing where it is as its recipe says, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.cutting import amount, verb
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.split import BY_CLASSES, BY_KEYS, BY_TIME, Draw
from lambdas.parts import Prepared


def told(prepared: Prepared, recipe: Recipe) -> str:
    """Begins with a semicolon, or is empty."""
    profile = prepared.profile
    said = (*_by_keys(profile, recipe), *_by_time(profile), *_window(profile), *_kept(prepared, recipe))
    return "".join(f"; {words}" for words in said)


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
        yield f"{share}: {groups['holdout']:,} of {amount(groups['all'], 'group')} of {groups['column']}"
        if groups["on_both_sides"]:
            both = groups["on_both_sides"]
            yield (
                f"{both:,} of them {verb(both, 'is', 'are')} in the training part too, by files that were"
                f" split before"
            )


def _by_time(profile: dict[str, Any]) -> Iterator[str]:
    time = profile.get("time")
    if time is None:
        return
    share = f"{100 * profile['holdout_rows'] / profile['rows']:.1f} % of the rows are held out"
    until, wanted = time["trained_until"], time["wanted_until"]
    yield f"{share}: those after {until}" if until else share
    if until > wanted:
        yield f"the recipe would hold out more, but a version was trained on rows up to {until}"


def _window(profile: dict[str, Any]) -> Iterator[str]:
    if "window" in profile:
        yield f"rows before {profile['window']['since']} are left out"


def _kept(prepared: Prepared, recipe: Recipe) -> Iterator[str]:
    """Tells that the older objects keep their split although the recipe's Split changed."""
    wanted = Draw.first(recipe, salt="")
    draws = prepared.draws.values()
    others = sum(draw.rule != wanted.rule for draw in draws if {draw.rule, wanted.rule} - {*BY_CLASSES})
    if others:
        were = verb(others, "it was", "they were")
        yield f"{amount(others, 'object')} {verb(others, 'keeps', 'keep')} the rule that {were} first split by"
    asked_for = (wanted.holdout_ratio, wanted.seed)
    kept = sum((draw.holdout_ratio, draw.seed) != asked_for for draw in draws if draw.rule not in BY_TIME)
    if kept:
        were = verb(kept, "it was", "they were")
        yield f"{amount(kept, 'object')} {verb(kept, 'keeps', 'keep')} the ratio and seed that {were} first split by"
