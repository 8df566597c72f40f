"""Rows that belong together have one key, whatever the file looks like, and are on one side."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import ColumnMissing
from lambdas.model.splitting.keys import read_group_keys, read_row_keys
from lambdas.model.splitting.row_hashes import STEP, Words, mixed
from lambdas.model.splitting.split import GROUPED, TOGETHER, Draw, is_held_out, split_rows
from lambdas.serve.schema import NUMBER

DRAW = Draw(GROUPED, 0.2, 42, "an object", columns=("customer",))
GROUPS = 2_000
GOLDEN_KEYS = [14710817359019076455, 17832891354095029811]
GOLDEN_SIDES = [0, 1, 6, 9, 11, 13]
texts = st.one_of(
    st.sampled_from(["1", "1.0", "01", " 1", "a", " a", "-0", "0"]),
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=6),
)


def keys(*customers: str) -> Words:
    cells = "".join('"{}"\n'.format(each.replace('"', '""')) for each in customers)
    return read_group_keys("day.csv", text=f"customer\n{cells}".encode(), column="customer", model="flows")


def rows(text: str, *columns: str) -> Words:
    return read_row_keys("day.csv", text=text.encode(), columns=columns, model="flows")


def numbers(*groups: int) -> Words:
    return mixed(np.array(groups, dtype=np.uint64))


def expected(*cells: int) -> int:
    """By the words of the module, in Python's whole numbers."""
    key = 0
    for cell in cells:
        word = ((key + int(STEP)) % 2**64) ^ ((cell * 0xBF58476D1CE4E5B9) % 2**64)
        key = int(mixed(np.array([word], dtype=np.uint64))[0])
    return key


def test_key_is_what_the_module_says() -> None:
    of_text = int.from_bytes(hashlib.sha256(b"anna").digest()[:8], "big")
    of_number = int(np.array([7.0]).view(np.uint64)[0])

    assert keys("anna", "7").tolist() == [expected(of_text), expected(of_number)]
    assert rows("b,a\n7,anna\n", "b", "a").tolist() == [expected(of_text, of_number)]


def test_key_is_the_same_on_every_machine_for_ever() -> None:
    assert keys("anna", "7").tolist() == GOLDEN_KEYS


@pytest.mark.parametrize("spelling", ["7", "7.0", "07", " 7 ", "+7", "70e-1"])
def test_number_counts_by_its_value_in_any_spelling(spelling: str) -> None:
    assert keys(spelling).tolist() == keys("7").tolist()


def test_zero_has_no_sign_and_a_text_is_no_number() -> None:
    assert len(set(keys("0", "-0.0", "0.0").tolist())) == 1
    assert len(set(keys("nan", "inf", "NaN", "anna", "Anna", "x7").tolist())) == 6


def test_spaces_around_a_text_do_not_count_and_those_inside_do() -> None:
    assert len(set(keys("ann lee", " ann lee ", "ann lee").tolist())) == 1
    assert keys("ann lee").tolist() != keys("annlee").tolist()


@given(st.lists(texts.filter(str.strip), min_size=1, max_size=20))
def test_key_of_a_row_depends_on_its_text_and_not_on_the_rows_beside_it(customers: list[str]) -> None:
    assert keys(*customers).tolist() == [int(keys(each)[0]) for each in customers]


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=10))
def test_rows_have_one_key_if_all_their_texts_are_the_same(pairs: list[tuple[str, str]]) -> None:
    quoted = [",".join('"{}"'.format(cell.replace('"', '""')) for cell in pair) for pair in pairs]

    found = rows("a,b\n" + "".join(f"{line}\n" for line in quoted), "a", "b").tolist()

    stripped = {tuple(_value(cell.strip(" ")) for cell in pair) for pair in pairs}
    assert len(set(found)) == len(stripped)


def _value(text: str) -> float | str:
    return float(text) if NUMBER.fullmatch(text) else text


def test_order_of_the_columns_does_not_matter_and_which_of_them_has_a_text_does() -> None:
    assert rows("a,b\n1,2\n", "a", "b").tolist() == rows("b,x,a\n2,9,1\n", "b", "a").tolist()
    assert rows("a,b\n1,2\n", "a", "b").tolist() != rows("a,b\n2,1\n", "a", "b").tolist()


def test_file_that_is_not_plain_has_the_same_keys() -> None:
    plain, odd = "a,b\n1,x\n2,y\n", 'a,b\n+1,x\n\n2,"y"\n'

    assert rows(plain, "a", "b").tolist() == rows(odd, "a", "b").tolist()


def test_file_of_many_blocks_has_a_key_for_every_row() -> None:
    many = [f"customer {place % 997}" for place in range(200_000)]

    found = keys(*many)

    assert len(found) == len(many)
    assert found.tolist()[:997] == found.tolist()[997 : 2 * 997]
    assert len(np.unique(found)) == 997


def test_rows_without_a_group_are_of_one_group() -> None:
    assert len(set(keys("anna", "", " ").tolist())) == 2


def test_cell_of_a_feature_may_be_empty_if_the_recipe_takes_that() -> None:
    assert len(rows("a,b\n,2\n", "a", "b")) == 1


def test_file_without_the_column_is_an_error_that_names_it() -> None:
    with pytest.raises(ColumnMissing, match=r"day.csv has no column customer \(is it 'Customer'\?\)"):
        read_group_keys("day.csv", text=b"Customer\nanna\n", column="customer", model="flows")


@pytest.mark.parametrize("ratio", [0.05, 0.2, 0.5, 0.9])
def test_share_of_the_groups_is_unbiased_over_the_seeds(ratio: float) -> None:
    groups = numbers(*range(GROUPS))
    shares = [is_held_out(groups, draw=replace(DRAW, holdout_ratio=ratio, seed=seed)).mean() for seed in range(100)]

    assert abs(np.mean(shares) - ratio) <= 4 * math.sqrt(ratio * (1 - ratio) / GROUPS / 100)
    assert 0.5 < np.std(shares) / math.sqrt(ratio * (1 - ratio) / GROUPS) < 1.5


@given(groups=st.lists(st.integers(0, 30), min_size=1, max_size=60), salt=st.text(), seed=st.integers(0, 2**32 - 1))
def test_no_group_is_on_both_sides_whatever_file_it_is_in(groups: list[int], salt: str, seed: int) -> None:
    draw = replace(DRAW, seed=seed)
    chosen = is_held_out(numbers(*groups), draw=draw)
    one, other = (
        split_rows(np.arange(len(groups)) % 2, draw=replace(draw, salt=each), chosen=chosen)
        for each in ("one file", salt)
    )

    assert sorted([*one[0].tolist(), *one[1].tolist()]) == list(range(len(groups)))
    assert not {groups[row] for row in (*one[0], *other[0])} & {groups[row] for row in (*one[1], *other[1])}


def test_larger_ratio_holds_out_more_groups_and_gives_none_back() -> None:
    groups = numbers(*range(GROUPS))

    few, many = (is_held_out(groups, draw=replace(DRAW, holdout_ratio=ratio)) for ratio in (0.2, 0.4))

    assert few.sum() < many.sum()
    assert not (few & ~many).any()


def test_seed_and_rule_decide_and_the_salt_does_not() -> None:
    groups = numbers(*range(50))
    others = [replace(DRAW, seed=43), replace(DRAW, rule=TOGETHER)]

    assert is_held_out(groups, draw=replace(DRAW, salt="other")).tolist() == is_held_out(groups, draw=DRAW).tolist()
    assert len({tuple(is_held_out(groups, draw=draw).tolist()) for draw in [DRAW, *others]}) == 3


def test_sides_are_the_same_on_every_machine_for_ever() -> None:
    assert np.flatnonzero(is_held_out(numbers(*range(30)), draw=DRAW)).tolist() == GOLDEN_SIDES


def test_rows_of_each_side_are_shuffled_by_the_salt() -> None:
    chosen = is_held_out(numbers(*range(200)), draw=DRAW)
    one, other = (
        split_rows(np.zeros(200, dtype=np.int64), draw=replace(DRAW, salt=salt), chosen=chosen) for salt in ("a", "b")
    )

    for mine, theirs in zip(one, other, strict=True):
        assert sorted(mine.tolist()) == sorted(theirs.tolist())
        assert mine.tolist() != theirs.tolist() != sorted(theirs.tolist())
