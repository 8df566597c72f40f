"""The static page: what it must not load, must not do with the API's texts, and must offer to a screen reader."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from chalicelib import page


class Elements(HTMLParser):
    """Every element of the page, as its tag and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, *tags: str) -> list[Mapping[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]


@pytest.fixture(scope="module")
def elements() -> Elements:
    return Elements(page.html())


def test_page_loads_nothing(elements: Elements) -> None:
    loading = [attributes for _, attributes in elements.found if {"src", "href", "srcset"} & set(attributes)]

    assert loading == []
    assert not elements.of("link", "img", "iframe", "base", "object", "embed")
    assert not re.search(r"https?:|url\(|@import|\bimport\(", page.html())


@pytest.mark.parametrize(
    "way", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("]
)
def test_texts_of_the_api_never_become_markup_or_code(way: str) -> None:
    assert way not in page.html()


def test_elements_carry_no_code_of_their_own(elements: Elements) -> None:
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]


def test_every_field_has_a_label(elements: Elements) -> None:
    labelled = {attributes.get("for") for attributes in elements.of("label")}

    fields = {attributes.get("id") for attributes in elements.of("input", "select", "textarea")}

    assert fields
    assert fields <= labelled


def test_every_id_is_given_once(elements: Elements) -> None:
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]

    assert len(ids) == len(set(ids))


def test_page_names_its_language_and_suits_small_screens_and_dark_ones(elements: Elements) -> None:
    assert elements.of("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in elements.of("meta")
    assert "prefers-color-scheme: dark" in page.html()


def test_token_is_kept_for_the_session_only() -> None:
    assert "sessionStorage" in page.html()
    assert "localStorage" not in page.html()
    assert "document.cookie" not in page.html()
