"""Why a run promoted its model or did not, in plain words, from the run's own documents. Text alone, no reading.

`run` is what `runs.describe` tells; `report`, `replayed` and `healths` are the documents of Evaluate, Replay and
ShiftTraffic, as far as the run came. `shifts` are the run's shifts of traffic by the ledger, and `now` is how its
version stands today. What an earlier release did not write is passed over.
"""

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
)
from chalicelib.evidence import erasures
from chalicelib.exact import shown
from chalicelib.explain import next_steps
from chalicelib.promotion.replaying import ROWS_A_CALL

Document = Mapping[str, Any]

HEADLINES = {
    PROMOTED: "promoted its model: it went live.",
    NOTHING_NEW: "trained nothing, because nothing is new. What was live is live.",
    MODEL_REJECTED: "trained a model, and the gate rejected it. What was live is live.",
    ROLLED_BACK: "trained a model that passed the gate, and took it back. What was live is live.",
    SUPERSEDED: "gave way, and promoted nothing.",
    RETRAIN_FAILED: "broke, and promoted nothing.",
}
BOUNDS = {">=": "at least", "<=": "at most"}


def explain(
    run: Document,
    *,
    report: Document | None,
    replayed: Document | None,
    healths: Sequence[Document],
    shifts: Sequence[Document] = (),
    now: Document | None = None,
    damaged: Sequence[str] = (),
) -> list[str]:
    """Sentences, in the order of what happened; details of one are indented below it. The last says what to do.

    `damaged` is what could not be read, and is told before that.
    """
    return [
        *_end(run),
        *(_gate(report) if report else ()),
        *(_champion(report) if report else ()),
        *(_erased(report) if report else ()),
        *(_replay(run, replayed) if replayed else ()),
        *_canary(healths, shifts),
        *(f"Could not be read: {each}" for each in damaged),
        *next_steps.way_on(run, now=now),
    ]


def _end(run: Document) -> Iterator[str]:
    if run["outcome"] is None:
        yield f"Run {run['run']} is still going ({run['percent']} %); so far:"
    else:
        yield f"Run {run['run']} {HEADLINES[run['outcome']]}"
        error = f"{run['error']}: " if run["error"] else ""
        yield f"Why: {error}{run['reason']}"
    if run["asked_because"] is not None:
        force = ", with --force" if run["force"] else ""
        yield f"It was asked for at {run['started_at']}{force}: {run['asked_because']}"


def _gate(report: Document) -> Iterator[str]:
    failing = [rule for rule in report["rules"] if not rule["passed"]]
    if not failing:
        yield f"The gate let it pass: all {len(report['rules'])} rules hold."
        return
    yield f"The gate said no: {len(failing)} of {len(report['rules'])} rules failed."
    for rule in failing:
        yield f"  {rule['name']}: {_wanted(rule)}"


def _wanted(rule: Document) -> str:
    if rule["value"] is None or rule["bound"] is None:
        return str(rule["reason"])
    value, bound = shown(rule["value"], rule["bound"])
    return f"{value}, but {BOUNDS[rule['direction']]} {bound} was wanted"


def _champion(report: Document) -> Iterator[str]:
    number, champion = report.get("champion_model_version"), report.get("champion")
    if report.get("judging") == 2:
        yield "It was judged twice, because the live version had changed after the first time; this is the second."
    if champion is None:
        yield "Nothing was live to compare it with."
        return
    if not champion["scored"]:
        yield f"It could not be compared with version {number}, which was live: {champion['problem']}"
        return
    yield f"It was compared with version {number}, which was live, on the same {champion['rows']:,} rows."
    for fall in report.get("champion_fell", ()):
        yield (
            f"  Its {fall['ratio']} of {fall['class']} was {fall['then']:.3g} when it was judged itself, and is"
            f" {fall['now']:.3g} here: the new rows differ from the old, or their labels are wrong."
        )
    if report.get("paired"):
        yield from _paired(report["paired"])


def _paired(paired: Document) -> Iterator[str]:
    mine, theirs = paired["only_challenger_right"], paired["only_champion_right"]
    both = f"  Both get {paired['both_right']:,} rows right and {paired['both_wrong']:,} wrong"
    if not mine + theirs:
        yield f"{both}: the same ones."
        return
    yield f"{both}; {mine:,} the new model alone gets right, {theirs:,} the live one alone."
    if paired["p_value"] >= paired["significance"]:
        meaning = "that may well be chance"
    else:
        meaning = f"the {'new' if mine > theirs else 'live'} one is better, by more than chance explains"
    yield f"  By McNemar's test (p = {paired['p_value']:.3g}, {paired['method']}) {meaning}."


def _erased(report: Document) -> Iterator[str]:
    for each in report.get("erased", ()):
        yield f"Of the rows on which they differ, {each['rows']} are not shown: {erasures.in_words(each)}."


def _replay(run: Document, replayed: Document) -> Iterator[str]:
    candidate, *others = replayed["versions"]
    said = (
        "answered otherwise than it was judged, or too late" if replayed["problems"] else "answered as it was judged"
    )
    yield (
        f"Version {candidate['model_version']}, published as function version {candidate['function_version']}, was"
        f" asked {candidate['rows']} rows of the holdout, and {said}."
    )
    yield from (f"  {problem}" for problem in replayed["problems"])
    times = [(f"version {each['model_version']}", each["median_ms"]) for each in (candidate, *others)]
    measured = ", ".join(f"{ms:.0f} ms by {who}" for who, ms in times if ms is not None)
    if measured:
        yield f"  {ROWS_A_CALL} rows took {measured}."
    for state in run["states"]:
        if state["state"] == "Replay" and not replayed["problems"] and "reason" in state.get("result", {}):
            yield f"  Rollout: {state['result']['reason']}."


def _canary(healths: Sequence[Document], shifts: Sequence[Document]) -> Iterator[str]:
    for number, health in enumerate(healths, start=1):
        shift = shifts[number - 1] if number <= len(shifts) else {}
        share = f" ({next_steps.percent(shift['share'])})" if shift else ""
        yield f"After step {number}{share} of the canary, at {health['at']}, {_found(health, shift)}:"
        yield from (f"  {each}" for each in (*health["problems"], *health["remarks"]))


def _found(health: Document, shift: Document) -> str:
    if health["problems"]:
        return "it was not healthy"
    taken = shift.get("taken")
    if taken is not None and taken["at"] <= health["at"]:
        return f"it had lost its share meanwhile ({taken['kind']} by {taken['who']}), and nothing spoke against it"
    return "nothing spoke against it"
