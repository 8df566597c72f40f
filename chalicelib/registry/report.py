"""Reads an evaluation's report, as far as the core needs it: `runs/RUN/report.json`, and `report.json` of a version.

The document holds everything else that `lambdas.model.evaluation.evaluation` measured, for display.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from chalicelib.documents.frozen import Document, holds, holds_many, holds_one
from chalicelib.documents.shapes import (
    Record,
    anything,
    count,
    flag,
    list_of,
    maybe,
    moment,
    number,
    number_from_1,
    one_of,
    sha256,
    table_of,
    text,
)
from chalicelib.quality.interval import Interval
from chalicelib.quality.night import Night
from chalicelib.quality.trials import Tuning

RATIOS = table_of(table_of(maybe(number)))
"""By class and name; null where one is undefined."""


class Erased(Document):
    """What a document lost to an erasure, which says so in it."""

    files: Sequence[str] = holds(list_of(text))
    who: str = holds(text)
    at: str = holds(moment)
    rows: int = holds(count)


class Answer(Document):
    label: str = holds(text)
    probability: float = holds(number)
    """Of the true class."""


class Difference(Document):
    """A row of the holdout on which both models differ, and how many more are like it."""

    row: int = holds(count)
    rows_alike: int = holds(count)
    true: str = holds(text)
    challenger: Answer = holds_one(Answer)
    champion: Answer = holds_one(Answer)
    features: Mapping[str, Any] = holds(table_of(anything))


class Rule(Document):
    """A rule of the gate, and what came of it."""

    name: str = holds(text)
    passed: bool = holds(flag)
    value: float | None = holds(maybe(number))
    direction: str = holds(one_of(">=", "<="))
    bound: float | None = holds(maybe(number))
    reason: str = holds(text)
    interval: Interval | None = holds_one(Interval, default=None)
    """Of the value; None of an earlier release, and of a value that is no share of rows."""
    enough_rows: bool = holds(flag, default=True)
    """False where the rows prove neither that the bound is kept nor that it is not; then the rule failed."""


class Imported(Document):
    """A model that was trained elsewhere, as it was brought here."""

    file: str = holds(text)
    """Its name where it came from."""
    key: str = holds(text)
    """Where it lies in the bucket."""
    sha256: str = holds(sha256)
    version_id: str | None = holds(text, default=None)
    """Of this content in S3; None where the store does not tell."""
    bytes: int = holds(count)
    classes: Sequence[str] = holds(list_of(text))
    """The names of its classes 0, 1 and so on."""

    @property
    def words(self) -> str:
        return f"imported from {self.file} (SHA-256 {self.sha256})"

    @property
    def sentence(self) -> str:
        return f"The model was {self.words}, and not trained here."


class Threshold(Document):
    """The operating point: from which probability of the positive class on a model of two classes answers it."""

    positive: str = holds(text)
    probability: float = holds(number)
    words: str | None = holds(text, default=None)
    """How it was chosen; None beside a champion."""
    chosen: Mapping[str, Any] | None = holds(maybe(table_of(anything)), default=None)
    """On which rows, with the intervals of precision and recall there; None of one that the recipe names."""


class Champion(Document):
    """The live model on the same rows: how many it was scored on, or the problem that kept it from being scored."""

    scored: bool = holds(flag)
    rows: int = holds(count, default=0)
    problem: str | None = holds(maybe(text), default=None)
    average_precision: float | None = holds(maybe(number), default=None)
    roc_auc: float | None = holds(maybe(number), default=None)
    threshold: Threshold | None = holds_one(Threshold, default=None)
    """Its own, which its answers follow; None without one."""

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        needed = "rows" if isinstance(value, dict) and value.get("scored") is True else "problem"
        return super().misfit(value) or (None if needed in value else f".{needed} is missing")


class Paired(Document):
    """McNemar's test of both models on the same rows, in a report of an earlier release."""

    only_challenger_right: int = holds(count)
    only_champion_right: int = holds(count)
    both_right: int = holds(count)
    both_wrong: int = holds(count)
    p_value: float = holds(number)
    significance: float = holds(number)
    method: str = holds(text)


class ComparedRatio(Document):
    """A ratio of both models on the same rows; null where it is undefined for one of them."""

    name: str = holds(text)
    metric: str = holds(text)
    margin: float = holds(number)
    challenger: float | None = holds(maybe(number))
    champion: float | None = holds(maybe(number))
    difference: float | None = holds(maybe(number))
    low: float | None = holds(maybe(number))
    """The ends of the difference's interval."""
    high: float | None = holds(maybe(number))
    p: float = holds(number)
    verdict: str = holds(text)
    passed: bool = holds(flag)
    notices: float | None = holds(maybe(number))
    """The smallest fall that this holdout would notice on 80 % of nights."""
    rows_needed: int | None = holds(maybe(count))
    words: str = holds(text)


class Comparison(Document):
    """Both models on the same rows: how many by true class, champion's and challenger's answer; and each ratio."""

    sure: float = holds(number)
    decides: bool = holds(flag)
    """False where the recipe does not compare with the champion."""
    rows: int = holds(count)
    cells: Sequence[Sequence[int]] = holds(list_of(list_of(count)))
    """True class, champion's and challenger's answer, by their positions in `classes`; rows, squares of copies.
    Empty where there are more cells than a document takes."""
    only_challenger_right: int = holds(count)
    only_champion_right: int = holds(count)
    both_right: int = holds(count)
    both_wrong: int = holds(count)
    ratios: tuple[ComparedRatio, ...] = holds_many(ComparedRatio)


class MovedBy(Document):
    column: str | None = holds(maybe(text))
    """None for the level: the score of all rows alike moved them more than any column."""
    rows: int = holds(count)


class Side(Document):
    """Rows of one class that the live model answers one way and the new one another."""

    true: str = holds(text)
    champion: str = holds(text)
    challenger: str = holds(text)
    rows: int = holds(count)
    moved_by: tuple[MovedBy, ...] = holds_many(MovedBy)
    """The columns that moved most of them most, as `lambdas.model.evaluation.flips` defines it."""


class Flips(Document):
    """The rows that change sides."""

    rows: int = holds(count)
    """Of the holdout."""
    flipped: int = holds(count)
    sides: tuple[Side, ...] = holds_many(Side)
    """Those with most rows, first."""
    sides_left_out: int = holds(count)


class Anchor(Document):
    """The version that stands still beside the champion, on the same rows: see `lambdas.model.evaluation.anchor`."""

    model_version: int | None = holds(maybe(number_from_1))
    """None where there was none yet."""
    named: bool = holds(flag, default=False)
    """Whether the recipe names it."""
    problem: str | None = holds(maybe(text), default=None)
    """Why it could not be scored."""
    comparison: Comparison | None = holds_one(Comparison, default=None)
    """None where it was the champion too, or was not scored."""
    advances: bool = holds(flag)
    """Whether the new model becomes the anchor, once it goes live."""
    why: str = holds(text)


class RowAnswers(Document):
    """What was kept of the answers row by row, in `row-answers/`; or the problem that kept them from it."""

    rows: int | None = holds(maybe(count), default=None)
    distinct_rows: int | None = holds(maybe(count), default=None)
    bytes: int | None = holds(maybe(count), default=None)
    problem: str | None = holds(maybe(text), default=None)


class Report(Document):
    passed: bool = holds(flag)
    reason: str = holds(text)
    rules: tuple[Rule, ...] = holds_many(Rule)
    passing_class: str | None = holds(maybe(text), default=None)
    """The class that as the answer to every row of the holdout would keep every threshold too; None if none would."""
    model: str | None = holds(text, default=None)
    run: str | None = holds(text, default=None)
    judging: int = holds(number_from_1, default=1)
    """2 when the champion had changed, and the run judged again."""
    fingerprint: str | None = holds(text, default=None)
    champion_model_version: int | None = holds(maybe(number_from_1), default=None)
    """None where nothing was live."""
    classes: Sequence[str] | None = holds(list_of(text), default=None)
    matrix: Sequence[Sequence[float]] | None = holds(list_of(list_of(number)), default=None)
    """Rows true, columns predicted, in the order of `classes`."""
    squares: Sequence[Sequence[float]] | None = holds(list_of(list_of(number)), default=None)
    """As the matrix: of each cell the sum over its distinct rows of the square of their copies. None of an earlier
    release."""
    rows: float | None = holds(number, default=None)
    positive: str | None = holds(maybe(text), default=None)
    """The class that the areas are of."""
    average_precision: float | None = holds(maybe(number), default=None)
    roc_auc: float | None = holds(maybe(number), default=None)
    ratios: Mapping[str, Mapping[str, float | None]] | None = holds(RATIOS, default=None)
    imported: Imported | None = holds_one(Imported, default=None)
    """None of a model that was trained here."""
    threshold: Threshold | None = holds_one(Threshold, default=None)
    """None of a model that answers the more probable class."""
    tuning: Tuning | None = holds_one(Tuning, default=None)
    """None where nothing was searched."""
    champion: Champion | None = holds_one(Champion, default=None)
    champion_fell: Sequence[Mapping[str, Any]] = holds(
        list_of(Record({"ratio": text, "class": text, "then": number, "now": number})), default=()
    )
    """Ratios by which the champion is worse on this holdout than it was when it was judged itself."""
    live_quality: Night | None = holds_one(Night, default=None)
    """The live version on the run's new rows; None where one of them was missing, and of an earlier release."""
    live_quality_problem: str | None = holds(maybe(text), default=None)
    """What kept the live version from being scored on them."""
    swapped: Mapping[str, Sequence[Sequence[str]]] = holds(
        table_of(list_of(list_of(text))), default=MappingProxyType({})
    )
    """As `run_documents.Arrived` has it; empty of an earlier release."""
    paired: Paired | None = holds_one(Paired, default=None)
    comparison: Comparison | None = holds_one(Comparison, default=None)
    flips: Flips | None = holds_one(Flips, default=None)
    """None of an earlier release, and without a champion."""
    anchor: Anchor | None = holds_one(Anchor, default=None)
    """None where the recipe compares with none, and of an earlier release."""
    differences: tuple[Difference, ...] = holds_many(Difference, default=())
    """The rows on which both models differ most."""
    row_answers: RowAnswers | None = holds_one(RowAnswers, default=None)
    """None of an earlier release."""
    erased: tuple[Erased, ...] = holds_many(Erased, default=())

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        return super().misfit(value) or not_square(value)


def not_square(value: Any) -> str | None:
    """Whether the confusion matrix, or its squares, has no row and column for every class."""
    classes = value.get("classes")
    for name in ("matrix", "squares"):
        matrix = value.get(name)
        if None not in (classes, matrix) and not {len(each) for each in (matrix, *matrix)} <= {len(classes)}:
            return f".{name} does not have {len(classes)} rows and columns"
    return None
