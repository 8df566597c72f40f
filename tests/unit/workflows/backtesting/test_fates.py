"""What became of the versions that had traffic, and the progress that is shown while nights are read and judged."""

from __future__ import annotations

from pathlib import Path

from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from lambdas import recipes
from tests.given.judged_nights import NIGHTS, judged_nights, recipe_file
from tests.given.moves import ask
from tests.given.nights import MODEL, outside, promote
from tests.given.records import canary
from workflows.backtesting import backtest, fates, reported_nights
from workflows.backtesting.backtest import Backtest


def test_progress_is_told_of_every_report_and_of_every_night(tmp_path: Path) -> None:
    night, told = judged_nights(tmp_path), list[tuple[str, int, int]]()

    def report(doing: str, done: int, of: int) -> None:
        told.append((doing, done, of))

    kept = reported_nights.kept(night.edges, model=MODEL, since=night.clock(), report=report)
    assert not kept.nights
    told.clear()
    found: Backtest = backtest.run(
        night.edges,
        recipes.load_file(recipe_file(tmp_path)),
        since=night.clock().replace(year=2020),
        report=report,
    )

    assert len(found.judged) == len(NIGHTS)
    assert told == [
        *(("reading reports", done, len(NIGHTS)) for done in range(len(NIGHTS))),
        *(("judging", done, len(NIGHTS)) for done in range(len(NIGHTS))),
    ]


def test_version_that_had_traffic_and_was_taken_back_was_never_live() -> None:
    night = canary(run="tonight")
    ask(night.edges, "rollback", model_version=1)

    found = fates.gather(night.edges, model=MODEL)

    last = Ledger(night.edges, MODEL).entries()[-1]
    assert last.kind == promotion.ROLLED_BACK
    assert 3 in found.had_traffic - found.live
    assert found.made_by["tonight"] == 3
    assert set(found.wrong) == {2, 3}
    assert found.wrong[3].startswith(("rolled back by ada: ", "quarantined by ada: "))
    assert not found.damaged


def test_versions_that_went_live_one_after_the_other_are_not_wrong() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    promote(night.edges, run="run-2", fingerprint="data-2")

    found = fates.gather(night.edges, model=MODEL)

    assert (found.made_by, found.live, found.had_traffic) == ({"run-1": 1, "run-2": 2}, {1, 2}, {1, 2})
    assert found.wrong == {}
