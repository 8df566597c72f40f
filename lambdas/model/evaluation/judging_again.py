"""Judges a night again by another recipe, from the counts that its report keeps.

A report keeps the confusion matrix with the squares of copies, the joint counts of both models, and the areas under
their curves. All rules follow from these, so the verdict of the recipe that judged the night comes out as it was.
What they do not tell follows from the answers that are kept row by row, where they are: the areas of another positive
class, and the joint counts with another anchor.
The models themselves, and the live model that they met, are those of that night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from chalicelib.cutting import listed
from chalicelib.exact import Number, exact
from lambdas.model.arrays import Integers
from lambdas.model.evaluation.anchor import AnchorVersion, has_anchor, judge_counts, without
from lambdas.model.evaluation.champion import Champion, Compared
from lambdas.model.evaluation.counted import Counted, Metrics, in_order
from lambdas.model.evaluation.tally.row_answers import RowAnswers
from lambdas.model.evaluation.tally.tally import ANCHOR, CHALLENGER, CHAMPION
from lambdas.model.evaluation.verdict import judged
from lambdas.model.gate import parity
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.thresholds import AT_MOST, RuleResult, Verdict
from lambdas.model.metrics.curves import AREAS, areas
from lambdas.model.metrics.ratios import FLIPS
from lambdas.model.recipe import Recipe

CELL = ("true", "champion", "challenger", "rows", "squares")


Document = Mapping[str, Any]
"""Ready for JSON, as `evaluation.evaluate` makes the report; what an earlier release did not measure is missing."""


class NotKept(ValueError):
    """The report lacks what the recipe asks about; the message says what, and what to do."""


class Rows(Protocol):
    """The answers that are kept row by row, as the night needs them that is judged."""

    def tonight(self) -> RowAnswers:
        """Of that night's holdout. Raises NotKept."""

    def of_version(self, model_version: int, *, classes: Sequence[str]) -> Integers:
        """(m,): of each of these rows the place, among the classes, of the answer that this version gave to it on
        whatever night. Raises NotKept where there is a row that it is not known to have been scored on."""


def judge_again(recipe: Recipe, report: Document, *, rows: Rows) -> Verdict:
    """By the report, and where that does not tell enough, by the answers for its rows. Raises NotKept."""
    if not report.get("classes") or not report.get("matrix"):
        raise NotKept("its report holds no confusion matrix")
    classes = tuple(report["classes"])
    if set(classes) != set(recipe.class_names):
        raise NotKept(f"its classes are {listed(classes)}, the recipe's {listed(recipe.class_names)}")
    matrix = in_order(_counts(report["matrix"]), of=classes, wanted=recipe.class_names)
    joint = _joint(report.get("comparison"), classes=classes, wanted=recipe.class_names, matrix=matrix)
    return judged(
        recipe,
        challenger=_counted(recipe, matrix, report, areas=report, of=CHALLENGER, rows=rows),
        squares=_squares(recipe, report, classes=classes, joint=joint),
        parity=[_as_it_was(rule) for rule in report["rules"] if rule["name"] in parity.RULES],
        live=_live(recipe, report, joint=joint, rows=rows),
        anchor=_against_anchor(recipe, report, challenger=matrix, rows=rows),
    )


def lacks_anchor(recipe: Recipe, report: Document) -> bool:
    """Whether the recipe's ratchet compares with an anchor, and the night had none: nobody knows which."""
    is_judged = has_anchor(recipe) and recipe.named_anchor is None
    return is_judged and report.get("champion_model_version") is not None and report.get("anchor") is None


def has_its_anchor(recipe: Recipe, report: Document) -> bool:
    """Whether the night is judged against the anchor that it had, which by the recipe may have been another one."""
    kept = report.get("anchor")
    is_judged = has_anchor(recipe) and recipe.named_anchor is None
    return is_judged and kept is not None and kept["model_version"] is not None


def another_anchor(recipe: Recipe, report: Document) -> int | None:
    """The version that the recipe names, where it was not the night's anchor, and is not compared as the live one."""
    named, kept = recipe.named_anchor, report.get("anchor")
    if named is None or not has_anchor(recipe) or report.get("champion") is None:
        return None
    then = (report.get("champion_model_version"), kept and kept["model_version"])
    return None if named in then else named


def _counted(recipe: Recipe, matrix: Integers, report: Document, *, areas: Document, of: str, rows: Rows) -> Counted:
    """Of this version; `areas` are those under its curves of the report's positive class, among other facts."""
    if recipe.positive is None:
        return Counted(recipe.class_names, matrix.tolist(), {})
    asked = [each.name for each in recipe.thresholds if each.metric in AREAS]
    if asked and recipe.positive != report.get("positive"):
        has = f"its {asked[0]} is of {report['positive']}" if report.get("positive") else f"it has no {asked[0]}"
        return Counted(recipe.class_names, matrix.tolist(), _areas(recipe.positive, has, of=of, rows=rows))
    positives = matrix[recipe.class_names.index(recipe.positive)].sum()
    found = {
        "average_precision": areas.get("average_precision"),
        "roc_auc": _of_pairs(areas.get("roc_auc"), int(positives), int(matrix.sum() - positives)),
    }
    return Counted(recipe.class_names, matrix.tolist(), found)


def _areas(positive: str, has: str, *, of: str, rows: Rows) -> Metrics:
    try:
        return areas(rows.tonight().curve(of, positive=positive))
    except NotKept as exc:
        raise NotKept(f"{has}, the recipe's of {positive}; and {exc}") from exc


def _joint_by_rows(recipe: Recipe, rows: Rows, *, version: str, else_said: str) -> JointCounts:
    """With a version that was scored on that night."""
    try:
        found = rows.tonight()
    except NotKept as exc:
        raise NotKept(f"{else_said}; and {exc}") from exc
    beside = found.places_among(recipe.class_names)[found.labels[version]]
    return found.joint(classes=recipe.class_names, beside=beside, challenger=CHALLENGER)


def _of_pairs(roc_auc: float | None, positive: int, others: int) -> Number | None:
    """The exact area: a share of the pairs of a positive row and another, of which a tie counts half."""
    halves = 2 * positive * others
    return roc_auc if roc_auc is None or not halves else Fraction(round(exact(roc_auc) * halves), halves)


def _squares(
    recipe: Recipe, report: Document, *, classes: Sequence[str], joint: JointCounts | None
) -> Integers | None:
    """None where nobody knows which rows are copies, and the recipe does not need it."""
    if report.get("squares"):
        return in_order(_counts(report["squares"]), of=classes, wanted=recipe.class_names)
    if joint is not None:
        squares = np.zeros((joint.n_classes, joint.n_classes), dtype=np.int64)
        np.add.at(squares, (joint.true, joint.challenger), joint.squares)
        return squares
    if any(each.sure is not None for each in recipe.thresholds):
        raise NotKept("an earlier release kept no word of copies of rows: leave `sure` out of the thresholds")
    return None


def _joint(
    kept: Document | None, *, classes: Sequence[str], wanted: Sequence[str], matrix: Integers
) -> JointCounts | None:
    """In the order of the wanted classes, as the challenger's `matrix` is; None where no cell is kept."""
    if not kept or not kept["cells"]:
        return None
    if any(len(cell) != len(CELL) or max(cell[:3]) >= len(classes) for cell in kept["cells"]):
        raise NotKept(f"its joint counts are damaged: each holds {', '.join(CELL)}")
    places = np.array([list(wanted).index(name) for name in classes])
    true, champion, challenger, rows, squares = _counts(kept["cells"]).T
    cells = [places[each] for each in (true, champion, challenger)]
    order = np.lexsort(cells[::-1])
    joint = JointCounts(len(places), *(each[order] for each in (*cells, rows, squares)))
    if (joint.matrices()[0] != matrix).any():
        raise NotKept("its joint counts and its confusion matrix are of different rows: one is damaged")
    return joint


def _counts(kept: Any) -> Integers:
    try:
        return np.array(kept, dtype=np.int64)
    except OverflowError as exc:
        raise NotKept("it counts more rows than there can be: it is damaged") from exc


def _live(recipe: Recipe, report: Document, *, joint: JointCounts | None, rows: Rows) -> Champion | None:
    """None without a champion, and where the recipe compares nothing with it."""
    compared = [each for each in recipe.thresholds if each.compares_with_champion or each.metric == FLIPS]
    champion = report.get("champion")
    if champion is None or not (recipe.compare_with_champion and compared):
        return None
    if not champion["scored"]:
        return Champion(None, champion["problem"])
    if joint is None:
        said = "its report holds no joint counts of both models: set compare_with_champion=False to leave them"
        joint = _joint_by_rows(recipe, rows, version=CHAMPION, else_said=said)
    _, theirs = joint.matrices()
    counted = _counted(recipe, theirs, report, areas=champion, of=CHAMPION, rows=rows)
    return Champion(Compared.of(recipe, counted=counted, joint=joint))


def _against_anchor(recipe: Recipe, report: Document, *, challenger: Integers, rows: Rows) -> Sequence[RuleResult]:
    """The rules against the anchor that the recipe names, or else of that night; none where there was none, or where
    it was the champion."""
    kept, named, another = report.get("anchor"), recipe.named_anchor, another_anchor(recipe, report)
    if another is not None:
        joint = _joint_with(another, recipe, kept, rows=rows)
        return _rules(AnchorVersion(model_version=another, is_named=True), recipe, joint, challenger=challenger)
    if kept is None or kept["model_version"] is None or not has_anchor(recipe):
        return ()
    version = AnchorVersion(
        model_version=kept["model_version"], is_named=named is not None, problem=kept.get("problem") or ""
    )
    if named not in (None, version.model_version):  # the champion
        return ()
    if version.problem:
        return without(version).rules
    if kept.get("comparison") is None:
        return ()
    known = _joint(kept["comparison"], classes=report["classes"], wanted=recipe.class_names, matrix=challenger)
    said = "its report holds no joint counts of the anchor: set anchor=None to leave it"
    joint = known or _joint_by_rows(recipe, rows, version=ANCHOR, else_said=said)
    return _rules(version, recipe, joint, challenger=challenger)


def _joint_with(named: int, recipe: Recipe, kept: Document | None, *, rows: Rows) -> JointCounts:
    """With a version that was no anchor on that night."""
    then = kept["model_version"] if kept else None
    has = "it had no anchor" if then is None else f"its anchor was version {then}"
    try:
        found = rows.tonight()
        beside = rows.of_version(named, classes=recipe.class_names)
    except NotKept as exc:
        raise NotKept(f"{has}, the recipe's is version {named}; and {exc}") from exc
    return found.joint(classes=recipe.class_names, beside=beside, challenger=CHALLENGER)


def _rules(
    version: AnchorVersion, recipe: Recipe, joint: JointCounts, *, challenger: Integers
) -> Sequence[RuleResult]:
    _, theirs = joint.matrices()
    mine, other = (Counted(recipe.class_names, matrix.tolist(), {}) for matrix in (challenger, theirs))
    return judge_counts(version, counted=other, joint=joint, challenger=mine, recipe=recipe).rules


def _as_it_was(rule: Document) -> RuleResult:
    return RuleResult(rule["name"], rule["value"], AT_MOST, rule["bound"], rule["passed"], rule["reason"])
