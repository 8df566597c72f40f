"""What is known of why a run promoted its model or did not: what `explaining.explain` takes, as JSON-ready types."""

from __future__ import annotations

from itertools import count as counting
from itertools import takewhile
from typing import Any

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.shapes import Kind
from chalicelib.edges import Edges
from chalicelib.errors import RunUnknown
from chalicelib.explain import next_steps
from chalicelib.interventions import rollback_target
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.promotion.canary import HealthSeen
from chalicelib.promotion.replaying import ReplayReport
from chalicelib.registry.live import look
from chalicelib.registry.quarantine import Quarantine
from chalicelib.registry.report import Report
from chalicelib.runs import runs


def latest(edges: Edges, *, model: str) -> str:
    """The model's newest run; raises ModelUnknown, or RunUnknown when there is none."""
    found = runs.recent(edges, limit=1, model=model)
    if not found:
        raise RunUnknown(f"there is no run of {model} yet: nightswap retrain --model {model}", model=model)
    return str(found[0]["run"])


def gather(edges: Edges, *, run: str) -> dict[str, Any]:
    """What `explaining.explain` takes; raises RunUnknown."""
    described = runs.describe(edges, run=run)
    damaged: list[str] = list(described["damaged"])
    model, number = described["model"], next_steps.model_version(described)

    def document(name: str, shape: Kind) -> Any:
        key = layout.run_document(run, name)
        return documents.readable(lambda: documents.find(edges.store, key, shape), told=damaged)

    looks = (document(f"health_{at}", HealthSeen.misfit) for at in counting(1))
    healths = list(takewhile(lambda each: each is not None, looks))
    found = {
        "run": described,
        "report": document("report", Report.misfit),
        "replayed": document("replayed", ReplayReport.misfit),
        "healths": healths,
        "shifts": [],
        "now": None,
        "damaged": damaged,
    }
    if healths and model:
        found["shifts"] = documents.readable(lambda: _shifts(edges, run=run, model=model), told=damaged) or []
    if number and model:
        found["now"] = documents.readable(lambda: _now(edges, model=model, number=number), told=damaged)
    return found


def _shifts(edges: Edges, *, run: str, model: str) -> list[dict[str, Any]]:
    """The run's shifts of traffic, the first one first; `taken` is the move by which others ended one."""
    after: Entry | None = None
    found = []
    for entry in Ledger(edges, model).newest_first():
        if (entry.run, entry.kind) == (run, promotion.SHIFTED):
            share = sum(entry.weights.values())
            taken = after if after is not None and after.run != run else None
            found.append({"share": share, "taken": taken and _by_whom(taken)})
        elif found and entry.run != run:
            break
        after = entry
    return found[::-1]


def _by_whom(entry: Entry) -> dict[str, Any]:
    return {"kind": entry.kind, "who": entry.who or entry.run, "at": entry.known_since}


def _now(edges: Edges, *, model: str, number: int) -> dict[str, Any]:
    """How the run's version stands: what is live in its place, its share of a canary, quarantine, the way back."""
    seen = look(edges, model=model)
    live, beside = seen.version(), seen.candidate()
    quarantined = Quarantine(edges, model).model_versions().get(number)
    return {
        "live": live,
        "share": sum(seen.alias.weights.values()) if seen.alias and beside == number else None,
        "quarantined": quarantined.why if quarantined else None,
        "way_back": rollback_target.find_any(edges, model=model, live=live) if live == number else None,
    }
