from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.data.part import FILES, NAMES, Part, merged
from lambdas.model.reading.table import Table, concat

CLASSES = ("normal", "attack", "a rare one")
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=3)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def tables(draw: st.DrawFn, numeric: int = 2, categorical: int = 2) -> Table:
    rows = draw(st.integers(0, 12))
    return Table(
        np.array(draw(st.lists(numbers, min_size=rows * numeric, max_size=rows * numeric))).reshape(rows, numeric),
        np.array(
            draw(st.lists(texts, min_size=rows * categorical, max_size=rows * categorical)), dtype=np.str_
        ).reshape(rows, categorical),
        np.array(draw(st.lists(st.sampled_from(CLASSES), min_size=rows, max_size=rows)), dtype=np.str_),
    )


def a_table() -> Table:
    return Table(
        np.array([[1.0], [-0.0], [3.5]]),
        np.array([["tcp", "b"], ["udp", "a"], ["tcp", "é"]]),
        np.array(["attack", "normal", "attack"]),
    )


def same(one: Table, other: Table) -> bool:
    return (
        one.numeric.tobytes() == other.numeric.tobytes()
        and one.categorical.tolist() == other.categorical.tolist()
        and one.labels.tolist() == other.labels.tolist()
    )


@given(table=tables())
def test_part_gives_back_the_table_that_it_was_made_of_through_files_too(table: Table) -> None:
    part = Part.of(table, classes=CLASSES)

    again = Part.from_files(part.to_files())

    assert same(part.table(), table)
    assert same(again.table(), table)
    assert (again.levels, again.classes) == (part.levels, CLASSES)


@given(table=tables(), drawn=st.lists(st.integers(0, 11), max_size=12))
def test_some_rows_narrowed_are_the_part_of_these_rows(table: Table, drawn: list[int]) -> None:
    rows = np.array([row for row in drawn if row < len(table)], dtype=np.int64)

    found = Part.of(table, classes=CLASSES).take(rows).narrowed()

    assert found.to_files() == Part.of(table.take(rows), classes=CLASSES).to_files()


@given(several=st.lists(tables(), min_size=1, max_size=4))
def test_merged_parts_are_the_rows_of_all_in_their_order(several: list[Table]) -> None:
    both = merged([Part.of(each, classes=CLASSES) for each in several])

    assert same(both.table(), concat(several))
    assert both.to_files() == Part.of(concat(several), classes=CLASSES).to_files()


@given(table=tables(numeric=0, categorical=1), rows=st.integers(1, 5))
def test_slices_are_all_rows_in_their_order(table: Table, rows: int) -> None:
    sliced = list(Part.of(table, classes=CLASSES).slices(rows))

    assert all(len(each) <= rows for each in sliced)
    assert [label for each in sliced for label in each.table().labels.tolist()] == table.labels.tolist()


def test_part_in_a_folder_is_mapped_and_not_loaded(tmp_path: Path) -> None:
    for name, body in Part.of(a_table(), classes=CLASSES).to_files().items():
        (tmp_path / name).write_bytes(body)

    part = Part.opened(tmp_path)

    assert isinstance(part.numeric, np.memmap)
    assert same(part.table(), a_table())


def test_codes_and_labels_take_the_fewest_bytes_that_hold_them() -> None:
    many = [f"level {number:03d}" for number in range(257)]
    table = Table(np.empty((257, 0)), np.array(many).reshape(257, 1), np.array(["normal"] * 257))

    few = Part.of(a_table(), classes=CLASSES)
    wide = Part.of(table, classes=["normal", *many])

    assert (few.codes.itemsize, few.labels.itemsize) == (1, 1)
    assert (wide.codes.itemsize, wide.labels.itemsize) == (2, 2)


def test_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(ValueError, match="none of the classes"):
        Part.of(a_table(), classes=["normal"])


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_missing_is_told(name: str, tmp_path: Path) -> None:
    files = Part.of(a_table(), classes=CLASSES).to_files()
    for each, body in files.items():
        (tmp_path / each).write_bytes(body)
    (tmp_path / name).unlink()

    with pytest.raises(KeyError):
        Part.from_files({each: body for each, body in files.items() if each != name})
    with pytest.raises(OSError, match=name):
        Part.opened(tmp_path)


@pytest.mark.parametrize(
    ("name", "other", "problem"),
    [
        ("numeric.npy", Table(np.zeros((2, 1)), np.array([["a", "b"]] * 2), np.array(["normal"] * 2)), "do not fit"),
        ("codes.npy", Table(np.zeros((3, 1)), np.array([["a"]] * 3), np.array(["normal"] * 3)), "do not fit"),
        ("labels.npy", Table(np.zeros((2, 1)), np.array([["a", "b"]] * 2), np.array(["normal"] * 2)), "do not fit"),
    ],
)
def test_arrays_that_do_not_fit_one_another_are_refused(name: str, other: Table, problem: str) -> None:
    files = Part.of(a_table(), classes=CLASSES).to_files()
    files[name] = Part.of(other, classes=CLASSES).to_files()[name]

    with pytest.raises(ValueError, match=problem):
        Part.from_files(files)


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (b'{"levels": [["tcp"], ["a", "b"]], "classes": ["attack", "normal"]}', "has no text"),
        (b'{"levels": [["udp", "tcp"], ["a", "b", "c"]], "classes": ["attack", "normal"]}', "not sorted"),
        (b'{"levels": [["tcp", "udp"], ["a", "b", "c"]]}', "does not name"),
        (b'{"levels": 3, "classes": []}', "does not name"),
        (b"[]", "does not name"),
        (b"no JSON", "Expecting value"),
    ],
)
def test_names_that_do_not_fit_the_codes_are_refused(names: bytes, problem: str) -> None:
    files = Part.of(a_table(), classes=["normal", "attack"]).to_files()

    with pytest.raises(ValueError, match=problem):
        Part.from_files({**files, NAMES: names})


def test_pickle_in_place_of_an_array_is_refused() -> None:
    files = Part.of(a_table(), classes=CLASSES).to_files()

    with pytest.raises(ValueError):
        Part.from_files({**files, "codes.npy": b"\x80\x04K\x01."})
