"""The committed part of AWS's Service Authorization Reference is what the package has that it is taken from."""

from __future__ import annotations

from tests.contract.authorization.extracting import TABLE, installed, named, table, written


def test_reference_is_as_it_was_taken() -> None:
    assert TABLE.read_text(encoding="utf-8") == written(table(*installed(), named()))
