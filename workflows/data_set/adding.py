"""Adds files to a data set: checks them first, then adds all files of the command or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.cutting import amount, listed
from chalicelib.edges import Edges
from chalicelib.errors import (
    BadRequest,
    CommandFailed,
    DataError,
    EstimatorUnsupported,
    RecipeInvalid,
    RecipeUnknown,
    TrainingFailed,
)
from chalicelib.settings.stage import StageSettings
from workflows.checking import same_content, unlike
from workflows.checking.file import Content, File, check_room, foresee, hidden_rows, look_at, why_left_out
from workflows.checking.recipe import in_lines, served
from workflows.checking.same_content import Progress
from workflows.converting.advice import advised
from workflows.data_set.objects import name, objects
from workflows.data_set.writing import Known, write_all

if TYPE_CHECKING:
    from lambdas.model.recipe import Recipe

PROBLEMS_MAX = 10


@dataclass(frozen=True)
class Mode:
    """How a user wants files to be added."""

    replaces: bool = False
    twice: bool = False
    checks: bool = True


@dataclass(frozen=True)
class Addition:
    """To which data set, and how. `progress` is told how far it came."""

    edges: Edges
    model: str
    mode: Mode
    progress: Progress
    settings: StageSettings
    load: Callable[[str], Recipe] = served
    """The recipe of a model, once it was fitted and exported on made-up rows; raises as `served` does."""
    warn: Callable[[str], None] = lambda _: None
    """Is told what a run would take, and a person should look at."""


def add_all(addition: Addition, files: Sequence[File]) -> list[str]:
    """The names of the files that were not in the data set before.

    Raises BadRequest or CommandFailed before anything is added, naming every file that cannot be; and what the store
    raises on the way, once what had been added is taken back.
    """
    _refuse_one_name_for_two(files)
    new = _not_there(addition, _looked_at(addition, files))
    write_all(
        addition.edges,
        new,
        model=addition.model,
        progress=addition.progress,
        confirm=partial(_refuse_twins, addition, new),
    )
    return [each.name for each in new]


def _refuse_one_name_for_two(files: Sequence[File]) -> None:
    twice = [each for each, count in Counter(file.name for file in files).items() if count > 1]
    if twice:
        raise BadRequest(f"{listed(twice)}: two files of one name, and a data set has one. Nothing was added")


def _looked_at(addition: Addition, files: Sequence[File]) -> list[Known]:
    """Read each file once; raises CommandFailed with what a run would say of each bad one."""
    recipe = _recipe(addition)
    before = unlike.earlier(addition.edges, model=addition.model) if recipe else None
    looked: list[Known] = []
    problems: list[str] = []
    sizes: list[tuple[int, int]] = []
    for done, file in enumerate(files):
        addition.progress(f"reading {file.name}", done, len(files))
        content = Content(file.name, file.read())
        looked.append(Known(file, same_content.digest(content.body)))
        try:
            if recipe is not None and before is not None:
                with advised(file):
                    reading = look_at(content, recipe=recipe)
                table = reading.table
                sizes.append((len(table), table.size_bytes))
                check_room(sizes, recipe=recipe, settings=addition.settings)
                foresee(table, recipe=recipe)
                if hidden := hidden_rows(content, reading=reading):
                    addition.warn(hidden)
                if reading.left_out is not None:
                    bad = amount(len(reading.left_out.rows), "bad row")
                    addition.warn(f"runs leave out {bad} of {file.name}: {why_left_out(reading.left_out)}")
                for warning in unlike.warnings(reading, name=file.name, recipe=recipe, before=before):
                    addition.warn(warning)
        except (DataError, EstimatorUnsupported) as exc:
            problems.append(f"{type(exc).__name__}: {exc.message}")
    if problems:
        told = "\n".join(problems[:PROBLEMS_MAX])
        raise CommandFailed(f"nothing was added:\n{told}\nCorrect that; or add the files as they are with --no-check")
    return looked


def _recipe(addition: Addition) -> Recipe | None:
    if not addition.mode.checks:
        return None
    addition.progress(f"trying the recipe of {addition.model}", 0, 1)
    try:
        return addition.load(addition.model)
    except RecipeUnknown as exc:
        raise BadRequest(f"{exc.message}. Add the file as it is with --no-check") from exc
    except (RecipeInvalid, EstimatorUnsupported, TrainingFailed) as exc:
        raise CommandFailed(
            f"nothing was added, for no run would get through:\n{type(exc).__name__}: {in_lines(exc)}\nCorrect the"
            " recipe; or add the files as they are with --no-check"
        ) from exc


def _not_there(addition: Addition, files: Sequence[Known]) -> list[Known]:
    """The files that are new; raises BadRequest for another of the same name, or the same rows under another name."""
    found = objects(addition.edges, model=addition.model)
    digests = same_content.digests(addition.edges, found, model=addition.model, progress=addition.progress)
    by_name = {name(each, model=addition.model): digests.get(each.key, "") for each in found}
    new: list[Known] = []
    problems: list[str] = []
    etags = {name(each, model=addition.model): each.etag for each in found}
    for file in files:
        if by_name.get(file.name) != file.digest:
            new.append(replace(file, over=etags.get(file.name)))
            problems += _problems(addition, file, by_name=by_name)
        by_name[file.name] = file.digest
    if problems:
        raise BadRequest(". ".join([*problems[:PROBLEMS_MAX], "Nothing was added"]))
    return new


def _refuse_twins(addition: Addition, files: Sequence[Known]) -> None:
    """Raises BadRequest when somebody else added the same rows under another name since they were looked for, and not
    after these: of two who do so at once, one at least sees the other."""
    if addition.mode.twice or not files:
        return
    found = objects(addition.edges, model=addition.model)
    digests = same_content.digests(addition.edges, found, model=addition.model, progress=addition.progress)
    own = {file.name for file in files}
    there = [each for each in found if each.key in digests]  # an object that is gone meanwhile has no twin
    written = {digests[each.key]: each.modified_at for each in there if name(each, model=addition.model) in own}
    for each in there:
        other, digest = name(each, model=addition.model), digests[each.key]
        if other not in own and digest in written and each.modified_at <= written[digest]:
            raise BadRequest(f"somebody else added the same rows as {other} in this moment")


def _problems(addition: Addition, file: Known, *, by_name: Mapping[str, str]) -> Iterator[str]:
    same = next((other for other, of in by_name.items() if of == file.digest), None)
    if file.name in by_name and not addition.mode.replaces:
        yield (
            f"{file.name} is in the data set of {addition.model} with other content: give the file another name, or"
            " say --replace"
        )
    elif same is not None and not addition.mode.twice:
        yield f"{file.name} holds the same rows as {same}, and they would count twice: say --twice if they shall"
