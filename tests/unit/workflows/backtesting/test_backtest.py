from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, PROMOTED, WAITING
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.quality.night import Night
from chalicelib.quality.series import Series
from chalicelib.registry.quarantine import Quarantine
from lambdas import recipes
from tests.fakes.edges import FakeOutside
from tests.given.approvals import waits
from tests.given.judged_nights import (
    NIGHTS,
    PROMOTED_ONES,
    end,
    judge,
    judged_nights,
    recipe_file,
)
from tests.given.moves import ask
from tests.given.news import new_rows
from tests.given.nights import MODEL, register
from tests.given.old_registry import RUNS, old_stage
from tests.given.records import rewrite, silent
from workflows.backtesting import backtest
from workflows.backtesting.backtest import Backtest, Judged

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
STRICT = 'at_least("accuracy", bound=0.91)'


def judged(night: FakeOutside, folder: Path, *, since: datetime = LONG_AGO, **recipe: str) -> Backtest:
    wanted = recipes.load_file(recipe_file(folder, **recipe))
    return backtest.run(night.edges, wanted, since=since, report=silent)


def by_run(found: Backtest) -> dict[str, Judged]:
    return {each.night.run: each for each in found.judged}


def test_recipe_as_it_is_reproduces_the_ledger(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)

    found = judged(night, tmp_path)

    assert [each.night.run for each in found.judged] == list(NIGHTS)
    assert [(each.passes, [*each.failing]) for each in found.judged] == [
        (
            each.night.report.passed,
            [(rule.name, rule.reason) for rule in each.night.report.rules if not rule.passed],
        )
        for each in found.judged
    ]
    promoted = [each.night.run for each in found.judged if each.passes and each.outcome == PROMOTED]
    ledger = Ledger(night.edges, MODEL).entries()
    assert promoted == [each.run for each in ledger if each.kind == promotion.PROMOTED] == PROMOTED_ONES
    assert all(each.met_the_same for each in found.judged)
    assert found.summary() == {
        "kept": 7,
        "judged": 7,
        "promoted_then": 4,
        "would_pass": 5,
        "saved": 0,
        "cost": 0,
        "wrong_and_passes": 2,
        "refused_then_and_passes": 0,
        "met_another": 0,
        "has_anchor": 0,
        "other_anchor": 0,
        "lacks_anchor": 0,
    }
    assert not found.left_out and not found.damaged


def test_rules_of_the_nights_are_those_that_they_are_named_after(tmp_path: Path) -> None:
    found = by_run(judged(judged_nights(tmp_path), tmp_path))

    assert found["first"].night.report.champion is None
    assert [name for name, _ in found["bad"].failing][:2] == ["recall of bad", "accuracy"]
    assert "NOT ENOUGH ROWS" in found["few"].failing[0][1]
    assert found["again"].night.report.judging == 2


def test_stricter_recipe_saves_what_went_wrong_and_costs_what_went_well(tmp_path: Path) -> None:
    found = judged(judged_nights(tmp_path), tmp_path, thresholds=STRICT)

    passing = [each.night.run for each in found.judged if each.passes]
    saved = [each.night.run for each in found.judged if each.saved]
    cost = [each.night.run for each in found.judged if each.cost]
    assert (passing, saved, cost) == (["better", "few", "again"], ["canary", "regretted"], ["first"])
    regretted = by_run(found)["regretted"]
    assert (regretted.model_version, regretted.wrong) == (5, "rolled back by ada: customers complain")
    assert by_run(found)["canary"].wrong == "rolled back by ada: customers complain"
    assert found.summary()["refused_then_and_passes"] == 1


def test_nights_after_one_that_goes_another_way_are_marked_until_one_goes_live_both_ways(tmp_path: Path) -> None:
    found = judged(judged_nights(tmp_path), tmp_path, thresholds=STRICT)

    same = {each.night.run: each.met_the_same for each in found.judged}
    assert same == dict(zip(NIGHTS, [True, False, False, True, True, False, True], strict=True))


def test_night_that_would_have_passed_departs_too(tmp_path: Path) -> None:
    found = judged(judged_nights(tmp_path), tmp_path, thresholds='at_least("accuracy", bound=0.8)')

    marked = [each.night.run for each in found.judged if not each.met_the_same]
    assert by_run(found)["few"].passes
    assert marked == ["again"]


def test_canary_that_went_back_alone_tells_why(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    for entry in night.store.list(layout.ledger(MODEL)):
        night.store.delete(entry.key)
    for each in night.store.list(layout.quarantined(MODEL)):
        night.store.delete(each.key)

    assert by_run(judged(night, tmp_path))["canary"].wrong == "errors: 9 of 20 calls"


def test_fall_that_is_proved_on_later_rows_is_something_wrong(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    Series(night.edges, MODEL).keep(Night.of(new_rows(model_version=1)))
    Series(night.edges, MODEL).keep(Night.of(new_rows(run="later", model_version=2, news=[])))
    found = judged(night, tmp_path, thresholds=STRICT)

    assert by_run(found)["first"].wrong == (
        "on new rows, recall of attack was 0.9 on 1,000 rows of the class in 1 night, 0.99 when it was judged: fell"
        " by more than 0.01, proved"
    )
    assert by_run(found)["better"].wrong is None
    assert [each.night.run for each in found.judged if each.saved] == ["first", "canary", "regretted"]


@pytest.mark.parametrize(
    ("then", "went_live", "cost", "wrong"),
    [
        ("approved", True, True, None),
        ("approved and regretted", True, False, "rolled back by ada: customers complain"),
        ("rejected", False, False, None),
    ],
)
def test_version_that_waited_counts_by_what_became_of_it(
    tmp_path: Path, then: str, went_live: bool, cost: bool, wrong: str | None
) -> None:
    night = judged_nights(tmp_path)
    judge(night, recipes.load_file(recipe_file(tmp_path)), run="waited", wrong=0.1, live=0.07)
    number = register(night.edges, run="waited", fingerprint="waited").model_version
    waits(night.edges, "waited", model_version=number)
    if then == "rejected":
        Quarantine(night.edges, MODEL).put("waited", model_version=number, who="ada", why="rejected: no")
    else:
        ask(night.edges, "promote", model_version=number)
    if then == "approved and regretted":
        ask(night.edges, "rollback", reason="customers complain", name="rollback-of-what-waited")

    found = by_run(judged(night, tmp_path, thresholds=STRICT))["waited"]

    assert (found.outcome, found.passes) == (WAITING, False)
    assert found.then == ("Waiting, live" if went_live else "Waiting")
    assert (found.went_live, found.cost, found.wrong, found.saved) == (went_live, cost, wrong, wrong is not None)
    assert found.model_version == (number if went_live else None)


def test_damaged_waiting_is_told_and_the_night_is_judged(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    judge(night, recipes.load_file(recipe_file(tmp_path)), run="waited", wrong=0.1, live=0.07)
    waits(night.edges, "waited", model_version=9)
    night.store.put(layout.run_document("waited", "waiting"), b"{}")

    found = judged(night, tmp_path)

    assert by_run(found)["waited"].model_version is None
    assert any("runs/waited/waiting.json" in each for each in found.damaged)


def test_damaged_night_of_new_rows_is_told(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    night.store.put(layout.quality_night(MODEL, 1), b"{")

    assert layout.quality_night(MODEL, 1) in judged(night, tmp_path).damaged[0]


def test_quarantine_is_known_where_the_ledger_is_damaged(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    newest = Ledger(night.edges, MODEL).numbers()[-1]
    night.store.put(layout.ledger_entry(MODEL, newest), b"{")

    found = judged(night, tmp_path)

    assert by_run(found)["regretted"].wrong == "quarantined by ada: rolled back: customers complain"
    assert len(found.damaged) == 1 and layout.ledger_entry(MODEL, newest) in found.damaged[0]


@pytest.mark.parametrize(
    "since", [datetime(2026, 11, 23, 3, 0, 1, tzinfo=UTC), datetime(2026, 11, 24, 3, tzinfo=UTC)]
)
def test_nights_that_ended_earlier_are_left(tmp_path: Path, since: datetime) -> None:
    found = judged(judged_nights(tmp_path), tmp_path, since=since)

    assert [each.night.run for each in found.judged] == list(NIGHTS[3:])


def test_night_that_ended_earlier_is_left_though_its_report_was_written_again(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    rewrite(night, layout.run_document("first", "report"), erased=[])

    found = judged(night, tmp_path, since=datetime(2026, 11, 24, tzinfo=UTC))

    assert [each.night.run for each in found.judged] == list(NIGHTS[3:])


def test_report_without_joint_counts_is_named_and_left_out(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    recipe = recipes.load_file(recipe_file(tmp_path))
    judge(night, recipe, run="old", wrong=0.05, live=0.08, without={"comparison": None, "row_answers": None})
    end(night, run="old", outcome=MODEL_REJECTED)

    found = judged(night, tmp_path)

    (left,) = found.left_out
    assert (left.run, left.outcome) == ("old", MODEL_REJECTED)
    assert left.why.startswith("its report holds no joint counts of both models")
    assert found.summary()["kept"] == 8


def test_night_whose_outcome_is_damaged_is_named_and_left_out(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    night.store.put(layout.run_document("canary", "outcome"), b"[]")
    night.store.put(layout.run_document("another-models-run", "outcome"), b"[]")

    found = judged(night, tmp_path)

    assert "canary" not in by_run(found)
    assert [each.run for each in found.left_out] == ["canary"]
    assert "runs/canary/outcome.json is damaged" in found.left_out[0].why


def test_damaged_report_is_named_and_left_out(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    for run in ("bad", "kdd99-http-nightly-1", "somebody-else"):
        night.store.put(layout.run_document(run, "report"), b"{")

    found = judged(night, tmp_path)

    assert [each.run for each in found.left_out] == ["bad", "kdd99-http-nightly-1"]
    assert "runs/bad/report.json" in found.left_out[0].why


def test_damaged_report_of_the_first_moment_is_named_and_an_earlier_one_is_not(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    for run in ("better", "canary"):
        night.store.put(layout.run_document(run, "report"), b"{")

    found = judged(night, tmp_path, since=datetime(2026, 11, 24, 3, tzinfo=UTC))

    assert [each["run"] for each in found.to_document()["left_out"]] == ["canary"]
    assert set(found.to_document()["left_out"][0]) == {"run", "at", "outcome", "why"}


def test_night_in_the_document_tells_of_its_anchor_what_the_sum_tells(tmp_path: Path) -> None:
    found = judged(judged_nights(tmp_path), tmp_path)

    for name in ("has_anchor", "other_anchor", "lacks_anchor"):
        assert sum(each[name] for each in found.to_document()["nights"]) == found.summary()[name]


def test_runs_of_other_models_are_none_of_it(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    rewrite(night, layout.run_document("bad", "outcome"), model="loans")
    rewrite(night, layout.run_document("first", "report"), model="loans")
    night.store.delete(layout.run_document("first", "outcome"))

    found = judged(night, tmp_path)

    assert [each.night.run for each in found.judged] == list(NIGHTS[2:])


def test_night_that_has_not_ended_is_judged_too(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    judge(night, recipes.load_file(recipe_file(tmp_path)), run="tonight", wrong=0.05, live=0.08)

    last = judged(night, tmp_path).judged[-1]

    assert (last.night.run, last.outcome, last.passes) == ("tonight", "not ended", True)


def test_other_classes_leave_every_night_out(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    file = recipe_file(tmp_path, thresholds='at_least("accuracy", bound=0.8)')
    file.write_text(file.read_text().replace('"ok.": "good"', '"ok.": "fine"'))

    found = backtest.run(night.edges, recipes.load_file(file), since=LONG_AGO, report=silent)

    assert not found.judged
    assert {each.why for each in found.left_out} == {"its classes are good, bad, the recipe's fine, bad"}


def test_nights_of_an_earlier_release_are_judged_where_their_reports_tell_enough() -> None:
    found = backtest.run(old_stage().edges, recipes.load(MODEL), since=LONG_AGO, report=silent)

    assert [(each.night.run, each.passes) for each in found.judged] == [("kdd99-http-nightly-20261121T0300Z", True)]
    assert [(each.run, each.outcome) for each in found.left_out] == list(RUNS.items())[1:]
    assert all("no joint counts of both models" in each.why for each in found.left_out)


def test_night_whose_recipe_had_no_anchor_is_judged_without_one_and_counted(tmp_path: Path) -> None:
    """Nobody scored one on its rows, so no counts tell how the new model stood beside it."""
    night = judged_nights(tmp_path)
    for run in ("first", "better"):
        rewrite(night, layout.run_document(run, "report"), anchor=None)

    assert [each.night.run for each in judged(night, tmp_path).judged if each.lacks_anchor] == ["better"]
    assert judged(night, tmp_path, fields="anchor=None,").summary()["lacks_anchor"] == 0


def test_night_that_is_judged_against_its_anchor_is_counted(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    gone = {"model_version": 1, "named": False, "problem": "it was pruned", "comparison": None, "row_answers": None}
    rewrite(night, layout.run_document("better", "report"), anchor={**gone, "advances": False, "why": "it is gone"})

    assert judged(night, tmp_path).summary()["has_anchor"] == 1
