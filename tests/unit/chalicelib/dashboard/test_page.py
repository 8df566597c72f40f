"""The page is one file that needs nothing from elsewhere, and that its security headers let run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from chalicelib.dashboard import page

VOID = {"input", "meta"}
FIELDS = {"input", "select", "textarea"}
WRITERS_OF_HTML = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "eval(",
    "Function(",
)
HEX = r"#[0-9a-f]{3}(?:[0-9a-f]{3})?"
READABLE_RATIO = 4.5
"""The least contrast of text: https://www.w3.org/TR/WCAG22/#contrast-minimum"""


class Outline(HTMLParser):
    """The elements of a page, and whether each is closed where it has to be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.misplaced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.misplaced.append(tag)

    def values(self, name: str, *, tags: set[str] | None = None) -> list[str | None]:
        """An attribute's values, over all elements or those of some tags."""
        return [attrs[name] for tag, attrs in self.elements if name in attrs and (tags is None or tag in tags)]


@pytest.fixture(scope="module")
def outline() -> Outline:
    return Outline(page.html())


def themes() -> Iterator[dict[str, str]]:
    """The colours of the light theme and of the dark one: custom property -> hex."""
    for block in re.findall(r":root \{([^}]*)\}", page.html()):
        yield dict(re.findall(rf"--([a-z-]+): ({HEX})", block))


def contrast(one: str, other: str) -> float:
    """1..21, by https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """0..1, by https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_element_is_closed_in_its_place(outline: Outline) -> None:
    assert (outline.misplaced, outline.open) == ([], [])


def test_no_id_is_given_twice(outline: Outline) -> None:
    ids = outline.values("id")

    assert len(ids) == len(set(ids))


def test_every_field_has_a_label(outline: Outline) -> None:
    labelled = set(outline.values("for", tags={"label"}))
    fields = [attrs.get("id") for tag, attrs in outline.elements if tag in FIELDS]

    assert fields and set(fields) <= labelled


def test_every_name_that_a_region_refers_to_exists(outline: Outline) -> None:
    assert set(outline.values("aria-labelledby")) <= set(outline.values("id"))


def test_script_asks_only_for_elements_that_exist(outline: Outline) -> None:
    asked = set(re.findall(r'at\("([a-z-]+)"\)', page.html())) | set(re.findall(r'say\("([a-z-]+)"', page.html()))

    assert asked <= set(outline.values("id"))


def test_results_are_announced(outline: Outline) -> None:
    announced = {attrs.get("id") for _, attrs in outline.elements if attrs.get("aria-live") == "polite"}

    assert {"answer", "predict-message", "retrain-message", "runs-message", "token-message"} <= announced


def test_nothing_is_loaded_from_elsewhere(outline: Outline) -> None:
    assert not re.search(r"(?i)https?:|[\"'(]//\w|url\(|@import|\bimport\(", page.html())
    assert not [name for name in ("src", "srcset", "href", "action", "data") if outline.values(name)]
    assert not {tag for tag, _ in outline.elements} & {"link", "img", "iframe", "base", "object", "embed"}


def test_no_text_is_ever_read_as_html() -> None:
    assert [writer for writer in WRITERS_OF_HTML if writer in page.html()] == []


def test_token_stays_in_a_hidden_field_and_in_the_tab(outline: Outline) -> None:
    assert ("input", "token", "password") in [(tag, a.get("id"), a.get("type")) for tag, a in outline.elements]
    assert "sessionStorage" in page.html()
    assert not re.search(r"localStorage|document\.cookie", page.html())


def test_no_handler_or_style_is_an_attribute(outline: Outline) -> None:
    names = {name for _, attrs in outline.elements for name in attrs}

    assert not {name for name in names if name.startswith("on") or name == "style"}


@pytest.mark.parametrize("text", ["text", "quiet", "accent", "good/good-wash", "bad/bad-wash", "note/note-wash"])
def test_text_stands_out_in_both_themes(text: str) -> None:
    front, _, wash = text.partition("/")

    light, dark = themes()

    backs = [wash] if wash else ["card", "page"]
    assert min(contrast(theme[front], theme[back]) for theme in (light, dark) for back in backs) >= READABLE_RATIO


@pytest.mark.parametrize(("front", "back"), [("on-accent", "accent"), ("text", "calm-wash")])
def test_text_on_a_filled_shape_stands_out_in_both_themes(front: str, back: str) -> None:
    assert min(contrast(theme[front], theme[back]) for theme in themes()) >= READABLE_RATIO


def test_headers_let_the_page_run_and_nothing_else() -> None:
    policy = page.HEADERS["Content-Security-Policy"].split("; ")

    assert {"default-src 'none'", "script-src 'unsafe-inline'", "style-src 'unsafe-inline'"} <= set(policy)
    assert {"connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy)


def test_page_names_its_language_and_suits_small_screens_and_dark_ones(outline: Outline) -> None:
    assert ("html", {"lang": "en"}) in outline.elements
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in outline.elements
    assert "prefers-color-scheme: dark" in page.html()


def test_words_of_the_tables_stay_whole_where_there_is_room_for_a_table() -> None:
    (rules,) = re.findall(r"@media \(width > 44rem\) \{(.*?)\n\}", page.html(), re.DOTALL)

    assert ":is(#waits, #quality, #runs) :is(th, td):not(:last-child) { overflow-wrap: normal; }" in rules


def test_live_version_is_marked_when_it_is_pinned_or_quarantined() -> None:
    assert '[["pinned", ""], ["quarantined", "bad"]].filter(([mark]) => live[mark])' in page.html()


def test_outline_tells_of_an_element_closed_out_of_place() -> None:
    broken = Outline("<main><p>text</main>")

    assert (broken.misplaced, broken.open) == (["main"], ["main"])


def test_page_is_html_and_tells_no_other_site_where_its_reader_was() -> None:
    assert page.HEADERS["Referrer-Policy"] == "no-referrer"
    assert page.HEADERS["Content-Type"] == "text/html; charset=utf-8"


def test_page_shows_what_waits_with_its_commands_and_the_live_quality() -> None:
    said = page.html()

    assert '[approve, reject].map((command) => make("code", {}, command))' in said
    assert 'show("waits", "Model,Version,Until,Verdict,To decide"' in said
    assert 'show("quality", "Model,Anchor,Night,Scored,Ratios"' in said
    assert "decided?.words ??" in said


def test_date_is_typed_as_a_text_because_a_field_of_dates_has_no_time_and_shows_none_that_has_one() -> None:
    assert 'type = kind === "number" ? "number" : "text"' in page.html()
    assert "type: kind" not in page.html() and ": kind;" not in page.html()
