"""Drafts a recipe from a file, or says what cannot work, in the words of a run where a run would refuse it."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from chalicelib.cutting import amount, listed, quoted
from chalicelib.dates.nights import DATE
from chalicelib.errors import BadRequest, ClassSharesShifted, CommandFailed
from chalicelib.limits import CLASSES
from chalicelib.names import nearest_model_name
from lambdas.model.reading.object_reader import read_whole_labels
from lambdas.model.reading.records import is_blank, records
from lambdas.model.reading.table import Table
from lambdas.model.reading.unpacking import unpack
from lambdas.model.recipe import Recipe, Tolerate, at_least
from workflows.checking.file import Content, look_at, without_advice
from workflows.drafting.baseline import FOLDS, Baseline, baseline
from workflows.drafting.choosing import CONVERT, choose
from workflows.drafting.column_facts import Column, look_at_columns
from workflows.drafting.estimators import plain
from workflows.drafting.features import Choice
from workflows.drafting.near_labels import classes_of, what_does_not_count
from workflows.drafting.recipe_text import Parts, source

ROWS_OF_A_CLASS = 10
"""Fewer neither teach nor tell anything: the holdout has two of ten."""
NO_COLUMN = "It has no column beside the label"
PACKED = (".csv.gz", ".csv", ".gz", ".txt")


@dataclass(frozen=True)
class Draft:
    """A recipe's text, and what to tell its reader."""

    text: str
    rows: int
    labels: Mapping[str, int]
    """The rows of each class, the most frequent first."""
    spellings: int
    """Different labels in the file."""
    alike: str
    """Why these make fewer classes, in words; an empty text where they do not."""
    choice: Choice
    baseline: Baseline
    positive: str | None


def model_named_after(file: str) -> str:
    """The model's name where the user gives none; raises BadRequest where a file's name has nothing for one.

    The night that the file is of is no part of it.

    >>> model_named_after("Loans 2024.csv.gz"), model_named_after("loans-2026-11-25.csv")
    ('loans-2024', 'loans')
    """
    ending = next((each for each in PACKED if file.lower().endswith(each)), "")
    named = file[: len(file) - len(ending)]
    found = nearest_model_name(DATE.sub("", named).rstrip("-_. ")) or nearest_model_name(named)
    if found is None:
        raise BadRequest(f"no model can be named after {quoted(file)}: name it, as in --model loans")
    return found


def draft(
    content: Content, *, label: str, model: str, positive: str | None = None, other: str | None = None
) -> Draft:
    """`other` is the class of the labels with too few rows, and of those to come.

    Raises a DataError for a file that no run can read, BadRequest or CommandFailed for what cannot be learnt.
    """
    with without_advice(content.name, model=model):
        text = unpack(content.name, content=content.body, model=model)
        spelled = _counted(read_whole_labels(content.name, text=text, column=label, model=model).rows())
    classes = classes_of(spelled)
    labels = _by_class(spelled, classes)
    if other is not None:
        spelled, labels = _with_other(spelled, classes, labels, other=other)
        classes = {label: classes[label] for label in spelled}
    _check_labels(labels, label=label, file=content.name)
    columns = look_at_columns(text)
    positive = _positive(labels, wanted=classes.get(positive or "", positive), label=label)

    def read(choice: Choice) -> tuple[Choice, Recipe, Table]:
        if not choice.features:
            reasons = _reasons(choice.left_out) or NO_COLUMN
            raise CommandFailed(f"no column of {content.name} can be a feature. {reasons}")
        recipe = Recipe(
            model=model,
            columns=[each.column for each in choice.features],
            missing_values=choice.marks,
            tolerate=Tolerate(rows=choice.tolerate),
            label=label,
            classes=classes,
            other=other,
            positive=positive,
            estimator=plain,
            thresholds=[at_least("accuracy", bound=1.0)],
        )
        return choice, recipe, look_at(content, recipe=recipe).table

    choice, recipe, table = _tolerated(columns, label=label, read=read)
    _check_rows(labels, label=label, where=partial(_first_lines, text, label=label, classes=classes))
    doubts = listed(f"{each.column.name}: {each.doubt}" for each in choice.features if each.doubt)
    told = [_reasons(choice.left_out), f"In doubt are: {doubts}" if doubts != "none" else ""]
    found = baseline(recipe, table=table, left_out=". ".join(filter(None, told)))
    parts = Parts(
        file=content.name,
        rows=len(table),
        model=model,
        label=label,
        labels=spelled,
        classes=classes,
        other=other,
        positive=positive,
        choice=choice,
        estimator=found.estimator,
        bounds=found.bounds,
    )
    return Draft(
        source(parts), len(table), labels, len(spelled), what_does_not_count(classes), choice, found, positive
    )


def _tolerated(
    columns: Sequence[Column], *, label: str, read: Callable[[Choice], tuple[Choice, Recipe, Table]]
) -> tuple[Choice, Recipe, Table]:
    """What is read of the file with as many spoilt columns as it can have: the rows left out are like the others."""
    intolerable: list[str] = []
    while True:
        choice = choose(columns, label=label, intolerable=intolerable)
        try:
            return read(choice)
        except ClassSharesShifted:
            intolerable.append(max(choice.features, key=lambda each: each.bad).column.name)


def _counted(rows: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(rows.items(), key=lambda each: (-each[1], each[0])))


def _by_class(spelled: Mapping[str, int], classes: Mapping[str, str]) -> dict[str, int]:
    rows = Counter[str]()
    for label, count in spelled.items():
        rows[classes[label]] += count
    return _counted(rows)


def _with_other(
    spelled: Mapping[str, int], classes: Mapping[str, str], labels: Mapping[str, int], *, other: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Without the labels that have too few rows: they are of the other class."""
    kept = {name: rows for name, rows in spelled.items() if labels[classes[name]] >= ROWS_OF_A_CLASS}
    rows = Counter(_by_class(kept, classes))
    rows[other] += sum(spelled.values()) - sum(kept.values())
    return kept, _counted(+rows)


def _check_labels(labels: Mapping[str, int], *, label: str, file: str) -> None:
    if len(labels) > CLASSES:
        raise CommandFailed(
            f"column {label} of {file} has {len(labels):,} different values, such as {_some(labels)}: a model tells"
            f" {CLASSES} classes apart at most, and predicts no numbers. Name another column with --label, or make"
            " classes of this one"
        )
    if len(labels) < 2:
        raise CommandFailed(
            f"column {label} of {file} holds {_some(labels)} alone: a model tells two classes apart or more. Add rows"
            " of another, or name another column with --label"
        )


def _check_rows(
    labels: Mapping[str, int], *, label: str, where: Callable[[Collection[str]], Mapping[str, int]]
) -> None:
    """`where` tells the first lines of classes."""
    few = {name: rows for name, rows in labels.items() if rows < ROWS_OF_A_CLASS}
    if few:
        lines = where(few)
        if label in lines:
            raise CommandFailed(f"line {lines[label]:,} is the header again: it holds {quoted(label)}. Delete it")
        each = (
            f"{quoted(name)} ({amount(rows, 'row')}{f', first on line {lines[name]:,}' if name in lines else ''})"
            for name, rows in few.items()
        )
        told = listed(each, most=5)
        raise CommandFailed(
            f"column {label} has too few rows of {told}: {ROWS_OF_A_CLASS} of each label are the least, for a fifth"
            f" is held out, and the others are cross-validated in {FOLDS} folds. Add rows, take these out, or name"
            f" the class that such labels are to be of, as in --other {shlex.quote(next(iter(labels)))}"
        )


def _first_lines(text: bytes, few: Collection[str], *, label: str, classes: Mapping[str, str]) -> dict[str, int]:
    """By class the line on which its first row begins."""
    found = (record for record in records(text) if not is_blank(record[1]))
    place = [name.strip() for name in next(found)[1]].index(label)
    lines: dict[str, int] = {}
    for line, fields in found:
        name = classes.get(fields[place], "")
        if name in few:
            lines.setdefault(name, line)
    return lines


def _positive(labels: Mapping[str, int], *, wanted: str | None, label: str) -> str | None:
    """The rarer of two, unless the user names one; of more than two none."""
    if wanted is not None and wanted not in labels:
        raise BadRequest(f"--positive is {quoted(wanted)}: column {label} holds {_some(labels)}")
    return wanted if wanted is not None or len(labels) > 2 else list(labels)[-1]


def _some(labels: Mapping[str, int]) -> str:
    return listed(map(quoted, labels), most=5)


def _reasons(left_out: Sequence[tuple[str, str]]) -> str:
    told = listed([f"{name or '(no name)'}: {why}" for name, why in left_out], most=10)
    convertible = [name for name, why in left_out if CONVERT in why]
    way = f". {CONVERT} can make features of {listed(convertible, most=5)}" if convertible else ""
    return f"Left out were: {told}{way}" if left_out else ""
