"""nightswap check: checks whether a recipe can be served and whether a run could read a file; without any AWS."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chalicelib.cutting import amount, rows_of_each
from chalicelib.errors import LayersMissing, NightswapError
from chalicelib.settings.stage import StageSettings
from workflows.checking import missing_texts, unlike
from workflows.checking.capacity import capacity
from workflows.checking.file import (
    Content,
    LocalFile,
    check_room,
    enough_for_both,
    expected,
    foresee,
    hidden_rows,
    look_at,
    tuned,
    why_left_out,
)
from workflows.checking.recipe import in_lines, look_up, notes, tried, unawaited
from workflows.checking.split_forecast import dated, foreseen
from workflows.cli.doctor import shown
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import console, show_json
from workflows.cli.stage import Stage
from workflows.converting import advice
from workflows.doctor.finding import Finding, error, is_healthy, note, ok

if TYPE_CHECKING:
    from lambdas.model.formats.fitted import Expected
    from lambdas.model.reading.table import Reading
    from lambdas.model.recipe import Recipe
    from lambdas.model.training.search.foretelling import Foretold


@click.command()
@click.argument("recipe")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@as_json
@on_stage
def check(stage: Stage, recipe: str, file: Path | None, as_json: bool) -> None:
    """Say in seconds what a run would refuse of RECIPE, a model's name or a recipe's file, and of a FILE of its data.

    It fails when anything is refused. Of the stage it needs the settings alone: the memory of its tasks.
    """
    each = findings(recipe, file, settings=stage.settings)
    found = list(each if as_json else shown(each))
    if as_json:
        show_json([asdict(each) for each in found])
    else:
        console.print("a run would take that" if is_healthy(found) else "a run would refuse that")
    sys.exit(0 if is_healthy(found) else 1)


def findings(wanted: str, file: Path | None, *, settings: StageSettings) -> Iterator[Finding]:
    """The findings of the recipe, and then of the file, which cannot be checked without a recipe."""
    where = f"recipe {wanted}"
    try:
        recipe = look_up(wanted)
    except NightswapError as exc:
        yield _refusal(exc, where=where, way_out="correct the recipe's file")
        return
    yield ok("is valid", where=where)
    yield from (note(each, where=where) for each in [*notes(recipe), *unawaited(recipe)])
    served, *beside = _of_estimator(recipe, where=where)
    yield from (served, *beside)
    if is_healthy([served]):
        yield ok(capacity(recipe, settings).in_words(), where=where)
    if file is not None:
        yield from _of_file(file, recipe=recipe, is_served=is_healthy([served]), settings=settings)


def _of_estimator(recipe: Recipe, *, where: str) -> list[Finding]:
    """Whether it can be served, and what to expect then."""
    try:
        warned = tried(recipe)
    except NightswapError as exc:
        way_out = "make setup-onnx" if isinstance(exc, LayersMissing) else "change the recipe's function `estimator`"
        return [_refusal(exc, where=where, way_out=way_out)]
    if recipe.built_in is not None:
        return [
            ok("its hyperparameters are in their ranges", where=where),
            *(note(each, where=where) for each in warned),
        ]
    served = ok("its estimator was fitted and exported on rows that were made up: it can be served", where=where)
    return [served, *(note(f"of these rows {each}", where=where) for each in warned)]


def _of_file(file: Path, *, recipe: Recipe, is_served: bool, settings: StageSettings) -> Iterator[Finding]:
    where = f"file {file.name!a}"[:300]
    try:
        content = Content(file.name, LocalFile.at(file).read())
        reading = look_at(content, recipe=recipe)
        table = reading.table
        counts = {name: int((table.labels == name).sum()) for name in recipe.class_names}
        yield ok(f"a run would read {amount(len(table), 'row')} ({rows_of_each(counts)})", where=where)
        if hidden := hidden_rows(content, reading=reading):
            yield note(hidden, where=where, way_out="if so, correct the file")
        for said in unlike.of_columns(reading, recipe=recipe):
            yield note(said, where=where, way_out="if its source lost what was there, correct the file")
        yield from _of_tolerance(reading, recipe=recipe, where=where)
        check_room([(len(table), table.size_bytes)], recipe=recipe, settings=settings)
        if is_served:
            foresee(table, recipe=recipe)
        size = expected(table, recipe=recipe) if is_served else None
        search = tuned(table, recipe=recipe) if is_served else None
        sides = foreseen(content, reading, recipe=recipe)
        of_dates = list(dated(content, recipe=recipe))
    except NightswapError as exc:
        usual = "correct the file, or the recipe if it describes other data"
        convert = advice.way_out(exc, file=LocalFile(file))
        yield _refusal(exc, where=where, way_out=missing_texts.way_out(exc, recipe=recipe) or convert or usual)
        return
    yield from _of_size(size, rows=len(table), where=where)
    yield from _of_search(search, recipe, seconds=_train_seconds(recipe, settings), where=where)
    if sides is not None:
        yield ok(sides.in_words(), where=where)
    yield from (ok(each, where=where) for each in of_dates)
    is_drawn = sides is None and recipe.split.by is None
    yield from _too_few(counts, enough=enough_for_both(recipe) if is_drawn else 1, where=where)
    yield from _one_sided(counts, sides.held_out if sides else {}, where=where)
    yield from _of_gate(recipe, counts, where=where)


def _of_size(size: Expected | None, *, rows: int, where: str) -> Iterator[Finding]:
    if size is None:
        return
    said = f"a model of the {amount(rows, 'row')} would have {size.said}"
    if size.warning:
        yield note(f"{said}; {size.warning}", where=where, way_out=size.way_out)
    else:
        yield ok(said, where=where)


def _train_seconds(recipe: Recipe, settings: StageSettings) -> int:
    """The time of whatever fits the estimator: a training job, or the function."""
    return recipe.on_sagemaker.max_runtime_seconds if recipe.on_sagemaker else settings.train_seconds


def _of_search(search: Foretold | None, recipe: Recipe, *, seconds: int, where: str) -> Iterator[Finding]:
    if search is None:
        return
    said = search.in_words(at_most=seconds)
    if search.seconds > seconds:
        way_out = "lower tune.jobs or the upper ends of its ranges; or early_stopping=True"
        if recipe.tuned_by_jobs:
            way_out = "raise engine.max_runtime_seconds, or lower the upper ends of tune's ranges"
        yield note(said, where=where, way_out=way_out)
    else:
        yield ok(said, where=where)


def _of_tolerance(reading: Reading, *, recipe: Recipe, where: str) -> Iterator[Finding]:
    """What the recipe takes that is not as it says, and what it may not know of."""
    cells = missing_texts.changed(reading)
    if cells:
        yield ok(f"cells would get the value that the recipe says: {cells}", where=where)
    for said in missing_texts.in_categories(reading.table, recipe=recipe):
        yield note(
            said,
            where=where,
            way_out="if that is a missing value, list it in the recipe's missing_values, and say missing='...' of the"
            " column (docs/columns.md)",
        )
    for said in missing_texts.spelled_alike(reading.table, recipe=recipe):
        yield note(said, where=where, way_out="if each is the same, spell it in one way, in requests too")
    for said in missing_texts.decoded_wrongly(reading.table, recipe=recipe):
        yield note(said, where=where, way_out="read the source as UTF-8 when you export it, and write UTF-8")
    if reading.left_out is not None:
        yield note(
            f"{amount(len(reading.left_out.rows), 'bad row')} would be left out, as the recipe tolerates:"
            f" {why_left_out(reading.left_out)}",
            where=where,
            way_out="correct them if you can",
        )
    if reading.others:
        most = dict(sorted(reading.others.items(), key=lambda each: -each[1]))
        yield note(
            f"labels that the recipe does not list would be of its other class ({rows_of_each(most)})",
            where=where,
            way_out="look whether one of them is misspelt",
        )


def _of_gate(recipe: Recipe, counts: Mapping[str, int], *, where: str) -> Iterator[Finding]:
    from workflows.checking.gate import kept_by_one_class, never_proved, never_proved_no_worse

    answer = kept_by_one_class(recipe, counts)
    if answer is not None:
        yield note(
            f"a model that answers {answer} to every row like these keeps every threshold",
            where=where,
            way_out="raise a bound of the recipe, or add one",
        )
    if recipe.split.by is not None:  # how many rows are held out, the other files decide
        return
    for rule in never_proved(recipe, counts):
        yield note(
            f"its holdout alone proves too little even for a model without errors: {rule}",
            where=where,
            way_out="let other files of the data set hold more, hold out more, or lower the bound or its `sure`",
        )
    for said in never_proved_no_worse(recipe, counts):
        yield note(said, where=where, way_out="let other files of the data set hold more, or set larger margins")


def _too_few(counts: Mapping[str, int], *, enough: int, where: str) -> Iterator[Finding]:
    absent = [name for name, count in counts.items() if not count]
    if absent:
        yield note(
            f"holds no row of {', '.join(absent)}", where=where, way_out="let another file of the data set hold some"
        )
    few = {name: count for name, count in counts.items() if 0 < count < enough}
    if few:
        yield note(
            f"holds few rows of some classes ({rows_of_each(few)}): fewer than {enough} may all come into one part,"
            " the training part or the holdout",
            where=where,
            way_out="let other files of the data set hold more, or a run may refuse it",
        )


def _one_sided(counts: Mapping[str, int], held_out: Mapping[str, int], *, where: str) -> Iterator[Finding]:
    for part, lacking in (
        ("holdout", [name for name, rows in held_out.items() if counts[name] and not rows]),
        ("training part", [name for name, rows in held_out.items() if counts[name] and rows == counts[name]]),
    ):
        if lacking:
            yield note(
                f"its {part} would have no row of {', '.join(lacking)}, as the recipe splits it",
                where=where,
                way_out="let other files of the data set hold more, or a run may refuse it",
            )


def _refusal(exc: NightswapError, *, where: str, way_out: str) -> Finding:
    return error(f"{type(exc).__name__}: {in_lines(exc)}", where=where, way_out=way_out)


COMMANDS = (check,)
