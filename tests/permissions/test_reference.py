"""The committed part of AWS's Service Authorization Reference is what the package has that it is taken from."""

from __future__ import annotations

from tests.contract.authorization.extracting import TABLE, installed, named, table, written
from tests.contract.authorization.resources import NO_ACTIONS


def test_reference_is_as_it_was_taken() -> None:
    assert TABLE.read_text(encoding="utf-8") == written(table(*installed(), named()))


def test_iam_does_not_know_what_is_left_out_for_that() -> None:
    _, definition = installed()

    known = {f"s3:{action}" for action in definition["s3"]["privileges"]}

    assert known & NO_ACTIONS == set()
