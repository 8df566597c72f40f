"""A name that came from elsewhere leads to a path below the folder, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflows.safe_paths import inside


@pytest.mark.parametrize("name", ["model.json", "serve/handler.py", "...", "..a/b..", "a b/ü"])
def test_name_of_a_file_below_is_its_path(name: str) -> None:
    assert inside(Path("/a"), name) == Path("/a", name)


@pytest.mark.parametrize(
    "name", ["", "/", "/etc/passwd", "..", "../b", "a/../../b", "a/./b", ".", "a//b", "a/", "a\0b"]
)
def test_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="it is no path below the folder"):
        inside(Path("/a"), name)
