from __future__ import annotations

import pytest

from chalicelib.errors import WrongContentType
from workflows.inference.media_types import CSV, JSON, JSON_LINES, of_answer, of_content
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
        ("application/json;q=0, */*;q=0.1", JSON),
        ("text/csv;q=much, application/json;q=0.1", JSON),
    ],
)
def test_answer_is_what_the_client_wants_most(header: str | None, kind: str) -> None:
    assert of_answer(header).name == kind


def test_parameter_of_what_is_wanted_is_kept() -> None:
    assert of_answer('text/csv; header="present"').parameters == {"header": "present"}


@pytest.mark.parametrize("header", ["image/png", "text/csv;q=0", "application/xml, text/html;q=0.3", "csv", "/*"])
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
