"""Files are added to a data set as a run would read them: all of a command, or none."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import (
    BadRequest,
    CommandFailed,
    EstimatorUnsupported,
    NightswapError,
    RecipeInvalid,
    TrainingFailed,
)
from chalicelib.settings.stage import StageSettings
from lambdas.model.recipe import Categorical, Columns, Recipe, at_least
from tests import http_connections
from tests.fakes.stage import FakeStage
from tests.given.interference import with_store
from tests.given.nights import MODEL, promote
from tests.unit.workflows.data_set.files import GOOD, OTHER, ROW, a_file, adding, data_set, keys, refused
from workflows.checking.file import Content
from workflows.data_set.adding import Addition, Mode, add_all


def test_files_are_added_to_the_data_set(stage: FakeStage, tmp_path: Path) -> None:
    result = stage.run("data", "add", a_file(tmp_path), a_file(tmp_path, "night-2.csv.gz", gzip.compress(OTHER)))

    assert result.exit_code == 0
    assert "added night-1.csv to the data set of kdd99-http" in result.output
    assert sorted(data_set(stage)) == keys("night-1.csv", "night-2.csv.gz")


def test_file_that_is_there_already_is_no_trouble(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "add", a_file(tmp_path))

    assert result.exit_code == 0
    assert "night-1.csv is already in the data set of kdd99-http" in result.output


def test_files_that_were_added_are_not_read_again_to_compare_others_with_them(stage: FakeStage) -> None:
    adding(stage.edges, [Content("a.csv", GOOD), Content("b.csv", OTHER)], twice=True)
    told: list[str] = []

    add_all(
        Addition(stage.edges, MODEL, Mode(), lambda doing, *_: told.append(doing), StageSettings()),
        [Content("c.csv", GOOD + ROW + b"\n")],
    )

    assert told[: told.index("adding c.csv")] == ["trying the recipe of kdd99-http", "reading c.csv"]


def night(columns: str = "duration,src_bytes,dst_bytes") -> bytes:
    """Of rows whose three numbers differ in size by far."""
    rows = [
        f"{place % 9},{1_000 + place % 90},{50_000 + 7 * place},{('normal.', 'back.')[place % 2]}"
        for place in range(60)
    ]
    return "\n".join([f"{columns},label", *rows, ""]).encode()


def live_on(stage: FakeStage, body: bytes) -> None:
    """A version that was trained on these rows."""
    promote(stage.edges, run="run-1")
    numbers = [[float(cell) for cell in line.split(b",")[:3]] for line in body.splitlines()[1:]]
    columns = {
        name: {"kind": "number", "minimum": min(each), "maximum": max(each), **quartiles(sorted(each))}
        for name, each in zip(("duration", "src_bytes", "dst_bytes"), zip(*numbers, strict=True), strict=True)
    }
    origin = {"fingerprint": "data-1", "recipe_sha256": "r", "code_sha256": "c", "objects": []}
    profile = {**origin, "profile": {"rows": len(numbers), "columns": columns}}
    stage.outside.store.put(layout.run_document("run-1", "profile"), documents.encode(profile))


def quartiles(ordered: list[float]) -> dict[str, float]:
    quarter = len(ordered) // 4
    return {"quartile_1": ordered[quarter], "median": ordered[2 * quarter], "quartile_3": ordered[3 * quarter]}


def test_file_with_two_columns_that_look_swapped_is_added_with_a_warning(stage: FakeStage, tmp_path: Path) -> None:
    live_on(stage, night())
    file = a_file(tmp_path, body=night("duration,dst_bytes,src_bytes"))

    result = stage.run("data", "add", file)

    assert result.exit_code == 0, result.output
    assert (
        "warning: columns src_bytes and dst_bytes of night-1.csv look swapped: the values of each are as those of the"
        " other were before. If the file is wrong: nightswap data remove FILE --model kdd99-http, then add it"
        " corrected"
    ) in " ".join(result.output.split())


def test_file_whose_column_holds_one_value_is_added_with_a_warning(stage: FakeStage, tmp_path: Path) -> None:
    live_on(stage, night())
    lines = [line.split(b",") for line in night().splitlines()]
    flat = b"\n".join(b",".join([*cells[:2], b"7" if row else cells[2], cells[3]]) for row, cells in enumerate(lines))

    result = stage.run("data", "add", a_file(tmp_path, body=flat))

    assert result.exit_code == 0, result.output
    assert (
        "warning: in night-1.csv column dst_bytes holds 7 alone. If the file is wrong: nightswap data remove FILE"
        " --model kdd99-http, then add it corrected"
    ) in " ".join(result.output.split())


def test_file_that_is_like_the_data_before_is_added_without_a_warning(stage: FakeStage, tmp_path: Path) -> None:
    live_on(stage, night())

    assert "warning" not in stage.run("data", "add", a_file(tmp_path, body=night())).output


@pytest.mark.parametrize("profile", [None, b"damaged"])
def test_file_is_added_without_a_warning_where_nobody_knows_the_data_before(
    stage: FakeStage, tmp_path: Path, profile: bytes | None
) -> None:
    promote(stage.edges, run="run-1")
    if profile is not None:
        stage.outside.store.put(layout.run_document("run-1", "profile"), profile)

    result = stage.run("data", "add", a_file(tmp_path, body=night("duration,dst_bytes,src_bytes")))

    assert (result.exit_code, "warning" in result.output) == (0, False)


BAD = {
    "empty": (b"", "ObjectUnreadable: bad.csv is empty (0 bytes)"),
    "header": (GOOD.split(b"\n")[0] + b"\n", "ObjectEmpty: bad.csv holds a header and no row"),
    "xlsx": (b"PK\x03\x04\x14\0\0\0", "ObjectUnreadable: bad.csv is a zip file, as an Excel workbook is one"),
    "utf-16": (GOOD.decode().encode("utf-16"), "ObjectUnreadable: bad.csv is UTF-16"),
    "column": (b"duration,src_bytes,label\n0,1,normal.\n", "ColumnMissing: bad.csv has no column dst_bytes"),
    "separator": (GOOD.replace(b",", b";"), "ColumnMissing: bad.csv has no column duration"),
    "value": (GOOD + b"0,abc,1,back.\n", "ValueUnparsable: 1 cell of column src_bytes in bad.csv is not a number"),
    "label": (GOOD + b"0,1,1,worm.\n", "LabelUnknown: "),
    "gzip": (gzip.compress(GOOD)[:-9], "ObjectUnreadable: bad.csv is a truncated gzip file"),
}


@pytest.mark.parametrize("name", BAD)
def test_file_that_a_run_would_refuse_is_refused_in_the_runs_words_and_none_is_added(
    stage: FakeStage, name: str, tmp_path: Path
) -> None:
    body, words = BAD[name]

    said = refused(stage, "add", a_file(tmp_path), a_file(tmp_path, "bad.csv", body), by=CommandFailed)

    assert words in said
    assert "data remove" not in said  # it is not in the data set
    assert said.startswith("nothing was added:\n")
    assert data_set(stage) == {}


def test_every_bad_file_is_named_on_a_line_of_its_own(tmp_path: Path) -> None:
    bad = [a_file(tmp_path, name, b"") for name in ("a.csv", "b.csv")]

    said = refused(FakeStage(), "add", bad[0], a_file(tmp_path), bad[1], by=CommandFailed)

    assert [line.split()[1] for line in said.splitlines()[1:3]] == ["a.csv", "b.csv"]


def test_file_is_added_unread_when_told_to(stage: FakeStage, tmp_path: Path) -> None:
    result = stage.run("data", "add", "--no-check", a_file(tmp_path, body=b""))

    assert result.exit_code == 0
    assert data_set(stage) == dict.fromkeys(keys("night-1.csv"), b"")


def test_other_file_of_the_same_name_is_refused(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    said = refused(stage, "add", a_file(tmp_path, body=OTHER))

    assert "say --replace" in said
    assert data_set(stage) == dict.fromkeys(keys("night-1.csv"), GOOD)


def test_other_file_of_the_same_name_replaces_it_when_told_to(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "add", "--replace", a_file(tmp_path, body=OTHER))

    assert result.exit_code == 0
    assert data_set(stage) == dict.fromkeys(keys("night-1.csv"), OTHER)


SAME = {
    "the same": GOOD,
    "zipped": gzip.compress(GOOD),
    "of Windows": GOOD.replace(b"\n", b"\r\n"),
    "with a mark": b"\xef\xbb\xbf" + GOOD,
    "without its last line end": GOOD.rstrip(),
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME)
def test_same_rows_under_another_name_are_refused_with_the_name_that_holds_them(
    stage: FakeStage, body: bytes, tmp_path: Path
) -> None:
    stage.run("data", "add", a_file(tmp_path))

    said = refused(stage, "add", a_file(tmp_path, "again.csv", body))

    assert "again.csv holds the same rows as night-1.csv" in said
    assert stage.run("data", "add", "--twice", str(tmp_path / "again.csv")).exit_code == 0
    assert sorted(data_set(stage)) == keys("again.csv", "night-1.csv")


def test_same_rows_twice_in_one_command_are_refused(tmp_path: Path) -> None:
    said = refused(FakeStage(), "add", a_file(tmp_path), a_file(tmp_path, "again.csv"))

    assert "again.csv holds the same rows as night-1.csv" in said


def test_rows_of_a_replaced_file_may_come_back_under_another_name(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))

    result = stage.run("data", "add", "--replace", a_file(tmp_path, body=OTHER), a_file(tmp_path, "old.csv"))

    assert result.exit_code == 0
    assert sorted(data_set(stage)) == keys("night-1.csv", "old.csv")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()

    assert "two files of one name" in refused(
        FakeStage(), "add", a_file(tmp_path), a_file(tmp_path / "b", body=OTHER)
    )


@pytest.mark.parametrize("kept", [b"{", b"[]", b'{"x": 1}', None])
def test_what_is_known_of_the_rows_is_found_again_where_it_is_lost_or_damaged(
    stage: FakeStage, kept: bytes | None, tmp_path: Path
) -> None:
    stage.run("data", "add", a_file(tmp_path))
    known = f"models/{MODEL}/contents.json"
    stage.outside.store.delete(known)
    if kept is not None:
        stage.outside.store.put(known, kept)

    assert "holds the same rows" in refused(stage, "add", a_file(tmp_path, "again.csv"))


def test_files_whose_rows_are_known_are_not_fetched_again(stage: FakeStage, tmp_path: Path) -> None:
    stage.run("data", "add", a_file(tmp_path))
    fetched: list[str] = []

    def note() -> None:
        fetched.append("again")

    # The first object that is fetched is the document of what is known, the second the key that is to be written.
    adding(with_store(stage.edges, "find", nth=3, before=note), [Content("new.csv", OTHER)])

    assert fetched == ["again"]  # what is known, once more, to be kept
    assert len(data_set(stage)) == 2


def test_model_without_a_recipe_here_is_told_how_its_file_is_added_all_the_same() -> None:
    addition = Addition(FakeStage().edges, "elsewhere", Mode(), lambda *_: None, StageSettings())

    with pytest.raises(BadRequest, match=r"there is no recipe 'elsewhere'.* --no-check"):
        add_all(addition, [Content("a.csv", GOOD)])


def test_large_file_is_read_in_whole(stage: FakeStage, tmp_path: Path) -> None:
    file = http_connections.write(tmp_path / "many.csv.gz", http_connections.rows())

    assert stage.run("data", "add", str(file)).exit_code == 0


HEADER = b"flag,label\n"


def flows(model: str) -> Recipe:
    """A recipe of one text, with a weight for each text and class."""
    return Recipe(
        model=model,
        columns=[Categorical("flag")],
        label="label",
        classes={f"{place}": f"class {place}" for place in range(10)},
        estimator=encoding,
        thresholds=[at_least("accuracy", bound=0.9)],
    )


def encoding(columns: Columns) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(make_column_transformer((encoder, columns.categorical)), LogisticRegression())


def with_recipe(stage: FakeStage, load: Callable[[str], Recipe], body: bytes, **mode: bool) -> list[str]:
    """Add a file to a model whose recipe is loaded so."""
    addition = Addition(stage.edges, MODEL, Mode(**mode), lambda *_: None, StageSettings(), load)
    return add_all(addition, [Content("flows.csv", body)])


def test_file_whose_scorecard_would_be_too_large_is_refused_and_added_unread(stage: FakeStage) -> None:
    body = HEADER + b"".join(b"%0120d,%d\n" % (row, row % 10) for row in range(30_000))

    with pytest.raises(
        CommandFailed, match=r"nothing was added:\nEstimatorUnsupported: the scorecard of recipe"
    ) as exc:
        with_recipe(stage, flows, body)

    assert "or add the files as they are with --no-check" in exc.value.message
    assert data_set(stage) == {}
    assert with_recipe(stage, flows, body, checks=False) == ["flows.csv"]


@pytest.mark.parametrize("error", [EstimatorUnsupported, TrainingFailed, RecipeInvalid])
def test_recipe_that_no_run_could_train_takes_no_file_but_an_unread_one(
    stage: FakeStage, error: type[NightswapError]
) -> None:
    def load(model: str) -> Recipe:
        raise error(f"{model} has a flaw")

    body = HEADER + b"a,1\nb,2\n"
    with pytest.raises(CommandFailed) as refusal:
        with_recipe(stage, load, body)

    said = refusal.value.message
    assert f"no run would get through:\n{error.__name__}: {MODEL} has a flaw\nCorrect the recipe; or add" in said
    assert data_set(stage) == {}
    assert with_recipe(stage, load, body, checks=False) == ["flows.csv"]


def test_file_of_a_single_class_is_added_though_nothing_is_fitted_on_it_alone(stage: FakeStage) -> None:
    assert with_recipe(stage, flows, HEADER + b"a,1\nb,1\n") == ["flows.csv"]


def test_file_whose_quotes_hide_rows_is_added_with_a_warning(stage: FakeStage, tmp_path: Path) -> None:
    lines = [b"note," + line for line in GOOD.splitlines()]
    body = b"\n".join([*lines, b'"note,0,1,2,normal.', b'x",0,3,4,back.', b""])

    result = stage.run("data", "add", a_file(tmp_path, body=body))

    assert result.exit_code == 0
    assert "added night-1.csv" in result.output
    assert "warning: night-1.csv has quoted cells with lines that look like rows: 1 in all" in result.output
