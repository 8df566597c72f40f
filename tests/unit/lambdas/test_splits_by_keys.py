"""Groups and copies are on one side, in every file and on every night."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ColumnMissing, TooFewRows, ValueMissing
from lambdas.model.data.part import Part, merged
from lambdas.model.recipe import Categorical, Numeric, Recipe, Split, Tolerate
from lambdas.model.splitting.split import DRAWN, GROUPED, TOGETHER, Draw
from lambdas.parts import Prepared, files_of
from lambdas.split_words import told
from lambdas.splits import Splits
from tests.given import data
from tests.unit.lambdas.test_packs import UNKNOWN, Counting, bodies, prepare, recorded
from tests.unit.lambdas.test_packs import told as handed_on

BASE = data.numeric_recipe()
BY_GROUP = data.numeric_recipe(split=Split(group="customer"))
COPIES = data.numeric_recipe(split=Split(duplicates="together"))


def file(*rows: tuple[Any, Any, Any, str]) -> bytes:
    """Rows of size, age, customer and label."""
    return "\n".join(["size,age,customer,label", *(",".join(map(str, row)) for row in rows), ""]).encode()


def visits(*customers: Any, first: int = 0) -> bytes:
    """A row for each, of its own size, so that the test can tell the rows."""
    return file(
        *((first + place, place % 3, who, ("ok.", "spam.")[place % 2]) for place, who in enumerate(customers))
    )


def nights(number: int, *, customers: int = 40) -> dict[str, bytes]:
    return {
        f"night-{night}.csv": visits(*((7 * night + place) % customers for place in range(30)), first=1000 * night)
        for night in range(number)
    }


def sizes(account: Counting, prepared: Prepared, side: str) -> set[float]:
    parts = [Part.from_files(files_of(account.edges, each)) for each in getattr(prepared, side)]
    return set(merged(parts).numeric[:, 0].tolist())


def customers_of(files: Mapping[str, bytes], rows: set[float]) -> set[str]:
    cells = [line.split(",") for body in files.values() for line in body.decode().split()[1:]]
    return {who for size, _, who, _ in cells if float(size) in rows}


def sides(account: Counting, files: Mapping[str, bytes], **given: Any) -> tuple[set[str], set[str]]:
    """The customers of the training part and of the holdout."""
    prepared = prepare(account, files, **given)
    train, holdout = (sizes(account, prepared, side) for side in ("train", "holdout"))
    return customers_of(files, train), customers_of(files, holdout)


def test_group_is_on_one_side_in_all_files_and_the_profile_counts_the_groups() -> None:
    account, files = Counting(), nights(5)

    train, holdout = sides(account, files, recipe=BY_GROUP)

    assert not train & holdout
    assert len(train | holdout) == 40
    groups = prepare(account, files, recipe=BY_GROUP).profile["groups"]
    assert groups == {"column": "customer", "all": 40, "holdout": len(holdout), "on_both_sides": 0}


@settings(deadline=None, max_examples=40)
@given(
    history=st.lists(st.sets(st.integers(0, 6), min_size=2), min_size=2, max_size=4),
    seed=st.integers(0, 2**32 - 1),
    later=st.sampled_from([Split(0.5, 1), Split(0.2, 3, group="customer"), Split(0.4, 2, duplicates="together")]),
)
def test_row_keeps_its_side_when_files_come_and_go_and_recipes_change(
    history: list[set[int]], seed: int, later: Split
) -> None:
    """And so no group changes sides, as long as all its files came under a recipe by groups."""
    account, whole = Counting(), nights(7)
    known = UNKNOWN
    where: dict[float, str] = {}
    for night, names in enumerate(history):
        split = Split(0.3, seed, group="customer") if night % 2 == 0 else later
        files = {name: body for place, (name, body) in enumerate(whole.items()) if place in names}
        try:
            prepared = prepare(account, files, known=known, recipe=replace(BY_GROUP, split=split))
        except TooFewRows:
            continue
        known = Splits.from_document(json.loads(json.dumps(known.and_of(recorded(prepared, account)).to_document())))
        for side in ("train", "holdout"):
            for size in sizes(account, prepared, side):
                assert where.setdefault(size, side) == side


def test_new_files_follow_the_seed_and_ratio_of_the_files_that_were_split_by_the_same_column() -> None:
    """Or a customer of an older file might be on the other side in a new one."""
    account, files = Counting(), nights(6)
    first = prepare(account, {name: files[name] for name in list(files)[:3]}, recipe=BY_GROUP)
    known = recorded(first, account)
    recipe = data.numeric_recipe(split=Split(0.5, 7, group="customer"))

    train, holdout = sides(account, files, known=known, recipe=recipe)

    assert not train & holdout
    found = prepare(account, files, known=known, recipe=recipe)
    assert {(draw.holdout_ratio, draw.seed) for draw in found.draws.values()} == {(0.2, 42)}
    assert told(found, recipe).endswith("6 objects keep the ratio and seed that they were first split by")


def test_files_that_were_split_row_by_row_stay_so_and_it_is_told_whose_groups_are_on_both_sides() -> None:
    account, files = Counting(), nights(4)
    older = {name: files[name] for name in list(files)[:2]}
    known = recorded(prepare(account, older, recipe=BASE), account)

    found = prepare(account, files, known=known, recipe=BY_GROUP)

    assert [draw.rule for draw in found.draws.values()] == [DRAWN, DRAWN, GROUPED, GROUPED]
    train, holdout = sides(account, files, known=known, recipe=BY_GROUP)
    both = len(train & holdout)
    assert both > 0
    assert found.profile["groups"]["on_both_sides"] == both
    share = 100 * found.profile["holdout_rows"] / 120
    assert told(found, BY_GROUP) == (
        f"; {share:.1f} % of the rows are held out: {len(holdout)} of 40 groups of customer; {both} of them are in"
        " the training part too, by files that were split before; 2 objects keep the rule that they were first split"
        " by"
    )


def test_recipe_that_forgets_its_groups_goes_on_reading_them_of_older_files() -> None:
    account, files = Counting(), nights(2)
    known = recorded(prepare(account, files, recipe=BY_GROUP), account)

    before, after = (sides(account, files, known=known, recipe=recipe) for recipe in (BY_GROUP, BASE))
    lost = {**files, "night-0.csv": b"size,age,label\n1,2,ok.\n"}

    assert before == after
    with pytest.raises(ColumnMissing, match=r"night-0.csv was first split by its column customer, and has to be as"):
        prepare(account, lost, known=known, recipe=BASE)


def test_copies_are_on_one_side_in_all_files_with_any_label_and_in_any_spelling() -> None:
    account = Counting()
    files = {
        "a.csv": file(*((place % 50, 1, "x", ("ok.", "spam.")[place % 2]) for place in range(200))),
        "b.csv": file(*((f"{place % 50}.0", "1e0", "y", ("ok.", "spam.")[place % 3 == 0]) for place in range(200))),
    }

    found = prepare(account, files, recipe=COPIES)

    assert not sizes(account, found, "train") & sizes(account, found, "holdout")
    assert found.profile["holdout_rows_in_train"] == 0
    assert prepare(account, files, recipe=BASE).profile["holdout_rows_in_train"] > 0
    share = 100 * found.profile["holdout_rows"] / 400
    assert told(found, COPIES) == f"; {share:.1f} % of the rows are held out, copies together"


def test_copies_stay_where_they_were_when_the_recipe_gets_a_column_and_when_it_loses_one() -> None:
    account, files = Counting(), nights(3)
    narrow, shorter = (replace(COPIES, columns=[Numeric(name)]) for name in ("size", "age"))
    known = recorded(prepare(account, {"night-0.csv": files["night-0.csv"]}, recipe=narrow), account)

    wider = prepare(account, files, known=known, recipe=COPIES)
    known = recorded(wider, account)
    new = prepare(account, nights(4), known=known, recipe=shorter)

    assert {draw.columns for draw in wider.draws.values()} == {("size",)}
    assert {name: new.draws[name].columns for name in files} == dict.fromkeys(files, ("size",))
    assert new.draws["night-3.csv"].columns == ("age",)


def test_second_night_reads_its_new_file_alone_and_hands_on_the_same_as_one_run_over_all() -> None:
    for recipe in (BY_GROUP, COPIES):
        account, other = Counting(), Counting()
        prepare(account, nights(4), recipe=recipe)

        second = prepare(account, nights(5), recipe=recipe)

        assert account.files() == ["night-4.csv"]
        at_once = prepare(other, nights(5), recipe=recipe)
        assert handed_on(second) == handed_on(at_once)
        assert bodies(account, second) == bodies(other, at_once)


def test_file_that_goes_from_the_middle_leaves_the_groups_of_the_others() -> None:
    account, files = Counting(), nights(5)
    prepare(account, files, recipe=BY_GROUP)
    del files["night-2.csv"]

    left = prepare(account, files, recipe=BY_GROUP)

    assert handed_on(left) == handed_on(prepare(Counting(), files, recipe=BY_GROUP))


def test_old_recipe_writes_the_bytes_that_it_always_wrote() -> None:
    draw = Draw(DRAWN, 0.2, 42, "salt", (("a",), ("b",)), "label")

    assert draw.to_document() == {
        "rule": 2,
        "holdout_ratio": 0.2,
        "seed": 42,
        "salt": "salt",
        "groups": [["a"], ["b"]],
        "label": "label",
    }
    by_keys = replace(draw, rule=TOGETHER, columns=("age", "size"))
    assert by_keys.to_document() == {**draw.to_document(), "rule": 4, "columns": ["age", "size"]}


def test_row_without_a_customer_is_refused_with_its_row() -> None:
    with pytest.raises(ValueMissing, match=r"1 cell of column customer in day.csv is empty: row 2 \(line 3\) ''"):
        prepare(Counting(), {"day.csv": visits("anna", "", "bob")}, recipe=BY_GROUP)


def test_row_without_a_customer_is_left_out_where_the_recipe_tolerates_it_and_no_other_row_changes_sides() -> None:
    account, customers = Counting(), [f"c{place % 20}" for place in range(60)]
    tolerant = replace(BY_GROUP, tolerate=Tolerate(rows=0.05))
    before = prepare(account, {"day.csv": visits(*customers)}, recipe=tolerant)
    whole = [sizes(account, before, side) for side in ("train", "holdout")]

    found = prepare(account, {"day.csv": visits(*customers[:7], "", *customers[8:])}, recipe=tolerant)

    left_out = found.profile["left_out"]["day.csv"]
    assert (left_out["rows"], left_out["first_rows"]) == (1, [8])
    assert left_out["reasons"] == [{"column": "customer", "problem": "empty", "rows": 1}]
    assert [sizes(account, found, side) for side in ("train", "holdout")] == [side - {7.0} for side in whole]
    known = recorded(found, account)
    assert (
        prepare(account, {"day.csv": visits(*customers)}, recipe=BASE, known=known).draws["day.csv"].rule == GROUPED
    )


def test_file_with_an_empty_group_is_read_when_the_recipe_forgets_its_groups() -> None:
    account, files = Counting(), {"day.csv": visits(*(f"c{place % 20}" for place in range(59)), "")}
    known = recorded(prepare(account, files, recipe=replace(BY_GROUP, tolerate=Tolerate(rows=0.05))), account)

    found = prepare(account, files, recipe=BASE, known=known)

    assert (found.profile["rows"], found.draws["day.csv"].rule) == (60, GROUPED)


@pytest.mark.parametrize("column", [Numeric("customer", missing=-1.0), Categorical("customer", missing="nobody")])
def test_rows_without_a_customer_are_one_group_where_the_column_takes_a_missing_value(
    column: Numeric | Categorical,
) -> None:
    account, empty = Counting(), set(range(0, 60, 6))
    files = {"day.csv": visits(*("" if place in empty else place % 20 for place in range(60)))}
    recipe = replace(BY_GROUP, columns=[*BY_GROUP.columns, column])

    found = prepare(account, files, recipe=recipe)

    train, holdout = (sizes(account, found, side) for side in ("train", "holdout"))
    assert empty <= train or empty <= holdout
    assert found.profile["groups"]["on_both_sides"] == 0


@pytest.mark.parametrize("column", [Numeric("customer"), Categorical("customer")])
def test_feature_that_takes_no_missing_value_says_once_that_a_group_is_empty(column: Numeric | Categorical) -> None:
    recipe = replace(BY_GROUP, columns=[*BY_GROUP.columns, column])

    with pytest.raises(ValueMissing, match=r"^1 cell of column customer in day.csv is empty: row 2 \(line 3\) ''"):
        prepare(Counting(), {"day.csv": visits(1, "", 2)}, recipe=recipe)


@pytest.mark.parametrize("recipe", [BASE, BY_GROUP, COPIES], ids=["row by row", "groups", "copies"])
@pytest.mark.parametrize(("end", "last"), [("\r\n", "\r\n"), ("\n", ""), ("\r", "\r\r"), ("\r\n", "")])
def test_copies_of_a_text_with_other_line_ends_are_split_alike_on_one_night(
    recipe: Recipe, end: str, last: str
) -> None:
    account, text = Counting(), visits(*range(40)).decode()
    copy = text.rstrip("\n").replace("\n", end) + last

    found = prepare(account, {"a.csv": text.encode(), "b.csv": copy.encode()}, recipe=recipe)

    assert not sizes(account, found, "train") & sizes(account, found, "holdout")
    assert len({draw.salt for draw in found.draws.values()}) == 1


@pytest.mark.parametrize("change", [data.zipped, lambda body: body.replace(b"\n", b"\r\n")], ids=["gzip", "CRLF"])
@pytest.mark.parametrize("name", ["a.csv", "z.csv"])
def test_copy_of_what_replaces_a_known_file_is_split_as_that_one(name: str, change: Callable[[bytes], bytes]) -> None:
    account, body = Counting(), visits(*range(40))
    known = recorded(prepare(account, {"m.csv": visits(*range(40), first=500)}, recipe=BASE), account)

    for _ in range(2):  # the second time nothing is read
        found = prepare(account, {"m.csv": body, name: change(body)}, recipe=BASE, known=known)

        assert not sizes(account, found, "train") & sizes(account, found, "holdout")
        assert {draw.salt for draw in found.draws.values()} == {draw.salt for draw in known.draws.values()}


def test_file_keeps_the_salt_of_an_earlier_release() -> None:
    account, body = Counting(), visits(*range(40)).replace(b"\n", b"\r\n")
    drawn = Draw(DRAWN, 0.2, 42, hashlib.sha256(body).hexdigest())
    known = Splits({("old.csv", '"another-tag"'): drawn})

    found = prepare(account, {"new.csv": body}, recipe=BASE, known=known)

    assert found.draws["new.csv"].salt == drawn.salt


def test_data_whose_groups_all_come_to_one_side_says_what_decides_it() -> None:
    with pytest.raises(TooFewRows, match=r"Which part a row is in is drawn for each customer: a new file with more"):
        prepare(Counting(), {"day.csv": visits(*["anna"] * 30)}, recipe=BY_GROUP)


def test_data_whose_copies_all_come_to_one_side_says_what_decides_it() -> None:
    alike = file(*((1, 1, "x", label) for label in ("ok.", "spam.") * 10))

    with pytest.raises(TooFewRows, match=r"Copies of a row are in one part: a new file with other rows"):
        prepare(Counting(), {"day.csv": alike}, recipe=COPIES)


def test_more_groups_than_are_counted_are_told_so() -> None:
    found = prepare(Counting(), nights(2), recipe=BY_GROUP)
    uncounted = replace(found, profile={**found.profile, "groups": {"column": "customer", "not_counted": "many"}})

    assert told(uncounted, BY_GROUP).endswith("% of the rows are held out, by customer")


def test_recipe_without_a_kind_of_split_tells_nothing() -> None:
    recipe: Recipe = BASE

    assert told(prepare(Counting(), nights(2), recipe=recipe), recipe) == ""
