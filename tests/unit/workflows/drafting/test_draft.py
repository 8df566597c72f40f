"""From a file to a recipe's text, or to what cannot work."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from chalicelib.errors import BadRequest, ColumnMissing, CommandFailed, NightswapError, ObjectUnreadable, ValueMissing
from chalicelib.limits import CLASSES
from lambdas import recipes
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe, Tolerate
from tests.unit.workflows.drafting import files
from workflows.checking.file import Content
from workflows.drafting.draft import ROWS_OF_A_CLASS, Draft, draft, model_named_after


def drafted(content: Content, *, label: str = "paid", positive: str | None = None) -> Draft:
    return draft(content, label=label, model="loans", positive=positive)


def loaded(text: str, folder: Path) -> Recipe:
    file = folder / "loans.py"
    file.write_text(text)
    return recipes.load_file(file)


def labelled(counts: dict[str, int]) -> Content:
    """So many rows of each label, and a number that tells them apart."""
    rows = [
        [place * 10 + number % 7, name]
        for place, (name, count) in enumerate(counts.items())
        for number in range(count)
    ]
    return files.content([["n", "paid"], *rows])


def test_the_text_is_a_recipe_of_the_file(tmp_path: Path) -> None:
    made = drafted(files.loans())

    recipe = loaded(made.text, tmp_path)

    assert recipe.columns == [Numeric("age"), Numeric("income"), Categorical("housing")]
    assert (recipe.label, recipe.positive) == ("paid", "no")
    assert recipe.classes == {"yes": "yes", "no": "no"}
    assert [each.bound for each in recipe.thresholds] == [each.threshold.bound for each in made.baseline.bounds]
    assert made.rows == 400 == sum(made.labels.values())
    assert list(made.labels) == ["yes", "no"]


def test_columns_that_cannot_be_features_are_named_in_the_text_and_beside_it(tmp_path: Path) -> None:
    made = drafted(
        files.loans(columns=["id", "when"], row=lambda _, number: (f"u{number}", f"2024-01-{number % 28 + 1}"))
    )

    assert [name for name, _ in made.choice.left_out] == ["id", "when"]
    assert "# Left out: 'id': every cell is another text, such as 'u0': an identifier.\n" in made.text
    assert len(loaded(made.text, tmp_path).columns) == 3


def test_missing_cells_are_taken_as_the_recipe_says(tmp_path: Path) -> None:
    def row(_: object, number: int) -> tuple[str, str]:
        return "NA" if number % 7 == 0 else str(number % 5), "" if number % 5 == 0 else "x"

    recipe = loaded(drafted(files.loans(columns=["gap", "flag"], row=row)).text, tmp_path)

    assert recipe.columns[3:] == [Numeric("gap", missing="median"), Categorical("flag", missing="missing")]
    assert recipe.missing_values == ["NA"]


def test_dates_are_taken_with_the_parts_that_come_again(tmp_path: Path) -> None:
    def row(draw: random.Random, number: int) -> tuple[str, ...]:
        day = date(2024, 1, 1) + timedelta(days=draw.randrange(700))
        return day.isoformat(), f"{day} {number % 24:02}:30:00" if number % 5 else ""

    made = drafted(files.loans(columns=["opened", "closed"], row=row))

    recipe = loaded(made.text, tmp_path)
    assert recipe.columns[3:] == [
        Date("opened", parts=["month", "weekday"]),
        Date("closed", parts=["month", "weekday", "hour"], missing="median"),
    ]
    assert "# 2024-01-" in made.text


def test_the_same_file_gives_the_same_recipe() -> None:
    assert drafted(files.loans()).text == drafted(files.loans()).text


@pytest.mark.parametrize(
    ("labels", "wanted", "positive"),
    [
        ({"a": 30, "b": 20}, None, "b"),
        ({"a": 20, "b": 30}, None, "a"),
        ({"a": 20, "b": 20}, None, "b"),
        ({"a": 20, "b": 30}, "b", "b"),
        ({"a": 20, "b": 30, "c": 25}, None, None),
        ({"a": 20, "b": 30, "c": 25}, "c", "c"),
    ],
)
def test_the_rarer_of_two_labels_is_the_positive_class(
    labels: dict[str, int], wanted: str | None, positive: str | None
) -> None:
    assert drafted(labelled({name: 10 * rows for name, rows in labels.items()}), positive=wanted).positive == positive


def test_a_positive_label_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadRequest, match="--positive is 'maybe': column paid holds 'yes', 'no'"):
        drafted(files.loans(), positive="maybe")


def test_a_single_label_is_refused() -> None:
    with pytest.raises(CommandFailed, match=r"column paid of loans.csv holds 'yes' alone"):
        drafted(labelled({"yes": 50}))


def test_a_column_of_numbers_is_refused_as_a_label() -> None:
    with pytest.raises(CommandFailed, match=r"column paid of loans.csv has 101 different values, such as '0', '1'"):
        drafted(labelled({str(each): 12 for each in range(CLASSES + 1)}))


def test_as_many_labels_as_a_model_takes_are_taken() -> None:
    assert len(drafted(labelled({str(each): 40 for each in range(CLASSES)})).labels) == CLASSES


@pytest.mark.parametrize("rows", [ROWS_OF_A_CLASS - 1, ROWS_OF_A_CLASS])
def test_a_label_of_too_few_rows_is_named(rows: int) -> None:
    content = labelled({"yes": 200, "no": 200, "late": rows})

    if rows == ROWS_OF_A_CLASS:
        assert drafted(content).labels["late"] == rows
        return
    told = r"column paid has too few rows of 'late' \(9 rows, first on line \d+\): 10 of each label"
    with pytest.raises(CommandFailed, match=told):
        drafted(content)


def test_a_header_that_comes_again_is_told_with_its_line() -> None:
    lines = ["a,paid", *(f"{row},{('yes', 'no')[row % 2]}" for row in range(40)), "a,paid", "3,yes"]

    with pytest.raises(CommandFailed, match=r"^line 42 is the header again: it holds 'paid'\. Delete it$"):
        drafted(Content("loans.csv", "\n".join(lines).encode()))


@pytest.mark.parametrize(("other", "named"), [("no", "no"), ("rest", "rest"), ("late", "late")])
def test_labels_of_too_few_rows_are_of_the_other_class_that_the_user_names(
    other: str, named: str, tmp_path: Path
) -> None:
    content = labelled({"yes": 200, "no": 200, "late": 9, "later": 9})

    made = draft(content, label="paid", model="loans", other=other)

    recipe = loaded(made.text, tmp_path)
    assert recipe.classes == {"no": "no", "yes": "yes"}
    assert recipe.other == named
    assert made.labels == ({"no": 218, "yes": 200} if other == "no" else {"no": 200, "yes": 200, named: 18})
    assert made.rows == 418


def test_an_other_class_may_be_for_labels_to_come_alone(tmp_path: Path) -> None:
    made = draft(labelled({"yes": 200, "no": 200}), label="paid", model="loans", other="no")

    assert loaded(made.text, tmp_path).other == "no"
    assert made.labels == {"no": 200, "yes": 200}


def test_an_other_class_of_too_few_rows_is_named_as_any() -> None:
    with pytest.raises(CommandFailed, match=r"too few rows of 'rest' \(9 rows.*as in --other no"):
        draft(labelled({"yes": 200, "no": 200, "late": 9}), label="paid", model="loans", other="rest")


def test_a_file_without_a_feature_is_refused_with_the_reasons() -> None:
    with pytest.raises(
        CommandFailed, match=r"no column of loans.csv can be a feature. Left out were: n: every cell is '1'"
    ):
        drafted(files.content([["n", "paid"], *([1, each] for each in ("yes", "no") * 20)]))
    with pytest.raises(CommandFailed, match="It has no column beside the label"):
        drafted(files.content([["paid"], *([each] for each in ("yes", "no") * 20)]))


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (b"", ObjectUnreadable, "loans.csv is empty (0 bytes)."),
        (b"a;paid\n1;yes\n", ColumnMissing, "separated by semicolons: save it with commas."),
        (b"a,Paid\n1,yes\n", ColumnMissing, "has no column paid (is it 'Paid'?)"),
        (
            b"a,paid\n\xe9,yes\n",
            ObjectUnreadable,
            "is not UTF-8: line 2 holds the byte 0xe9 in '\\xe9' of column a: save it as CSV in UTF-8.",
        ),
        (b"a,paid\n1,yes,2\n", ObjectUnreadable, "longer than the header"),
        (b'a,paid\n"1,yes\n', ObjectUnreadable, "opens a quote that is never closed"),
        (
            b"a,paid\n" + b"1,yes\n2,no\n" * 20 + b"3,\n",
            ValueMissing,
            "1 cell of column paid in loans.csv is empty: row 41",
        ),
        (b"PK\x03\x04\0", ObjectUnreadable, "as an Excel workbook is one"),
    ],
)
def test_what_a_run_cannot_read_is_told_in_its_words_without_a_data_set(
    body: bytes, error: type[NightswapError], words: str
) -> None:
    with pytest.raises(error) as refused:
        drafted(Content("loans.csv", body))

    assert words in refused.value.message
    assert "nightswap data remove" not in refused.value.message


def test_a_file_without_a_row_is_refused() -> None:
    with pytest.raises(NightswapError, match=r"loans.csv holds a header and no row"):
        drafted(Content("loans.csv", b"a,paid\n"))


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("loans.csv", "loans"),
        ("Loans 2024.CSV.GZ", "loans-2024"),
        ("a_b.tsv", "a-b-tsv"),
        ("x" * 40, "x" * 24),
        ("loans-2026-11-25.csv.gz", "loans"),
        ("2026-11-25_loans (1).csv", "loans-1"),
    ],
)
def test_a_model_is_named_after_its_file(file: str, model: str) -> None:
    assert model_named_after(file) == model


def test_a_file_whose_name_has_nothing_for_a_model_needs_one() -> None:
    with pytest.raises(BadRequest, match=r"no model can be named after '2024.csv': name it, as in --model loans"):
        model_named_after("2024.csv")


def test_spaces_around_a_label_make_no_class_of_its_own(tmp_path: Path) -> None:
    made = drafted(labelled({"yes": 200, " yes": 60, "no": 90, "no ": 30, "\tno": 2}))

    recipe = loaded(made.text, tmp_path)
    assert recipe.classes == {"yes": "yes", "no": "no", " yes": "yes", "no ": "no", "\tno": "no"}
    assert recipe.positive == "no"
    assert made.labels == {"yes": 260, "no": 122}
    assert "        # 60 rows\n" in made.text


def test_capitals_make_no_class_of_their_own_and_most_rows_name_it(tmp_path: Path) -> None:
    made = drafted(labelled({"Yes": 60, "yes": 200, " yes": 9, "NO": 90, "No": 30}), positive="Yes")

    recipe = loaded(made.text, tmp_path)
    assert recipe.classes == {"yes": "yes", "NO": "NO", "Yes": "yes", "No": "NO", " yes": "yes"}
    assert recipe.positive == "yes"
    assert made.alike == "spaces around a label and capitals do not count"


def test_a_spoilt_column_whose_rows_are_of_one_class_leaves_the_others_tolerated(tmp_path: Path) -> None:
    def cells(draw: random.Random, number: int) -> tuple[object, object]:
        return draw.random() if number % 500 else "inf", draw.random()

    header, *rows = files.loans(2000, columns=["chance", "fee"], row=cells).body.decode().splitlines()
    spoilt = [*(i for i, row in enumerate(rows) if row.endswith(",no"))][:16]
    for i in spoilt:
        rows[i] = ",".join([*rows[i].split(",")[:4], "lots", "no"])

    made = draft(Content("loans.csv", "\n".join([header, *rows, ""]).encode()), label="paid", model="loans")

    assert [each.column.name for each in made.choice.features if each.bad] == ["chance"]
    assert [name for name, _ in made.choice.left_out] == ["fee"]


def test_a_label_with_spaces_around_it_in_all_rows_is_a_class_without_them(tmp_path: Path) -> None:
    recipe = loaded(drafted(labelled({" <=50K": 200, " >50K": 100}), positive=">50K").text, tmp_path)

    assert recipe.classes == {" <=50K": "<=50K", " >50K": ">50K"}


def test_labels_that_differ_by_spaces_alone_are_a_single_one() -> None:
    with pytest.raises(CommandFailed, match=r"column paid of loans.csv holds 'yes' alone"):
        drafted(labelled({"yes": 50, " yes": 50}))


def test_a_label_of_spaces_alone_stays_as_it_is(tmp_path: Path) -> None:
    assert loaded(drafted(labelled({"yes": 200, " ": 100})).text, tmp_path).classes == {"yes": "yes", " ": " "}


def test_columns_without_a_name_and_of_one_name_are_told_once() -> None:
    rows: list[list[object]] = [[row, row, row, ("yes", "no")[row % 2]] for row in range(60)]

    with pytest.raises(CommandFailed) as raised:
        drafted(files.content([["age", "", "age", "paid"], *rows]))

    told = str(raised.value).partition("can be a feature. ")[2]
    assert told == (
        "Left out were: age: the header names it 2 times: give each a name of its own (nightswap data convert FILE),"
        " (no name): it has no name in the header. nightswap data convert FILE can make features of age"
    )


def test_where_the_columns_tell_too_little_those_left_out_are_named() -> None:
    rows = [(random.Random(number).random(), "1,5", "yes" if number < 200 else "no") for number in range(400)]
    rows[9] = (0.5, "2,5", "yes")
    with pytest.raises(CommandFailed, match="tells too little about paid") as raised:
        drafted(files.content([["noise", "score", "paid"], *rows]))

    assert "Left out were: score: numbers such as '1,5': write 1234.56 (nightswap data convert FILE)" in str(
        raised.value
    )


def test_a_column_of_numbers_with_one_bad_cell_is_drafted_with_the_tolerance_that_it_needs(tmp_path: Path) -> None:
    content = files.loans(columns=["score"], row=lambda draw, number: ["lots" if number == 7 else draw.random()])

    made = drafted(content)

    recipe = loaded(made.text, tmp_path)
    assert "score" in [each.name for each in recipe.columns]
    assert recipe.tolerate == Tolerate(rows=0.01)
    assert made.rows == 399
    assert "from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe, Tolerate, at_least" in made.text


def test_a_column_whose_bad_cells_are_those_of_one_class_is_left_out_as_before(tmp_path: Path) -> None:
    def row(draw: random.Random, number: int) -> tuple[object, object, object]:
        is_rare, income = number % 40 == 0, draw.randint(1, 1000)
        return income + 2000 * is_rare, "lots" if number % 160 == 0 else draw.random(), "rare" if is_rare else "usual"

    draw = random.Random(3)
    made = drafted(files.content([["income", "score", "paid"], *(row(draw, number) for number in range(4000))]))

    assert [name for name, _ in made.choice.left_out] == ["score"]
    assert loaded(made.text, tmp_path).tolerate == Tolerate()


def test_where_the_columns_tell_too_little_and_none_is_left_out_none_is_named() -> None:
    rows = [(random.Random(number).random(), "yes" if number < 200 else "no") for number in range(400)]
    with pytest.raises(CommandFailed, match=r"columns that have to do with it; nothing was written$"):
        drafted(files.content([["noise", "paid"], *rows]))
