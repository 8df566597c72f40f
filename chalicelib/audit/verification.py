"""Re-reads a model's whole record: ledger, alias, registry, published versions, quarantine, pin. It changes nothing.

Every problem says what to do about it. A missing last entry is one that the next move writes from the alias's stamp;
any other gap stays a gap, because nothing knows what was there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from chalicelib import layout
from chalicelib.approval.waiting import Approvals
from chalicelib.audit import ledger_checks, serving_checks
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import ModelUnknown, RegistryIncomplete, VersionUnknown
from chalicelib.evidence import erasures, evidence
from chalicelib.evidence.evidence import JudgedVersion
from chalicelib.ledger import stamp
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger, number_of
from chalicelib.ledger.rejections import Rejections
from chalicelib.notices import untold
from chalicelib.promotion.lease import Lease
from chalicelib.pruning import pruning_plan
from chalicelib.quality import left_out
from chalicelib.quality.series import Series
from chalicelib.registry import judged, registry, run_documents
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.registry import Kept
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import DONE
from chalicelib.values import Value

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""

MOMENT_SECONDS, MOMENTS = 1.0, 3
"""A move writes its entry a moment after it took effect, so the check waits and repeats."""
ALWAYS = (registry.CLAIM, registry.REPORT)
"""The parts that a version keeps beside its manifest, pruned or not."""
QUOTED = ("matrix", "ratios", "rules", "reason")
"""The fields that a manifest copies from the report."""


class Verified(Value, kw_only=True):
    model: str
    entries: int
    versions: int
    problems: tuple[str, ...]
    erased: tuple[str, ...] = ()
    """What was erased on purpose, which is not a problem."""


def verify(edges: Edges, *, model: str, report: Progress) -> Verified:
    """Read it all and compare; `problems` is empty when all is in order."""
    listed, alias = _at_rest(edges, model=model)
    entries: list[Entry] = []
    problems: list[str] = []
    damaged: set[int] = set()
    for done, each in enumerate(listed):
        report(f"ledger of {model}", done, len(listed))
        try:
            entries.append(Ledger(edges, model).entry(number_of(each, model=model)))
        except RegistryIncomplete as damage:
            problems.append(_no_entry(each, damage, model=model))
            damaged.add(number_of(each, model=model))
    problems += ledger_checks.problems(entries, model=model, damaged=damaged)
    problems += ledger_checks.code_problems(edges, entries, model=model)
    last = entries[-1] if entries else None
    if alias is None or max(damaged, default=0) <= (last.entry if last else 0):
        problems += ledger_checks.alias_problems(last, alias=alias, model=model)
    moved, vouched = _named(entries), evidence.numbers(edges, model=model)
    kept = Kept(edges, model)
    numbers = sorted({*kept.numbers(), *moved, *vouched})
    for done, number in enumerate(numbers):
        report(f"versions of {model}", done, len(numbers))
        if kept.has(number, registry.MANIFEST):
            problems += _version_problems(edges, model=model, model_version=number, kept=kept)
        else:
            problems += _without_manifest(edges, model=model, model_version=number, was_live=number in moved)
    problems += _others(edges, model=model, claimed=kept.numbers(registry.CLAIM))
    problems += serving_checks.problems(edges, model=model, alias=alias)
    told: list[str] = []
    erasing = erasures.Erasures(edges, model).readable(told=told)
    erased = tuple(erasures.took(each, model=model, there=kept.keys) for each in erasing)
    once = tuple(dict.fromkeys([*problems, *told]))
    return Verified(model=model, entries=len(entries), versions=len(numbers), problems=once, erased=erased)


def has_function(edges: Edges, *, model: str) -> bool:
    """Whether Lambda has the model's serving function, as the stage's catalog says."""
    try:
        edges.functions.configuration(model)
    except ModelUnknown:
        return False
    return True


def without_function(edges: Edges, *, models: Iterable[str]) -> Iterator[Verified]:
    """Of these models, which have a recipe and no serving function, those that were live: somebody deleted it."""
    for model in models:
        entries = len(Ledger(edges, model).numbers())
        if entries:
            problem = (
                f"{model} has no serving function by {layout.catalog()}, and by its ledger it was live: nightswap"
                " deploy makes it again, or names it there, and brings back what was live"
            )
            versions = len(registry.numbers(edges, model=model, complete=True))
            yield Verified(model=model, entries=entries, versions=versions, problems=(problem,))


def _no_entry(listed: Listed, damage: RegistryIncomplete, *, model: str) -> str:
    said = f"{listed.key} is no entry of the ledger of {model}: look who wrote it, nightswap did not"
    return f"{said} ({damage.message})" if number_of(listed, model=model) else said


def _at_rest(edges: Edges, *, model: str) -> tuple[Sequence[Listed], Alias | None]:
    """The ledger and the alias, read while no move is under way, if there is such a moment."""
    for _ in range(MOMENTS):
        alias = edges.functions.alias(model)
        listed = edges.store.list(layout.ledger(model))
        left = stamp.of(alias)
        written = left is None or layout.ledger_entry(model, left.entry) in {each.key for each in listed}
        if written and edges.functions.alias(model) == alias:
            break
        edges.sleep(MOMENT_SECONDS)
    return listed, alias


def _version_problems(edges: Edges, *, model: str, model_version: int, kept: Kept) -> Iterator[str]:
    where = f"version {model_version} of {model}"
    for name in ALWAYS:
        if not kept.has(model_version, name):
            yield f"{layout.version(model, model_version, name)} is missing: {where} is not whole"
    try:
        judged = evidence.judged(edges, model=model, model_version=model_version)
    except (RegistryIncomplete, VersionUnknown) as damage:  # the latter: it went since it was listed
        yield damage.message
    else:
        yield from _part_problems(edges, judged, kept=kept)
        yield from _disagreements(edges, judged)


def _without_manifest(edges: Edges, *, model: str, model_version: int, was_live: bool) -> Iterator[str]:
    """Of a version that was complete once: a run that died before that left a claim, and parts that nobody reads."""
    if was_live:
        yield (
            f"version {model_version} of {model} was live by the ledger, and the registry has no complete version of"
            " that number"
        )
    key, told = layout.evidence(model, model_version), list[str]()
    judged = documents.readable(lambda: Manifest.find(edges.store, key), told=told)
    if judged is not None and (was_live or _was_completed(edges, run=judged.run)):
        manifest = layout.version(model, model_version, registry.MANIFEST)
        yield f"{manifest} is missing: {key} is what was judged; {documents.put_back(manifest)}"
    yield from told


def _was_completed(edges: Edges, *, run: str) -> bool:
    """Whether the run came to the end of VersionModel, which writes the manifest last; where nobody knows, it did."""
    state = documents.readable(lambda: run_documents.find_state(edges, run=run, state="VersionModel"), told=[])
    return state is None or state.status == DONE


def _part_problems(edges: Edges, judged: JudgedVersion, *, kept: Kept) -> Iterator[str]:
    is_pruned = kept.has(judged.model_version, registry.PRUNED)
    weighty = pruning_plan.parts(judged.manifest)
    gone = weighty if is_pruned else ()
    for name in (each for each in judged.parts if each not in gone):
        key = layout.version(judged.model, judged.model_version, name)
        problem = evidence.problem(edges, judged, name)
        if problem is not None and name in weighty:
            yield (
                f"{key} {problem}: {documents.put_back(key)}; without it version {judged.model_version} of"
                f" {judged.model} cannot go live any more, and if it is live,"
                f" {serving_checks.another_way(judged.model)}"
            )
        elif problem is not None and (key in kept.keys or name not in ALWAYS):  # else it is told as missing
            yield f"{key} {problem}: {documents.put_back(key)}"


def _disagreements(edges: Edges, judged: JudgedVersion) -> Iterator[str]:
    """Between the manifest and the report that it quotes. What is wrong with the report itself is told elsewhere."""
    told: list[str] = []
    found = documents.readable(lambda: evidence.record(edges, judged, registry.REPORT, Report), told=told)
    report, quoted = found.document if found else {}, judged.manifest.document
    differing = [name for name in QUOTED if name in report and name in quoted and report[name] != quoted[name]]
    if differing:
        key = layout.version(judged.model, judged.model_version, registry.MANIFEST)
        yield f"{key} and the report beside it differ in {', '.join(differing)}: {documents.put_back(key)}"


def _others(edges: Edges, *, model: str, claimed: Sequence[int]) -> list[str]:
    """The problems of the documents that the next run or move reads beside ledger and versions."""
    told: list[str] = []
    documents.readable(Lease(edges, model).holder, told=told)
    documents.readable(partial(judged.find, edges, model=model), told=told)
    documents.readable(Approvals(edges, model).find, told=told)
    documents.readable(partial(left_out.of_model, edges, model=model), told=told)
    Rejections(edges, model).newest_first(told=told)
    for number in claimed:
        documents.readable(partial(registry.find_claim, edges, model=model, model_version=number), told=told)
    for listed in edges.store.list(layout.untold(model)):
        documents.readable(partial(untold.find_untold, edges, key=listed.key), told=told)
    for number in Series(edges, model).numbers():
        documents.readable(partial(Series(edges, model).night, number), told=told)
    return told


def _named(entries: Sequence[Entry]) -> set[int]:
    """The versions that the ledger names."""
    named = {number for each in entries for number in (each.model_version, each.candidate_model_version)}
    return {number for number in named if number is not None}
