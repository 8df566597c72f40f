"""Explains in plain words why a run promoted its model or did not, from `facts.Facts`. Pure: it reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
    WAITING,
)
from chalicelib.cutting import all_of, amount, verb
from chalicelib.exact import shown
from chalicelib.explain import champion_words, next_steps
from chalicelib.promotion.canary import HealthSeen
from chalicelib.promotion.replaying import ROWS_A_CALL, ReplayReport
from chalicelib.quality.left_out import LeftOut
from chalicelib.registry.report import Report, Rule
from chalicelib.runs import peaks
from chalicelib.values import Value

Json = Mapping[str, Any]

HEADLINES = {
    PROMOTED: "promoted its model: it went live.",
    NOTHING_NEW: "trained nothing, because nothing is new. What was live is live.",
    MODEL_REJECTED: "trained a model, and the gate rejected it. What was live is live.",
    ROLLED_BACK: "trained a model that passed the gate, and took it back. What was live is live.",
    SUPERSEDED: "gave way, and promoted nothing.",
    WAITING: "trained a model that passed the gate, and left it waiting for approval. It moved nothing.",
    RETRAIN_FAILED: "broke, and promoted nothing.",
}
FILES_TOLD = 10
BOUNDS = {">=": "at least", "<=": "at most"}


class Facts(Value, kw_only=True):
    """What is known of a run, as far as it came and an earlier release wrote it."""

    run: Json
    """What `runs.describe` tells."""
    report: Report | None
    replayed: ReplayReport | None
    left_out: Sequence[LeftOut] = ()
    """Of its data, because it is bad."""
    healths: Sequence[HealthSeen] = ()
    shifts: Sequence[Json] = ()
    """The run's shifts of traffic by the ledger."""
    now: Json | None = None
    """How its version stands today."""
    damaged: Sequence[str] = ()
    """What could not be read."""

    def to_document(self) -> dict[str, Any]:
        return {
            **vars(self),
            "report": self.report and self.report.document,
            "replayed": self.replayed and self.replayed.document,
            "left_out": [each.document for each in self.left_out],
            "healths": [each.document for each in self.healths],
        }


def explain(facts: Facts) -> list[str]:
    """Sentences, in the order of what happened; details of one are indented below it. The last says what to do."""
    run, report = facts.run, facts.report
    return [
        *_end(run),
        *_left_out(facts.left_out, run=run["run"]),
        *([report.imported.sentence] if report and report.imported else ()),
        *(report.tuning.lines if report and report.tuning else ()),
        *(champion_words.threshold(report.threshold) if report else ()),
        *(_gate(report) if report else ()),
        *(champion_words.with_champion(report) if report else ()),
        *(_live_quality(report) if report else ()),
        *(_swapped(report.swapped, model=run["model"] or "MODEL") if report else ()),
        *(champion_words.with_anchor(report, model=run["model"] or "MODEL") if report else ()),
        *(champion_words.erased(report) if report else ()),
        *(_replay(run, facts.replayed) if facts.replayed else ()),
        *_canary(facts.healths, facts.shifts),
        *peaks.sentences(run.get("states", ())),
        *(f"Could not be read: {each}" for each in facts.damaged),
        *(next_steps.on_drift(run["model"] or "MODEL") if report and _is_drift(run, report) else ()),
        *next_steps.way_on(run, now=facts.now),
    ]


def _end(run: Json) -> Iterator[str]:
    if run["outcome"] is None:
        yield f"Run {run['run']} is still going ({run['percent']} %); so far:"
    else:
        yield f"Run {run['run']} {HEADLINES[run['outcome']]}"
        error = f"{run['error']}: " if run["error"] else ""
        if decided := run.get("decided"):
            yield f"Why: {decided['words']}"
        yield f"{'Before that' if decided else 'Why'}: {error}{run['reason']}"
    if run["asked_because"] is not None:
        force = ", with --force" if run["force"] else ""
        yield f"It was asked for at {run['started_at']}{force}: {run['asked_because']}"


def _left_out(files: Sequence[LeftOut], *, run: str) -> Iterator[str]:
    """What the run went without, as the recipe tolerates."""
    if not files:
        return
    yield "It left out of the data what is bad, as the recipe tolerates:"
    for each in files[:FILES_TOLD]:
        yield f"  {each.words}{'' if each.run == run else f'; so since {each.since}'}"
    if len(files) > FILES_TOLD:
        yield f"  and of {amount(len(files) - FILES_TOLD, 'more file')}"


def _gate(report: Report) -> Iterator[str]:
    failing = [rule for rule in report.rules if not rule.passed]
    if not failing:
        yield f"The gate let it pass: {all_of(len(report.rules), 'rule')} {verb(len(report.rules), 'holds', 'hold')}."
    else:
        yield f"The gate said no: {len(failing)} of {amount(len(report.rules), 'rule')} failed."
    for rule in failing or (each for each in report.rules if each.interval):
        yield f"  {rule.name}: {_judged(rule)}"
    if report.passing_class:
        yield (
            f"On this holdout, a model that answers {report.passing_class} to every row keeps every threshold too:"
            " raise a bound, or add one."
        )


def _judged(rule: Rule) -> str:
    """The value, the interval that the true one is in, and what was wanted."""
    if rule.value is None or rule.bound is None or not rule.enough_rows:
        return rule.reason
    value, bound = shown(rule.value, rule.bound)
    beside = f" ({', where '.join(rule.interval.lines)})" if rule.interval else ""
    return f"{value}{beside}, {'and' if rule.passed else 'but'} {BOUNDS[rule.direction]} {bound} was wanted"


def _live_quality(report: Report) -> Iterator[str]:
    """How good the live version is on the run's new rows."""
    if report.live_quality_problem:
        yield f"Nothing is known of the live version on the new rows: {report.live_quality_problem}"
    night = report.live_quality
    if night is None:
        return
    rows, files = amount(night.rows, "row"), amount(night.files, "new file")
    yield f"Version {night.model_version}, which was live, met {rows} of {files} for the first time."
    yield from (f"  {each.name}: {each.words}." for each in night.ratios)


def _is_drift(run: Json, report: Report) -> bool:
    night = report.live_quality
    return run["outcome"] == MODEL_REJECTED and night is not None and any(each.fell for each in night.ratios)


def _swapped(files: Mapping[str, Sequence[Sequence[str]]], *, model: str) -> Iterator[str]:
    for name, pairs in [*files.items()][:FILES_TOLD]:
        columns = ", ".join(" and ".join(pair) for pair in pairs)
        yield (
            f"Columns {columns} of {name} look swapped: the values of each are as those of the other were before."
            f" That decided nothing. If they are: nightswap data add {name} --model {model} --replace, corrected."
        )


def _replay(run: Json, replayed: ReplayReport) -> Iterator[str]:
    candidate, *others = replayed.versions
    said = "answered otherwise than it was judged, or too late" if replayed.problems else "answered as it was judged"
    yield (
        f"Version {candidate.model_version}, published as function version {candidate.function_version}, was"
        f" asked {amount(candidate.rows, 'row')} of the holdout, and {said}."
    )
    yield from (f"  {problem}" for problem in replayed.problems)
    times = [(f"version {each.model_version}", each.median_ms) for each in (candidate, *others)]
    measured = ", ".join(f"{ms:.0f} ms by {who}" for who, ms in times if ms is not None)
    if measured:
        yield f"  {ROWS_A_CALL} rows took {measured}."
    for state in run["states"]:
        is_told = run["outcome"] == WAITING  # it is the reason of the end
        if state["state"] == "Replay" and not (replayed.problems or is_told) and "reason" in state.get("result", {}):
            yield f"  Rollout: {state['result']['reason']}."


def _canary(healths: Sequence[HealthSeen], shifts: Sequence[Json]) -> Iterator[str]:
    for number, health in enumerate(healths, start=1):
        shift = shifts[number - 1] if number <= len(shifts) else {}
        share = f" ({next_steps.percent(shift['share'])})" if shift else ""
        yield f"After step {number}{share} of the canary, at {health.at}, {_found(health, shift)}:"
        yield from (f"  {each}" for each in (*health.problems, *health.remarks))


def _found(health: HealthSeen, shift: Json) -> str:
    if health.problems:
        return "it was shown worse than the live one, or answered otherwise than judged"
    taken = shift.get("taken")
    if taken is not None and taken["at"] <= health.at:
        return f"it had lost its share meanwhile ({taken['kind']} by {taken['who']}), and nothing spoke against it"
    if health.waits_until is not None and health.at < health.waits_until:
        return f"its newest minutes looked worse, and it waited until {health.waits_until} to count them"
    return "nothing spoke against it"
