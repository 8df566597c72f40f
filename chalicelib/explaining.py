"""Why a run promoted its model or did not, in plain words, from the run's own documents. Text alone, no reading.

`run` is what `runs.describe` tells; `report`, `replayed` and `healths` are the documents of Evaluate, Replay and
ShiftTraffic, as far as the run came. What an earlier release did not write is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.contracts import (
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
)
from chalicelib.replaying import ROWS_A_CALL

Document = Mapping[str, Any]

HEADLINES = {
    PROMOTED: "promoted its model: it went live.",
    NOTHING_NEW: "trained nothing, because nothing is new. What was live is live.",
    MODEL_REJECTED: "trained a model, and the gate rejected it. What was live is live.",
    ROLLED_BACK: "trained a model that passed the gate, and took it back. What was live is live.",
    SUPERSEDED: "gave way, and promoted nothing.",
    RETRAIN_FAILED: "broke, and promoted nothing.",
}
WAYS_ON = {
    PROMOTED: "To take it back: nightswap rollback --model {model} --reason TEXT",
    NOTHING_NEW: "For something to train on: nightswap data add FILE --model {model}; to train on the same again:"
    " nightswap retrain --model {model} --force (which does not lift a quarantine)",
    MODEL_REJECTED: "Look at the data (nightswap data list --model {model}) and at the recipe's thresholds. The same"
    " data, recipe and code are not tried again; to insist (the gate stands):"
    " nightswap retrain --model {model} --force",
    ROLLED_BACK: "It is quarantined: the same data, recipe and code are not tried again. Change one of them; or, if"
    " it is good after all: nightswap promote {number} --model {model} --lift-quarantine --reason TEXT",
    SUPERSEDED: "If there is still cause for it: nightswap retrain --model {model}",
    RETRAIN_FAILED: "Put right what the reason names, then: nightswap retrain --model {model}",
}
BOUNDS = {">=": "at least", "<=": "at most"}


def explain(
    run: Document, *, report: Document | None, replayed: Document | None, healths: Sequence[Document]
) -> list[str]:
    """Sentences, in the order of what happened; details of one are indented below it. The last says what to do."""
    return [
        *_end(run),
        *(_gate(report) if report else ()),
        *(_champion(report) if report else ()),
        *(_replay(run, replayed) if replayed else ()),
        *_canary(healths),
        *_way_on(run),
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
    return f"{rule['value']:.6g}, but {BOUNDS[rule['direction']]} {rule['bound']:.6g} was wanted"


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
        if state["state"] == "Replay" and not replayed["problems"] and "result" in state:
            yield f"  Rollout: {state['result']['reason']}."


def _canary(healths: Sequence[Document]) -> Iterator[str]:
    for number, health in enumerate(healths, start=1):
        found = "it was not healthy" if health["problems"] else "it was healthy"
        yield f"After share {number} of the traffic, at {health['at']}, {found}:"
        yield from (f"  {each}" for each in (*health["problems"], *health["remarks"]))


def _way_on(run: Document) -> Iterator[str]:
    if run["outcome"] is not None:
        yield WAYS_ON[run["outcome"]].format(model=run["model"] or "MODEL", number=_number(run))


def _number(run: Document) -> str:
    for state in run["states"]:
        if state["state"] == "VersionModel" and "result" in state:
            return str(state["result"]["model_version"])
    return "VERSION"
