"""The grammar of EventBridge's schedules, held against the examples of its documentation and against itself.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.settings import schedules

VALID = [
    "cron(0 10 * * ? *)",
    "cron(15 12 * * ? *)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(0 8 1 * ? *)",
    "cron(0/10 * ? * MON-FRI *)",
    "cron(0/5 8-17 ? * MON-FRI *)",
    "cron(0/30 20-2 ? * MON-FRI *)",
    "cron(0/15 * * * ? *)",
    "cron(15 10 ? * 6L 2022-2023)",
    "cron(0 9 ? * 2#1 *)",
    "cron(0 9 ? * MON#1 *)",
    "cron(0 0 L * ? *)",
    "cron(0 0 3W * ? *)",
    "cron(0 0 LW * ? *)",
    "cron(0 0 ? * L *)",
    "cron(0 0 ? JAN,FEB,MAR * *)",
    "cron(0 0 1-15 JAN-MAR ? 2026/2)",
    "cron(*/5,59 1-23/2 29 2 ? 1970-2199)",
    "cron(0 0 31 APR,MAY ? *)",
    "cron(0 0 29 2 ? 2026-2028)",
    "cron(0 0 ? * mon-fri *)",
    "rate(1 minute)",
    "rate(5 minutes)",
    "rate(1 hour)",
    "rate(12 hours)",
    "rate(1 day)",
    "rate(365 days)",
]
INVALID = [
    "",
    " ",
    "0 3 * * *",
    "0 3 * * ? *",
    "cron(0 3 * * * *)",
    "cron(0 3 ? * ? *)",
    "cron(0 3 1 * MON *)",
    "cron(0 3 * * ?)",
    "cron(0 3 * * ? * *)",
    "cron(0  3 * * ? *)",
    "cron( 0 3 * * ? *)",
    "cron(0 3 * * ? *) ",
    "cron(0 3 * * ? *)\n",
    "cron(0\t3 * * ? *)",
    "CRON(0 3 * * ? *)",
    "cron(60 3 * * ? *)",
    "cron(0 24 * * ? *)",
    "cron(-1 3 * * ? *)",
    "cron(0 3 0 * ? *)",
    "cron(0 3 32 * ? *)",
    "cron(0 3 * 0 ? *)",
    "cron(0 3 * 13 ? *)",
    "cron(0 3 ? * 0 *)",
    "cron(0 3 ? * 8 *)",
    "cron(0 3 * * ? 1969)",
    "cron(0 3 * * ? 2200)",
    "cron(0/0 3 * * ? *)",
    "cron(0/ 3 * * ? *)",
    "cron(/5 3 * * ? *)",
    "cron(1,,2 3 * * ? *)",
    "cron(1- 3 * * ? *)",
    "cron(MON 3 * * ? *)",
    "cron(0 3 * MONDAY ? *)",
    "cron(0 3 ? * MONDAY *)",
    "cron(0 3 ? * 3#6 *)",
    "cron(0 3 ? * 3#0 *)",
    "cron(0 3 ? * 3#1,6#3 *)",
    "cron(0 3 ? * 3W *)",
    "cron(0 3 32W * ? *)",
    "cron(0 3 0W * ? *)",
    "cron(0 3 W * ? *)",
    "cron(0 3 3#1 * ? *)",
    "cron(0 3 ? * MON/2 *)",
    "cron(L 3 * * ? *)",
    "cron(? 3 * * ? *)",
    "cron(0 3 * ? ? *)",
    "cron(0 3 * * ? ?)",
    "cron(0 3 30 2 ? *)",
    "cron(0 3 29 2 ? 2026)",
    "cron(0 3 29 FEB ? 2100,2101-2103)",
    "cron(0 3 31 APR,JUN ? *)",
    "cron(\u0661 3 * * ? *)",
    "cron(0 3 * * ? *",
    "cron()",
    "rate()",
    "rate(0 days)",
    "rate(1 days)",
    "rate(2 day)",
    "rate(5 minute)",
    "rate(1.5 hours)",
    "rate(-1 days)",
    "rate(+2 days)",
    "rate(01 day)",
    "rate(1  day)",
    "rate(1day)",
    "rate(1 week)",
    "rate(1 month)",
    "rate(2 s)",
    "rate(366 days)",
    "rate(99999999 minutes)",
    "Rate(1 day)",
    "rate(1 DAY)",
    "at(2026-11-20T03:00:00)",
    "@daily",
    "cron(" + "1," * 200 + "1 3 * * ? *)",
]


@pytest.mark.parametrize("expression", VALID)
def test_what_the_documentation_has_is_taken_as_it_is(expression: str) -> None:
    assert schedules.read(expression) == expression


def test_expression_is_as_long_as_eventbridge_takes_it_and_no_longer() -> None:
    longest = f"cron({'1,' * 119}11 3 * * ? *)"
    assert len(longest) == schedules.LONGEST

    assert schedules.read(longest) == longest
    with pytest.raises(ValueError, match="an EventBridge expression"):
        schedules.read(longest.replace("3", "13"))


@pytest.mark.parametrize("expression", INVALID)
def test_what_eventbridge_refuses_is_refused_with_an_example(expression: str) -> None:
    with pytest.raises(ValueError, match=r"cron\(0 3 \* \* \? \*\) or rate\(1 day\)$"):
        schedules.read(expression)


def field(first: int, last: int, *, steps: bool = True) -> st.SearchStrategy[str]:
    number = st.integers(first, last).map(str)
    ranged = st.tuples(number, number).map("-".join)
    base = st.one_of(st.just("*"), number, ranged)
    stepped = st.tuples(base, st.integers(1, last).map(str)).map("/".join)
    item = st.one_of(base, stepped) if steps else base
    return st.lists(item, min_size=1, max_size=3).map(",".join)


DAYS = st.one_of(
    st.tuples(field(1, 28), st.just("?")),
    st.tuples(st.just("?"), field(1, 7, steps=False)),
)
FIELDS = st.tuples(field(0, 59), field(0, 23), DAYS, field(1, 12), field(1970, 2199))


@settings(deadline=None)
@given(FIELDS)
def test_every_combination_of_lists_ranges_and_steps_is_taken(
    fields: tuple[str, str, tuple[str, str], str, str],
) -> None:
    minutes, hours, (of_month, of_week), month, year = fields
    expression = f"cron({minutes} {hours} {of_month} {month} {of_week} {year})"

    assert schedules.read(expression) == expression


@settings(deadline=None)
@given(
    FIELDS, st.integers(0, 5), st.sampled_from(["", "60,61,2200", "x", "?,1", "1--2", "1/0", "*/*", "#", "-", "1 2"])
)
def test_one_bad_field_spoils_the_whole(
    fields: tuple[str, str, tuple[str, str], str, str], position: int, bad: str
) -> None:
    minutes, hours, (of_month, of_week), month, year = fields
    parts = [minutes, hours, of_month, month, of_week, year]
    parts[position] = bad

    with pytest.raises(ValueError, match="for example"):
        schedules.read(f"cron({' '.join(parts)})")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_anything_else_ends_in_the_same_error(text: str) -> None:
    try:
        assert schedules.read(text) == text
    except ValueError as exc:
        assert "for example" in str(exc)


@pytest.mark.parametrize(
    ("item", "numbers"),
    [
        ("20-2", {20, 21, 22, 23, 0, 1, 2}),
        ("0/8", {0, 8, 16}),
        ("5/8", {5, 13, 21}),
        ("*/12", {0, 12}),
        ("22-4/2", {22, 0, 2, 4}),
        ("3", {3}),
        ("1,5-6", {1, 5, 6}),
    ],
)
def test_lists_ranges_and_steps_mean_their_numbers(item: str, numbers: set[int]) -> None:
    assert schedules.HOURS.numbers(item) == numbers
