"""What a file may hold: as much as the limit says, and no more."""

from __future__ import annotations

import pytest

from chalicelib.errors import ObjectUnreadable
from chalicelib.limits import CATEGORY_CHARACTERS, FILE_BYTES
from lambdas.model.reading.cells import category_check
from lambdas.model.reading.unpacking import check_size
from lambdas.model.recipe import Categorical


def test_category_is_as_long_as_the_limit_and_no_longer() -> None:
    problem = category_check(Categorical("flag"))

    assert problem("x" * CATEGORY_CHARACTERS) is None
    assert problem("x" * (CATEGORY_CHARACTERS + 1)) is not None


def test_file_has_as_many_bytes_as_the_limit_and_no_more() -> None:
    check_size("day.csv", size_bytes=FILE_BYTES, model="flows")

    with pytest.raises(ObjectUnreadable, match=f"day.csv has {FILE_BYTES + 1:,} bytes"):
        check_size("day.csv", size_bytes=FILE_BYTES + 1, model="flows")
