from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import WrongContentType
from workflows.inference.media_types import CSV, JSON, JSON_LINES, SUPPORTED, of_answer, of_content
from workflows.inference.refusal import Refused


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", CSV),
        ("application/jsonlines", JSON_LINES),
        ("text/html, text/csv", CSV),
        ("application/json;q=0.2, TEXT/CSV ; q=0.9", CSV),
        ("application/json;q=0, */*;q=0.1", JSON_LINES),
        ("*/*, application/json;q=0", JSON_LINES),
        ("*/*, application/*;q=0", CSV),
        ("text/csv;q=0.1, */*", JSON),
        ("*/*, text/csv", CSV),
        ("application/jsonlines, text/csv, application/json", JSON_LINES),
        ("text/html, image/gif, *; q=.2, */*; q=.2", JSON),  # what Java's own client sends
        ('text/plain;x="a, text/csv;q=1\\"", application/json;q=0.1', JSON),
        ("application/json; charset=utf-8", JSON),
        (",text/csv,", CSV),
        (" , ", JSON),
    ],
)
def test_answer_is_what_the_client_wants_most(header: str | None, kind: str) -> None:
    assert of_answer(header).name == kind


@pytest.mark.parametrize("weight", ["nan", "inf", "-1", "1.5", "much", "", "1e-1", "0x1", "\u0661"])
def test_what_is_no_weight_counts_as_if_it_were_not_there(weight: str) -> None:
    assert of_answer(f"text/csv;q={weight}").name == CSV
    assert of_answer(f"text/csv;q={weight}, application/json;q=0.9").name == CSV


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ('text/csv; header="present"', "present"),
        ("text/csv; header=absent", "absent"),
        ("text/csv", "absent"),
        ("text/csv; header=other", "absent"),
        ("text/csv; header=absent; q=0.5, text/csv; header=present", "present"),
        ("text/csv, text/csv; header=absent; q=0", "present"),
    ],
)
def test_csv_has_the_header_that_is_wanted(header: str, wanted: str) -> None:
    assert of_answer(header).parameters == {"header": wanted}


@pytest.mark.parametrize(
    ("header", "is_inline"),
    [
        ("application/jsonlines; refused=inline", True),
        ('APPLICATION/JSONLINES;REFUSED="inline";q=0.5', True),
        ("application/jsonlines, application/jsonlines; refused=inline; q=0.5", False),
        ("application/jsonlines; refused=whole", False),
        ("application/jsonlines", False),
        ("*/*; refused=inline, application/json;q=0", False),
    ],
)
def test_refusals_stand_among_the_answers_only_where_the_client_names_that(header: str, is_inline: bool) -> None:
    found = of_answer(header)

    assert found.name == JSON_LINES
    assert (found.parameters == {"refused": "inline"}) is is_inline


def test_warnings_stand_among_the_answers_only_where_the_client_names_that_beside_the_refusals() -> None:
    both = {"refused": "inline", "warnings": "inline"}

    assert of_answer("application/jsonlines; refused=inline; warnings=inline").parameters == both
    assert of_answer("application/jsonlines; warnings=inline; refused=inline; q=0.5").parameters == both
    assert of_answer("application/jsonlines; refused=inline; warnings=apart").parameters == {"refused": "inline"}
    assert of_answer("application/jsonlines; warnings=inline").parameters == {}


def test_client_that_wants_nothing_by_name_never_gets_refusals_among_the_answers() -> None:
    with pytest.raises(Refused):
        of_answer("*/*, application/json;q=0, application/jsonlines;q=0, text/csv;q=0")


WEIGHTS = st.dictionaries(
    st.sampled_from(("*/*", "application/*", "text/*", "text/html", *SUPPORTED)), st.integers(0, 1_000), min_size=1
)


def weight(name: str, of: dict[str, int]) -> int:
    """By the most specific range that holds it: RFC 9110, section 12.5.1."""
    ranges = (name, f"{name.partition('/')[0]}/*", "*/*")
    return next((of[each] for each in ranges if each in of), 0)


@given(WEIGHTS, st.randoms(use_true_random=False))
def test_answer_has_the_greatest_weight_in_whatever_order_and_letters_it_is_told(
    weights: dict[str, int], shuffled: random.Random
) -> None:
    told = [f"{name.upper()} ;\tQ={thousandths / 1_000:.3f}" for name, thousandths in weights.items()]
    shuffled.shuffle(told)
    greatest = max(weight(name, weights) for name in SUPPORTED)

    if greatest:
        assert weight(of_answer(" , ".join(told)).name, weights) == greatest
    else:
        with pytest.raises(Refused):
            of_answer(" , ".join(told))


@given(st.text() | st.text('*/,;="\\ q.01acjnopstvx', max_size=60))
def test_any_text_is_read_or_refused(header: str) -> None:
    with suppress(Refused):
        assert of_answer(header).name in SUPPORTED
    with suppress(WrongContentType):
        assert of_content(header).name in SUPPORTED


@pytest.mark.parametrize(
    "header",
    [
        "image/png",
        "text/csv;q=0",
        "text/csv;q=0.000",
        "*/*;q=0",
        "*;q=0",
        "application/xml, text/html;q=0.3",
        "csv",
        "/*",
        ";q=1",
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(header: str) -> None:
    with pytest.raises(Refused) as caught:
        of_answer(header)

    assert (caught.value.status, caught.value.body["Code"]) == (406, "NotAcceptable")
    assert caught.value.body["Accepted"] == "application/json, application/jsonlines, text/csv"


@pytest.mark.parametrize(
    ("header", "kind"), [(None, JSON), ("Text/CSV; charset=utf-8", CSV), (JSON_LINES, JSON_LINES)]
)
def test_content_type_is_read_without_its_parameters(header: str | None, kind: str) -> None:
    assert of_content(header).name == kind


def test_other_content_type_is_refused() -> None:
    with pytest.raises(WrongContentType, match="'application/x-npy'"):
        of_content("application/x-npy")
