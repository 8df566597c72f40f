"""What the packs of earlier nights add up to is kept, and makes no difference but that less is read."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from lambdas import kept, totals
from lambdas.kept import KeptTotal
from lambdas.parts import files_of
from tests.unit.lambdas.test_packs import MODEL, Counting, damaged, gone, later, nights, prepare, told, truncated

NIGHTS = 200
"""Of several packs."""


def total_of(account: Counting) -> KeptTotal:
    found = kept.find(account.edges, model=MODEL).total
    assert found is not None
    return found


def read_of_totals(account: Counting, total: KeptTotal) -> list[str]:
    return [each.key for each in total.files if each.key in account.read]


def test_total_is_read_and_the_packs_before_the_last_are_not() -> None:
    account, files = Counting(), nights(NIGHTS)
    prepare(account, files)
    total = total_of(account)
    packs = kept.find(account.edges, model=MODEL).packs

    prepare(account, files)

    assert len(packs) > 2
    assert total.packs == len(packs) - 1
    assert len(read_of_totals(account, total)) == 2
    assert not {each.key for pack in packs[:-1] for each in pack.files} & {*account.read}


def test_total_has_the_same_bytes_whichever_night_added_it_up() -> None:
    night_by_night, at_once = Counting(), Counting()
    for number in range(20, NIGHTS + 1, 10):
        found = prepare(night_by_night, nights(number))

    again = prepare(at_once, nights(NIGHTS))

    assert told(found) == told(again)
    assert total_of(night_by_night) == total_of(at_once)


@pytest.mark.parametrize("harm", [damaged, truncated, gone])
@pytest.mark.parametrize("which", [0, 1])
def test_total_that_is_damaged_is_added_up_anew_and_no_file_is_read(
    harm: Callable[[Counting, str], None], which: int
) -> None:
    account, files = Counting(), nights(NIGHTS)
    first = prepare(account, files)
    total = total_of(account)

    harm(account, total.files[which].key)
    again = prepare(account, files)

    assert told(again) == told(first)
    assert account.files() == []
    assert total_of(account) == total
    assert files_of(account.edges, total.files[which])


def test_total_that_goes_while_it_is_read_is_told_and_added_up_anew(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nightswap")
    account = Counting()
    prepare(account, nights(NIGHTS))
    found, packs = total_of(account), kept.find(account.edges, model=MODEL).packs
    whole = totals.add_up(account.edges, packs, found=found, model=MODEL)
    account.outside.store.delete(found.sums.key)

    again = totals.add_up(account.edges, packs, found=found, model=MODEL)

    assert again.sums.to_files() == whole.sums.to_files()
    assert again.repeats == whole.repeats
    assert again.kept == found
    assert "kept_parts_damaged" in caplog.text


def test_total_that_goes_while_more_packs_end_is_added_up_anew() -> None:
    account = Counting()
    prepare(account, nights(NIGHTS))
    packs = kept.find(account.edges, model=MODEL).packs
    found = totals.add_up(account.edges, packs[:-1], found=None, model=MODEL).kept
    assert found is not None
    account.outside.store.delete(found.sums.key)

    again = totals.add_up(account.edges, packs, found=found, model=MODEL)

    assert again.kept == total_of(account)


def test_total_of_other_packs_is_not_used() -> None:
    account, files = Counting(), nights(NIGHTS)
    prepare(account, files)
    del files["night-00003.csv"]

    found = prepare(account, files)

    assert told(found) == told(prepare(Counting(), files))


def test_total_is_written_again_before_it_goes_by_its_age() -> None:
    account, files = Counting(), nights(NIGHTS)
    prepare(account, files)
    total = total_of(account)
    later(account, days=kept.OLD_DAYS + 1)

    prepare(account, files)

    assert {each.key for each in total.files} <= {*account.written}
    assert total_of(account) == total


def test_total_of_too_many_rows_to_compare_holds_no_hashes() -> None:
    account = Counting()
    prepare(account, nights(NIGHTS))
    packs = list(kept.find(account.edges, model=MODEL).packs)
    packs[0] = packs[0].but(sums=packs[0].sums.but(rows=1_000_001))

    whole = totals.add_up(account.edges, packs, found=None, model=MODEL)

    assert whole.repeats is None
    assert whole.kept is not None
    assert whole.kept.repeats is None
    again = totals.add_up(account.edges, packs, found=whole.kept, model=MODEL)
    assert again.sums.to_files() == whole.sums.to_files()


def test_what_a_release_without_a_total_kept_is_used() -> None:
    account, files = Counting(), nights(NIGHTS)
    first = prepare(account, files)
    document = documents.find(account.outside.store, layout.kept_parts(MODEL))
    del document["total"]
    account.outside.store.put(layout.kept_parts(MODEL), documents.encode(document))

    again = prepare(account, files)

    assert account.files() == []
    assert told(again) == told(first)
