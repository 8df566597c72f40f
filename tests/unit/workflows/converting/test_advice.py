"""Who meets a file that cannot be read learns the command that converts it, where that helps."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from chalicelib.errors import BadRequest, ColumnMissing, DataError, ObjectUnreadable, ValueMissing, ValueUnparsable
from workflows.checking.file import Content, LocalFile
from workflows.converting.advice import advised, corrected, way_out

SEMICOLONS = b"a;b\n1;2\n"


def told(folder: Path, body: bytes, error: type[ColumnMissing | ObjectUnreadable]) -> str:
    path = folder / "my night.csv"
    path.write_bytes(body)
    with pytest.raises(error) as raised, advised(LocalFile.at(path)):
        raise error("it is bad.", object=path.name)
    assert raised.value.details == {"object": path.name}
    return raised.value.message


@pytest.mark.parametrize("error", [ColumnMissing, ObjectUnreadable])
def test_command_is_named_that_converts_the_file(
    tmp_path: Path, error: type[ColumnMissing | ObjectUnreadable]
) -> None:
    command = f"nightswap data convert {shlex.quote(str(tmp_path / 'my night.csv'))}"

    assert told(tmp_path, SEMICOLONS, error) == f"it is bad. It can be converted: {command}"


def test_file_that_would_stay_as_it_is_or_cannot_be_converted_has_no_such_advice(tmp_path: Path) -> None:
    assert told(tmp_path, b"a,b\n1,2\n", ColumnMissing) == "it is bad."
    assert told(tmp_path, b"PK\x03\x04", ObjectUnreadable) == "it is bad."


def test_what_is_no_fault_of_the_form_has_no_such_advice_and_a_file_of_no_folder_its_name() -> None:
    file = Content("night.csv", SEMICOLONS)

    assert way_out(BadRequest("no"), file=file) == ""
    assert way_out(ColumnMissing("no"), file=file) == "nightswap data convert night.csv"


@pytest.mark.parametrize(("column", "helps"), [("income", True), ("age", False)])
def test_cells_that_are_no_numbers_are_converted_where_that_changes_their_column(column: str, helps: bool) -> None:
    body = b'age,income\nx,"1.234,50"\ny,"2.000,00"\n'
    error = ValueUnparsable("no", column=column)

    assert way_out(error, file=Content("n.csv", body)) == ("nightswap data convert n.csv" if helps else "")


def test_dates_that_may_be_either_are_converted_by_who_says_which() -> None:
    file = Content("n.csv", b"age,day\n1,01/02/2026\n2,03/04/2026\n")

    assert way_out(ValueUnparsable("no", column="day"), file=file) == (
        "nightswap data convert n.csv --dates day-first (or month-first)"
    )
    assert way_out(ValueUnparsable("no", column="age"), file=file) == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ObjectUnreadable("it is empty."), "it is empty. Correct the file"),
        (ColumnMissing("it has none."), "it has none. Correct the file, or name another column with --label"),
        (ValueMissing("one is empty.", column="paid"), "one is empty. Delete the rows without a label, or write one"),
        (ValueMissing("one is empty.", column="age"), "one is empty. Correct the file"),
        (ObjectUnreadable("no. It can be converted: nightswap"), "no. It can be converted: nightswap"),
    ],
)
def test_file_of_a_first_model_is_to_be_corrected(error: DataError, told: str) -> None:
    with pytest.raises(type(error)) as raised, corrected("paid"):
        raise error

    assert raised.value.message == told
