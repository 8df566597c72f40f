"""Finds what a recipe asks of the comparison with the champion and no holdout, or no formula, can tell."""

from __future__ import annotations

from collections.abc import Iterator

from lambdas.model.gate.demands import PROPORTIONS, RATIOS, SURE, SURE_MAX
from lambdas.model.gate.thresholds import GateRule
from lambdas.model.recipe.fields import Fields

SIGNIFICANCE_MIN = round(1 - SURE_MAX, 6)


def comparison_problems(recipe: Fields) -> Iterator[str]:
    """The problems of sure, significance, proved and detectable; the types of the fields are already checked."""
    yield from _sureness(recipe)
    demanding = [name for name in ("proved", "detectable") if getattr(recipe, name)]
    compared = [each for each in recipe.thresholds if each.compares_with_champion]
    if demanding and not (recipe.compare_with_champion and compared):
        yield f"{' and '.join(demanding)} ask for a comparison with the champion, and nothing is compared with it"
    if recipe.proved:
        for threshold in compared:
            yield from _unprovable(threshold)
    if recipe.detectable is not None:
        yield from _undetectable(compared, fall=recipe.detectable)


def notes(recipe: Fields) -> list[str]:
    """What is no problem, and has changed its meaning since the recipe was written."""
    return [*_renamed(recipe), *_uncompared(recipe)]


def _renamed(recipe: Fields) -> Iterator[str]:
    if recipe.significance is not None:
        yield (
            f"significance={recipe.significance} means sure={recipe.demands.sure:g} now: the new model is refused"
            " when a ratio is proved worse by more than its margin, and not when it is lower by chance; write"
            f" sure={recipe.demands.sure:g} instead"
        )


def _uncompared(recipe: Fields) -> Iterator[str]:
    # Earlier releases compared all rows by McNemar's test even where no threshold had a margin.
    if recipe.compare_with_champion and not any(each.compares_with_champion for each in recipe.thresholds):
        yield (
            "no threshold is compared with the live model, so a worse new model goes live if it keeps every bound:"
            " give one a margin, or write compare_with_champion=False to say that this is meant"
        )


def _sureness(recipe: Fields) -> Iterator[str]:
    significance = recipe.significance
    if significance is not None and recipe.sure != SURE:
        yield f"sure is {recipe.sure} and significance is {significance}, which is 1 - sure: leave significance out"
    elif significance is not None and not SIGNIFICANCE_MIN <= significance < 0.5:
        yield (
            f"significance is {significance}: expected {SIGNIFICANCE_MIN} or more, and less than 0.5, for it is"
            " 1 - sure now; write sure instead, or leave both out"
        )
    if not 0.5 < recipe.sure <= SURE_MAX:
        yield f"sure is {recipe.sure}: expected more than 0.5, and {SURE_MAX} at most"


def _unprovable(threshold: GateRule) -> Iterator[str]:
    if threshold.metric not in PROPORTIONS:
        yield (
            f"proved asks for a proof that {threshold.name} is no worse, and there is none for {threshold.metric}:"
            f" expected margin=None there, to compare {', '.join(PROPORTIONS)} alone"
        )
    elif not threshold.margin:
        yield f"the margin of {threshold.name} is 0: no holdout proves that two models are equal; expected more"


def _undetectable(compared: list[GateRule], *, fall: float) -> Iterator[str]:
    if not 0 < fall < 1:
        yield f"detectable is {fall}: expected more than 0 and less than 1"
        return
    for threshold in compared:
        if threshold.metric not in RATIOS:
            yield (
                f"detectable asks which fall of {threshold.name} would be noticed, and there is no formula for it:"
                " expected margin=None there"
            )
        elif (threshold.margin or 0) >= fall:
            yield (
                f"detectable is {fall}, and the margin of {threshold.name} is {threshold.margin}: expected less,"
                " for a fall within the margin is never noticed"
            )
