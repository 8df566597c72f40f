from __future__ import annotations

from typing import Any

import pytest

from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    OUTCOMES,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
    WAITING,
)
from chalicelib.explain.explanation import Facts, explain
from chalicelib.promotion.canary import HealthSeen
from chalicelib.promotion.replaying import ReplayReport
from chalicelib.registry.report import Report
from tests.given import news
from tests.given.tuned import trial, tuning

RECALL = {
    "name": "recall of attack",
    "value": 0.5,
    "direction": ">=",
    "bound": 0.98,
    "passed": False,
    "reason": "0.5 < 0.98",
}
UNDEFINED = {**RECALL, "name": "precision of attack", "value": None, "reason": "undefined: no row was taken for it"}
HOLDS = {**RECALL, "name": "support of attack", "passed": True}
PAIRED = {
    "only_challenger_right": 2,
    "only_champion_right": 3,
    "both_right": 290,
    "both_wrong": 5,
    "p_value": 1.0,
    "significance": 0.05,
    "method": "exact binomial",
}
REPORT: dict[str, Any] = {
    "rules": [HOLDS],
    "judging": 1,
    "champion_model_version": 6,
    "champion": {"scored": True, "problem": None, "rows": 300},
    "paired": PAIRED,
}
ASKED = {"model_version": 7, "function_version": "12", "rows": 200, "first_ms": 40.0, "median_ms": 12.2}
REPLAYED: dict[str, Any] = {
    "versions": [ASKED, {**ASKED, "model_version": 6, "function_version": "9", "median_ms": 13.1}],
    "problems": [],
}

NOW: dict[str, Any] = {
    "live": 7,
    "share": None,
    "quarantined": "it was worse",
    "closed": None,
    "twin": False,
    "way_back": 6,
}
"""The version of the run is live, and version 6 was before."""


def a_run(outcome: str | None = PROMOTED, **changes: Any) -> dict[str, Any]:
    told = {
        "run": "run-1",
        "model": "kdd99-http",
        "force": False,
        "asked_because": "nightly",
        "started_at": "2026-11-21T03:00:00.000Z",
        "percent": 40,
        "outcome": outcome,
        "reason": "so it is",
        "error": None,
        "states": [{"state": "VersionModel", "result": {"model_version": 7, "function_version": "12"}}],
    }
    return {**told, **changes}


def said(
    run: dict[str, Any] | None = None,
    *,
    report: dict[str, Any] | None = None,
    replayed: dict[str, Any] | None = None,
    healths: list[dict[str, Any]] | None = None,
    shifts: list[dict[str, Any]] | None = None,
    now: dict[str, Any] | None = NOW,
) -> list[str]:
    return explain(
        Facts(
            run=run or a_run(),
            report=Report(passed=True, reason="so it is", **report) if report else None,
            replayed=ReplayReport(**replayed) if replayed else None,
            healths=[HealthSeen(**each) for each in healths or []],
            shifts=shifts or [],
            now=now,
        )
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_said_with_its_reason_and_what_to_do(outcome: str) -> None:
    first, why, asked, way_on = said(a_run(outcome))

    assert first.startswith("Run run-1 ")
    assert why == "Why: so it is"
    assert asked == "It was asked for at 2026-11-21T03:00:00.000Z: nightly"
    assert "nightswap " in way_on


@pytest.mark.parametrize(
    ("outcome", "headline", "command"),
    [
        (PROMOTED, "it went live", "nightswap rollback --to 6 --model kdd99-http --reason TEXT"),
        (NOTHING_NEW, "trained nothing", "nightswap data add FILE --model kdd99-http"),
        (MODEL_REJECTED, "the gate rejected it", "nightswap retrain --model kdd99-http --force"),
        (WAITING, "left it waiting for approval", "nightswap approve run-1 --reason TEXT"),
        (ROLLED_BACK, "took it back", "nightswap promote 7 --model kdd99-http --lift-quarantine --reason TEXT"),
        (SUPERSEDED, "gave way", "nightswap retrain --model kdd99-http"),
        (RETRAIN_FAILED, "broke", "nightswap retrain --model kdd99-http"),
    ],
)
def test_way_on_is_a_command(outcome: str, headline: str, command: str) -> None:
    lines = said(a_run(outcome))

    assert headline in lines[0]
    assert command in lines[-1]


def test_run_that_is_going_has_no_way_on() -> None:
    assert said(a_run(None, reason=None)) == [
        "Run run-1 is still going (40 %); so far:",
        "It was asked for at 2026-11-21T03:00:00.000Z: nightly",
    ]


def test_broken_run_names_its_error_and_a_forced_one_says_so() -> None:
    _, why, asked, _ = said(a_run(RETRAIN_FAILED, error="SingleClass", force=True))

    assert why == "Why: SingleClass: so it is"
    assert asked.endswith(", with --force: nightly")


def test_run_that_nobody_asked_for_through_us_is_explained_too() -> None:
    run = a_run(ROLLED_BACK, asked_because=None, force=None, started_at=None, model=None, states=[])

    lines = said(run)

    assert len(lines) == 3
    assert "nightswap promote VERSION --model MODEL" in lines[-1]


def test_value_that_fails_is_not_said_to_be_its_bound() -> None:
    lines = said(report={**REPORT, "rules": [{**RECALL, "value": 0.97999999}]})

    assert "  recall of attack: 0.97999999, but at least 0.98 was wanted" in lines


def test_failing_rules_come_with_value_and_bound_and_the_others_are_counted() -> None:
    lines = said(
        report={**REPORT, "rules": [RECALL, HOLDS, UNDEFINED, {**RECALL, "direction": "<=", "bound": 0.001}]}
    )

    at = lines.index("The gate said no: 3 of 4 rules failed.")
    assert lines[at + 1 : at + 4] == [
        "  recall of attack: 0.5, but at least 0.98 was wanted",
        "  precision of attack: undefined: no row was taken for it",
        "  recall of attack: 0.5, but at most 0.001 was wanted",
    ]


TRUE = {"low": 0.97636294, "high": 0.99553237, "sure": 0.95, "rows": 442, "distinct": 442}


def test_rule_that_fails_comes_with_the_interval_of_its_value() -> None:
    low = {**RECALL, "value": 0.9, "interval": {**TRUE, "low": 0.85, "high": 0.94, "distinct": 120}}
    few = {
        **RECALL,
        "name": "recall of worm",
        "enough_rows": False,
        "reason": "NOT ENOUGH ROWS: 1 >= 0.98 (and so on)",
    }

    lines = said(report={**REPORT, "rules": [low, few]})

    at = lines.index("The gate said no: 2 of 2 rules failed.")
    assert lines[at + 1 : at + 3] == [
        "  recall of attack: 0.9 (each end 95 % sure: 0.85 to 0.94, where copies make 442 rows count as about 120), "
        "but at least 0.98 was wanted",
        "  recall of worm: NOT ENOUGH ROWS: 1 >= 0.98 (and so on)",
    ]


def test_rules_that_hold_come_with_the_intervals_of_their_values() -> None:
    sure = {**RECALL, "value": 0.9886877828, "passed": True, "interval": TRUE}

    lines = said(report={**REPORT, "rules": [HOLDS, sure]})

    at = lines.index("The gate let it pass: all 2 rules hold.")
    assert lines[at + 1] == (
        "  recall of attack: 0.988688 (each end 95 % sure: 0.976363 to 0.995532), and at least 0.98 was wanted"
    )
    assert not lines[at + 2].startswith("  support")


def test_thresholds_that_one_class_for_every_row_keeps_are_told() -> None:
    lines = said(report={**REPORT, "passing_class": "normal"})

    told = "On this holdout, a model that answers normal to every row keeps every threshold too: "
    assert f"{told}raise a bound, or add one." in lines


def test_rules_that_all_hold_are_counted() -> None:
    assert "The gate let it pass: the only rule holds." in said(report=REPORT)


def test_paired_test_is_told_in_words() -> None:
    lines = said(report=REPORT)

    at = lines.index("It was compared with version 6, which was live, on the same 300 rows.")
    assert lines[at + 1 : at + 3] == [
        "  Both get 290 rows right and 5 wrong; 2 the new model alone gets right, 3 the live one alone.",
        "  By McNemar's test (p = 1, exact binomial) that may well be chance.",
    ]


def test_models_that_are_right_on_the_same_rows_need_no_test() -> None:
    counted = {**PAIRED, "only_challenger_right": 0, "only_champion_right": 0, "both_right": 113_495}

    lines = said(report={**REPORT, "paired": counted})

    assert "  Both get 113,495 rows right and 5 wrong: the same ones." in lines
    assert not any("McNemar" in line for line in lines)


@pytest.mark.parametrize(("mine", "theirs", "better"), [(9, 1, "new"), (1, 9, "live")])
def test_difference_that_is_no_chance_says_who_is_better(mine: int, theirs: int, better: str) -> None:
    counted = {**PAIRED, "only_challenger_right": mine, "only_champion_right": theirs, "p_value": 0.0215}

    lines = said(report={**REPORT, "paired": counted})

    assert any(line.endswith(f"the {better} one is better, by more than chance explains.") for line in lines)


def test_report_of_an_earlier_release_is_explained_without_a_paired_test() -> None:
    report = {name: fact for name, fact in REPORT.items() if name not in {"paired", "judging"}}

    assert not any("McNemar" in line for line in said(report=report))


RATIO = {
    "name": "recall of attack",
    "metric": "recall",
    "of": "attack",
    "margin": 0.01,
    "challenger": 0.9,
    "champion": 0.92,
    "difference": -0.02,
    "low": -0.05,
    "high": 0.01,
    "p": 0.4,
    "verdict": "not shown worse",
    "passed": True,
    "notices": 0.08,
    "rows_needed": None,
    "words": "new 0.9, live 0.92: not shown worse; 300 rows would notice a fall of 8 points",
}
COMPARISON = {
    "sure": 0.95,
    "decides": True,
    "rows": 300,
    "cells": [[0, 0, 0, 290, 290]],
    "only_challenger_right": 2,
    "only_champion_right": 3,
    "both_right": 290,
    "both_wrong": 5,
    "ratios": [
        RATIO,
        {**RATIO, "difference": None, "low": None, "high": None, "notices": None, "words": "undefined"},
    ],
}


def test_comparison_is_told_ratio_by_ratio() -> None:
    lines = said(report={**REPORT, "paired": None, "comparison": COMPARISON})

    at = lines.index("It was compared with version 6, which was live, on the same 300 rows.")
    assert lines[at + 1 : at + 4] == [
        "  Both get 290 rows right and 5 wrong; 2 the new model alone gets right, 3 the live one alone.",
        f"  recall of attack: {RATIO['words']}.",
        "  recall of attack: undefined.",
    ]


def test_comparison_that_decides_nothing_says_so() -> None:
    lines = said(report={**REPORT, "paired": None, "comparison": {**COMPARISON, "decides": False}})

    assert "  The recipe does not compare the two: what follows decided nothing." in lines


def test_comparison_of_no_ratio_says_so_once() -> None:
    nothing = "  No threshold compares a ratio of the two: no ratio was tested for being worse."
    undecided = "  The recipe does not compare the two."
    for decides, words in ((True, nothing), (False, undecided)):
        lines = said(
            report={**REPORT, "paired": None, "comparison": {**COMPARISON, "decides": decides, "ratios": []}}
        )

        assert words in lines
        assert len({nothing, undecided}.intersection(lines)) == 1


def test_champion_that_is_missing_or_cannot_be_scored_is_told() -> None:
    strange = {"scored": False, "problem": "it takes other columns"}

    assert "Nothing was live to compare it with." in said(report={**REPORT, "champion": None, "paired": None})
    assert "It could not be compared with version 6, which was live: it takes other columns" in said(
        report={**REPORT, "champion": strange, "paired": None}
    )


def test_second_judging_is_told() -> None:
    assert any(line.startswith("It was judged twice") for line in said(report={**REPORT, "judging": 2}))
    assert not any(line.startswith("It was judged twice") for line in said(report=REPORT))


def test_replay_is_told_with_its_times_and_how_the_rollout_went_on() -> None:
    decided = {"state": "Replay", "result": {"reason": "all at once: nothing is live yet"}}

    lines = said(a_run(states=[decided]), replayed=REPLAYED)

    asked = "Version 7, published as function version 12, was asked 200 rows of the holdout, and answered as it was"
    at = lines.index(f"{asked} judged.")
    assert lines[at + 1 : at + 3] == [
        "  25 rows took 12 ms by version 7, 13 ms by version 6.",
        "  Rollout: all at once: nothing is live yet.",
    ]


def test_failed_replay_is_told_with_its_problems() -> None:
    versions = [{**ASKED, "median_ms": None}]

    lines = said(a_run(ROLLED_BACK), replayed={"versions": versions, "problems": ["row 3 is normal"]})

    assert any("answered otherwise than it was judged" in line for line in lines)
    assert "  row 3 is normal" in lines
    assert not any(" rows took " in line for line in lines)


def test_every_look_at_the_canary_is_told() -> None:
    at = "2026-11-21T03:05:00.000Z"
    healthy = {"problems": [], "remarks": ["900 invocations of the new version, 0 failed"], "at": at}
    ill = {"problems": ["3 of 9 invocations of the new version failed"], "remarks": [], "at": at}

    shifts = [{"share": share, "taken": None} for share in (0.1, 0.5)]
    lines = said(a_run(ROLLED_BACK), healths=[healthy, healthy, ill], shifts=shifts)

    begins = lines.index(f"After step 1 (10 %) of the canary, at {at}, nothing spoke against it:")
    assert lines[begins + 1 : begins + 6] == [
        "  900 invocations of the new version, 0 failed",
        f"After step 2 (50 %) of the canary, at {at}, nothing spoke against it:",
        "  900 invocations of the new version, 0 failed",
        f"After step 3 of the canary, at {at},"
        " it was shown worse than the live one, or answered otherwise than judged:",
        "  3 of 9 invocations of the new version failed",
    ]


@pytest.mark.parametrize(
    ("taken_at", "found"),
    [
        ("2026-11-21T03:04:00.000Z", "it had lost its share meanwhile (pinned by ada), and nothing spoke against it"),
        ("2026-11-21T03:06:00.000Z", "nothing spoke against it"),
    ],
    ids=["before the look", "after it"],
)
def test_look_at_a_canary_that_others_took_back_says_so(taken_at: str, found: str) -> None:
    at = "2026-11-21T03:05:00.000Z"
    taken = {"kind": "pinned", "who": "ada", "at": taken_at}

    lines = said(
        a_run(SUPERSEDED),
        healths=[{"problems": [], "remarks": [], "at": at}],
        shifts=[{"share": 0.25, "taken": taken}],
    )

    assert f"After step 1 (25 %) of the canary, at {at}, {found}:" in lines


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (
            "2026-11-21T03:05:00.000Z",
            "its newest minutes looked worse, and it waited until 2026-11-21T03:07:00.000Z to count them",
        ),
        ("2026-11-21T03:07:00.000Z", "nothing spoke against it"),
    ],
    ids=["before they count", "then"],
)
def test_look_that_waits_for_its_newest_minutes_says_so(at: str, found: str) -> None:
    health = {"problems": [], "remarks": [], "at": at, "waits_until": "2026-11-21T03:07:00.000Z"}

    assert f"After step 1 of the canary, at {at}, {found}:" in said(a_run(PROMOTED), healths=[health])


def test_champion_that_fell_is_told_with_what_it_may_mean() -> None:
    fall = {"class": "attack", "ratio": "recall", "then": 0.917, "now": 0.139}

    lines = said(report={**REPORT, "champion_fell": [fall]})

    assert (
        "  Its recall of attack was 0.917 when it was judged itself, and is 0.139 here: the new rows differ from the"
        " old, or their labels are wrong; with few rows of the class it may be chance." in lines
    )


def test_live_version_on_new_rows_is_told_ratio_by_ratio() -> None:
    lines = said(report={**REPORT, "live_quality": news.new_rows()})

    assert "Version 1, which was live, met 3,000 rows of 1 new file for the first time." in lines
    assert f"  recall of attack: {news.RECALL['words']}." in lines


def test_rejected_model_of_a_night_on_which_the_live_version_fell_comes_with_the_ways_to_learn_again() -> None:
    lines = said(a_run(MODEL_REJECTED), report={**REPORT, "live_quality": news.new_rows()})

    removal, window, usual = lines[-3:]
    assert removal.startswith("What the new rows show is not what the older ones show")
    assert removal.endswith(": nightswap data remove FILE --model kdd99-http")
    assert "window=Window(nights=7), or by a shorter window than it has (docs/splits.md)" in window
    assert "all nights" not in removal  # a recipe may have a window already
    assert window.endswith(": nightswap deploy && nightswap retrain --model kdd99-http")
    assert usual.startswith("Look at the data")


@pytest.mark.parametrize("outcome", [PROMOTED, ROLLED_BACK, None])
def test_fall_of_the_live_version_alone_does_not_speak_of_models_that_will_be_rejected(outcome: str | None) -> None:
    assert not any(
        "Window" in line for line in said(a_run(outcome), report={**REPORT, "live_quality": news.new_rows()})
    )


def test_rejected_model_of_a_night_without_a_proved_fall_has_the_usual_way_on_alone() -> None:
    no_fall = news.new_rows(ratios=[news.PRECISION], news=[])

    assert not any(
        "Window" in line for line in said(a_run(MODEL_REJECTED), report={**REPORT, "live_quality": no_fall})
    )


def test_live_version_that_could_not_be_scored_on_new_rows_is_told() -> None:
    problem = "version 1 was live when the run began"

    lines = said(report={**REPORT, "live_quality_problem": problem})

    assert f"Nothing is known of the live version on the new rows: {problem}" in lines


def test_columns_that_look_swapped_are_told_with_the_way_out() -> None:
    lines = said(report={**REPORT, "swapped": {"day.csv": [["age", "income"], ["a", "b"]]}})

    (line,) = (each for each in lines if "swapped" in each)
    assert line.startswith("Columns age and income, a and b of day.csv look swapped: the values of each are as")
    assert "That decided nothing. If they are: nightswap data add day.csv --model" in line


def flips(flipped: int, *sides: dict[str, Any], left_out: int = 0) -> dict[str, Any]:
    return {"rows": 600, "flipped": flipped, "sides": list(sides), "sides_left_out": left_out}


def side(rows: int, **moved_by: int) -> dict[str, Any]:
    moved = [{"column": None if name == "level" else name, "rows": count} for name, count in moved_by.items()]
    return {"true": "paid", "champion": "defaulted", "challenger": "paid", "rows": rows, "moved_by": moved}


def test_rows_that_change_sides_are_told_with_the_columns_that_moved_them() -> None:
    found = flips(12, side(9, income=7, level=2), side(3))

    lines = said(report={**REPORT, "paired": None, "flips": found})

    begin = lines.index("  12 of 600 rows (2 %) change sides:")
    assert lines[begin + 1 : begin + 3] == [
        "    9 rows of paid: defaulted before, paid now; moved most by income (7), the level (2)",
        "    3 rows of paid: defaulted before, paid now",
    ]
    assert not any("more kinds" in line for line in lines)


def test_ten_sides_are_told_and_the_others_counted() -> None:
    lines = said(report={**REPORT, "paired": None, "flips": flips(12, *[side(1)] * 12, left_out=3)})

    assert lines.count("    1 row of paid: defaulted before, paid now") == 10
    assert "    and 5 more kinds" in lines


def test_models_that_answer_alike_are_told() -> None:
    assert "  Both answer every row alike." in said(report={**REPORT, "paired": None, "flips": flips(0)})


def test_what_was_left_out_is_told_with_its_reason_and_since_when() -> None:
    files = [news.BAD_FILE.but(run="run-1"), news.BAD_ROWS.but(run="an earlier one")]
    _, *told = explain(Facts(run=a_run(NOTHING_NEW), report=None, replayed=None, left_out=files))

    at = told.index("It left out of the data what is bad, as the recipe tolerates:")
    assert told[at + 1 : at + 3] == [
        "  bad.csv whole (LabelUnknown: column label no known label (2))",
        "  3 of 1,000 rows of night-2.csv (column age empty (3)); so since 2026-11-21T03:00:00.000Z",
    ]


@pytest.mark.parametrize(("files", "more"), [(10, False), (11, True)])
def test_of_many_files_that_were_left_out_the_first_ten_are_told(files: int, more: bool) -> None:
    told = explain(Facts(run=a_run(), report=None, replayed=None, left_out=[news.BAD_FILE] * files))

    assert sum(line.startswith("  bad.csv whole") for line in told) == 10
    assert ("  and of 1 more file" in told) == more


def test_document_for_programs_has_what_was_left_out() -> None:
    facts = Facts(run=a_run(), report=None, replayed=None, left_out=[news.BAD_FILE])

    assert facts.to_document()["left_out"] == [news.BAD_FILE.document]


def test_trials_of_a_search_are_told_with_their_bars() -> None:
    lines = said(report={**REPORT, "tuning": tuning(trial(0.5), trial(0.9), best=2)})

    assert lines[3] == "Its parameters are the best of 2 trials, by roc_auc over 3 folds of 900 training rows:"
    assert [line.count("#") for line in lines[4:6]] == [30, 0]
