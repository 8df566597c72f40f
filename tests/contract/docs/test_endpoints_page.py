"""docs/endpoints.md tells of the image what its container says, which formats need more, and how large one may be."""

from __future__ import annotations

from chalicelib.limits import PACKAGED_BYTES
from lambdas.model.formats.all_formats import FORMATS
from tests.contract.docs import pages
from workflows.container import assemble
from workflows.inference.__main__ import not_in_the_image

PAGE = " ".join(pages.PAGES["endpoints.md"].split())
NEEDED = {name: each.layers for name, each in FORMATS.items() if each.layers}


def test_image_is_assembled_for_each_format_that_needs_a_library() -> None:
    [option] = [each for each in assemble.main.params if each.name == "formats"]

    assert [*getattr(option.type, "choices", ())] == [*NEEDED]
    assert all(f"`{option.opts[0]} {name}` too" in PAGE for name in NEEDED)


def test_line_in_the_log_of_a_container_that_lacks_a_library_is_quoted_as_it_is() -> None:
    lines = [not_in_the_image(library, name) for name, libraries in NEEDED.items() for library in libraries]

    assert [line for line in lines if f"`{line}`" not in PAGE] == []


def test_size_that_no_artifact_behind_an_endpoint_may_have_is_the_one_of_the_code() -> None:
    assert f"An artifact of more than {PACKAGED_BYTES // 10**6} MB" in PAGE
