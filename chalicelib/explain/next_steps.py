"""Suggests the next steps after a run, by what became of its version. Pure: reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.approval.waiting import REJECTED
from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
    WAITING,
)
from chalicelib.ledger.entry import PROMOTED as BY_HAND

Json = Mapping[str, Any]

WAYS_ON = {
    NOTHING_NEW: "For something to train on: nightswap data add FILE --model {model}; to train on the same again:"
    " nightswap retrain --model {model} --force (which does not lift a quarantine)",
    MODEL_REJECTED: "Look at the data (nightswap data list --model {model}) and at the recipe's thresholds. The same"
    " data, recipe and code are not tried again; to insist (the gate stands):"
    " nightswap retrain --model {model} --force",
    ROLLED_BACK: "It is quarantined: the same data, recipe and code are not tried again. Change one of them; or, if"
    " it is good after all: nightswap promote {number} --model {model} --lift-quarantine --reason TEXT",
    SUPERSEDED: "First deal with what the reason names, such as a pin or a rollback. If a run is still needed"
    " then: nightswap retrain --model {model}",
    WAITING: "To make it live: nightswap approve {run} --reason TEXT; to refuse it: nightswap reject {run}"
    " --reason TEXT",
    RETRAIN_FAILED: "Correct what the reason names, then: nightswap retrain --model {model}",
}


def way_on(run: Json, *, now: Json | None) -> Iterator[str]:
    """What the version of the run has of the traffic now, where that is a share, and what can be done.

    `now` tells how the run's version stands: `live` is the version that serves, `share` its own share of a canary,
    `quarantined` the reason, `way_back` where a rollback of it leads,
    `closed` why it cannot be approved any more, `twin` whether the live version is made of the same data, recipe and
    code. It is None for a run that made no version.
    """
    if now is not None and now["share"] is not None:
        yield (
            f"Now version {model_version(run)} has {percent(now['share'])} of the traffic, version {now['live']} has"
            " the rest."
        )
    if run["outcome"] == PROMOTED:
        yield from _way_back(run, now=now) if now else ()
    elif run["outcome"] is not None:
        number = model_version(run)
        if run["outcome"] == ROLLED_BACK and now and now["twin"]:
            yield (
                f"It is not quarantined, because its data, recipe and code are those of version {now['live']}, which"
                " is live. No run makes it anew but one with --force."
            )
            return
        if run["outcome"] == ROLLED_BACK and now and now["quarantined"] is None:
            yield f"Version {number} is not quarantined any more{', and is live' if now['live'] == number else ''}."
            return
        if run.get("decided"):
            yield _since(run, run["decided"])
            return
        if run["outcome"] == WAITING and now and now["closed"] is not None:
            yield f"{now['closed'][:1].upper()}{now['closed'][1:]}."
            return
        yield WAYS_ON[run["outcome"]].format(
            model=run["model"] or "MODEL", number=number or "VERSION", run=run["run"]
        )


def on_drift(model: str) -> Iterator[str]:
    """Of a rejected model, where the live version is proved worse on the new rows than it was."""
    yield (
        "What the new rows show is not what the older ones show, by which models are trained and judged too: the gate"
        " may reject those of the next nights as well. If a new file is wrong, take it out:"
        f" nightswap data remove FILE --model {model}"
    )
    yield (
        "If the world has changed, have the recipe leave the older nights out, as by window=Window(nights=7), or by a"
        " shorter window than it has (docs/splits.md), then:"
        f" nightswap deploy && nightswap retrain --model {model}"
    )


def _since(run: Json, decided: Json) -> str:
    """Of a version that waited, and that somebody decided about."""
    if decided["verdict"] == REJECTED:
        return (
            f"To use it all the same: nightswap promote {decided['model_version']} --model {run['model']}"
            " --lift-quarantine --reason TEXT"
        )
    if decided["verdict"] == BY_HAND:
        return f"What is live now: nightswap versions {run['model']}"
    return f"What came of that: nightswap explain {decided['by']}"


def _way_back(run: Json, *, now: Json) -> Iterator[str]:
    """Of a version that went live: a rollback takes back what is live now, which may be another one by now."""
    number, live, earlier_version = model_version(run), now["live"], now["way_back"]
    if live != number:
        instead = "nothing that the registry knows is" if live is None else f"version {live} is"
        quarantined = f", and it is quarantined: {now['quarantined']}" if now["quarantined"] else ""
        yield f"Version {number} is not live any more ({instead}){quarantined}."
    elif earlier_version is None:
        yield f"Version {number} is live, and there is no earlier version to take it back to."
    else:
        yield f"To take it back: nightswap rollback --to {earlier_version} --model {run['model']} --reason TEXT"


def model_version(run: Json) -> int | None:
    """The number of the version that the run made, or took up; None when there is none."""
    found = (state.get("result", {}).get("model_version") for state in run["states"])
    return next((int(number) for number in found if number is not None), None)


def percent(share: float) -> str:
    return f"{100 * share:g} %"
