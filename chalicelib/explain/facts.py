"""Gathers the facts that explain why a run promoted its model or did not: what `explanation.explain` takes."""

from __future__ import annotations

from typing import Any, TypeVar

from chalicelib import layout
from chalicelib.approval import refusals
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document
from chalicelib.edges import Edges
from chalicelib.errors import RunUnknown
from chalicelib.explain import next_steps
from chalicelib.explain.explanation import Facts
from chalicelib.interventions import rollback_target
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.promotion.canary import HealthSeen
from chalicelib.promotion.replaying import ReplayReport
from chalicelib.quality import left_out
from chalicelib.quality.left_out import LeftOutData
from chalicelib.registry import registry
from chalicelib.registry.live import look
from chalicelib.registry.quarantine import Quarantine
from chalicelib.registry.report import Report
from chalicelib.runs import runs

Record = TypeVar("Record", bound=Document)


def latest(edges: Edges, *, model: str) -> str:
    """The model's newest run; raises ModelUnknown, or RunUnknown when there is none."""
    found = runs.recent(edges, limit=1, model=model)
    if not found:
        raise RunUnknown(f"there is no run of {model} yet: nightswap retrain --model {model}", model=model)
    return str(found[0]["run"])


def gather(edges: Edges, *, run: str) -> Facts:
    """Raises RunUnknown."""
    described = runs.describe(edges, run=run)
    damaged: list[str] = list(described["damaged"])
    model, number = described["model"], next_steps.model_version(described)

    def read(kind: type[Record], name: str) -> Record | None:
        key = layout.run_document(run, name)
        return documents.readable(lambda: kind.find(edges.store, key), told=damaged)

    gone = read(LeftOutData, left_out.DOCUMENT)
    report, replayed = read(Report, "report"), read(ReplayReport, "replayed")
    if report is None and described["approves"]:
        key = layout.run_document(described["approves"], "report")
        report = documents.readable(lambda: Report.find(edges.store, key), told=damaged)
    healths: list[HealthSeen] = []
    while (seen := read(HealthSeen, f"health_{len(healths) + 1}")) is not None:
        healths.append(seen)
    shifts = now = None
    if healths and model:
        shifts = documents.readable(lambda: _shifts(edges, run=run, model=model), told=damaged)
    if number and model:
        now = documents.readable(lambda: _now(edges, model=model, number=number, run=run), told=damaged)
    return Facts(
        run=described,
        report=report,
        replayed=replayed,
        left_out=gone.files if gone else (),
        healths=healths,
        shifts=shifts or [],
        now=now,
        damaged=damaged,
    )


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
    return list(reversed(found))


def _by_whom(entry: Entry) -> dict[str, Any]:
    return {"kind": entry.kind, "who": entry.who or entry.run, "at": entry.known_since}


def _now(edges: Edges, *, model: str, number: int, run: str) -> dict[str, Any]:
    """How the run's version stands: what is live in its place, its share of a canary, quarantine, the way back."""
    seen = look(edges, model=model)
    live, beside = seen.version(), seen.candidate()
    quarantined = Quarantine(edges, model).model_versions().get(number)
    made = registry.find_manifest(edges, model=model, model_version=number)
    twin = made and registry.is_twin(edges, model=model, of=live, model_version=number, fingerprint=made.fingerprint)
    return {
        "live": live,
        "share": sum(seen.alias.weights.values()) if seen.alias and beside == number else None,
        "quarantined": quarantined.why if quarantined else None,
        "twin": bool(twin),
        "closed": refusals.of_approval(edges, model=model, run=run),
        "way_back": rollback_target.find_any(edges, model=model, live=live) if live == number else None,
    }
