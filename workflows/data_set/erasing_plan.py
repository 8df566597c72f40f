"""Plans an erasure: lists what it would delete, and how it affects the versions made of the files. It only reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.object_versions import ObjectVersion, ObjectVersions
from chalicelib.errors import BadRequest
from chalicelib.evidence import erasures
from chalicelib.evidence.erasures import Erasure, Erasures
from chalicelib.ledger import history
from chalicelib.ledger.ledger import Ledger
from chalicelib.pruning import pruning_plan
from chalicelib.registry import registry
from chalicelib.registry.pin import Pin
from workflows.checking import same_content
from workflows.checking.same_content import Progress
from workflows.data_set import lineage
from workflows.data_set.batches import holding
from workflows.data_set.batches.holding import Holding
from workflows.data_set.lineage import Version
from workflows.data_set.matching import Matching
from workflows.data_set.objects import name, objects
from workflows.data_set.quoting import Outside, Quoting, Rewrite, kept
from workflows.data_set.redacting import Note


@dataclass(frozen=True, kw_only=True)
class Affected:
    """A version that was made of the files."""

    model_version: int
    run: str
    serves: bool
    pinned: bool
    sample_rows: int
    """How many rows the registry has to ask it for; and how many are left."""
    sample_left: int
    why_every_row: str | None
    """Why no row is left to ask it for; None where it loses the rows of the files alone."""
    examples: int
    """Rows that its report will no longer show."""
    holds_rows: bool
    """Its artifact is more than weights and may hold rows."""
    is_pruned: bool
    keys: tuple[str, ...]
    """The keys of its package, artifact and sample."""
    is_kept: bool
    """S3 keeps a version of one of them, be it one that was deleted."""

    @property
    def goes(self) -> bool:
        """Whether the model itself goes: it holds rows, and nothing needs it now."""
        return self.holds_rows and self.is_kept and not self.is_needed

    @property
    def is_needed(self) -> bool:
        return self.serves or self.pinned


@dataclass(frozen=True, kw_only=True)
class Plan:
    model: str
    note: Note
    objects: tuple[ObjectVersion, ...]
    """All versions of the files, in the data set and among what was removed from it."""
    sha256: Mapping[str, str]
    """Of their contents, by entity tag."""
    rewrites: tuple[Rewrite, ...]
    wiped: tuple[ObjectVersion, ...]
    """What else goes for good: older versions of what is rewritten, what lies between the tasks of runs, and all kept
    parts of the model."""
    affected: tuple[Affected, ...]
    runs: tuple[str, ...]
    documented: frozenset[tuple[str, str]]
    """What runs had written down when the plan was begun: what came since may quote rows that it does not know of."""
    batches: Holding
    """What stored batches hold of the rows; it is among what is wiped."""
    same_rows: tuple[str, ...]
    """Other files with the same rows as one of these."""

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self.note["files"])

    @property
    def is_empty(self) -> bool:
        """Kept parts alone are of later runs: an erasure takes them before the files."""
        others = [each for each in self.wiped if not each.key.startswith(layout.PARTS)]
        return not (self.objects or self.rewrites or others)


def make(outside: Outside, names: Sequence[str], *, model: str, who: str, progress: Progress) -> Plan:
    """Raises BadRequest for a file that the model never had, RegistryIncomplete for what is damaged: what could not
    be read would be kept."""
    edges = outside.edges
    documented = lineage.documented(edges, model=model)
    files = tuple(dict.fromkeys(names))
    told = Erasures(edges, model).entries()
    there = tuple(_objects(outside.versions, files, model=model))
    _refuse_strange(edges, files, there, told=told, model=model)
    made = list(lineage.versions(edges, files, model=model))
    runs = lineage.runs(edges, files, made=made, model=model, progress=progress)
    note = {"files": list(files), "who": who, "at": documents.timestamp(edges.clock())}
    looked_up = Erasures(edges, model).looked_up()
    matching = Matching(outside.versions, there, files=set(files), looked_up=looked_up, progress=progress)
    found = Quoting(outside, model, note, matching, kept(outside.versions, model=model))
    batches = holding.look(edges, outside.versions, model=model, is_gone=matching.is_in_a_file, progress=progress)
    rewrites = [*found.rewrites_of_versions(made), *found.rewrites_of_runs(runs, made)]
    affected = tuple(_affected(edges, made, rewrites, found.kept, model=model))
    going = {key for each in affected if each.goes for key in each.keys}
    return Plan(
        model=model,
        note=note,
        objects=there,
        sha256=matching.sha256,
        rewrites=tuple(rewrites),
        wiped=(*found.wiped(made, runs, rewrites, going), *batches.versions),
        batches=batches,
        affected=affected,
        runs=tuple(runs),
        documented=documented,
        same_rows=tuple(_same_rows(edges, files, there, model=model)),
    )


def _objects(versions: ObjectVersions, names: Sequence[str], *, model: str) -> Iterator[ObjectVersion]:
    for each in names:
        for key in (layout.dataset(model, each), layout.removed(model, each)):
            yield from (version for version in versions.list(key) if version.key == key)


def _refuse_strange(
    edges: Edges, names: Sequence[str], there: Sequence[ObjectVersion], *, told: Sequence[Erasure], model: str
) -> None:
    """A name that nothing knows is a slip of the keyboard, and the rows that were meant would stay."""
    known = {each.key.split("/", 2)[2] for each in there} | {each for one in told for each in one.files}
    strange = [each for each in names if each not in known and not any(lineage.versions(edges, [each], model=model))]
    if strange:
        has = (name(each, model=model) for each in objects(edges, model=model))
        raise BadRequest(
            f"the data set of {model} never had a file {listed(strange)}; it has: {listed(has)}. Nothing was erased"
        )


def _affected(
    edges: Edges, made: Sequence[Version], rewrites: Sequence[Rewrite], kept: Collection[str], *, model: str
) -> Iterator[Affected]:
    entries = Ledger(edges, model).entries()  # the ledger knows which version an alias that is gone should point to
    serving = pruning_plan.serving_now(edges, model=model) | history.serving_last(entries)
    pinned = Pin(edges, model).find()
    lost = {each.key: each.rows for each in rewrites}
    why = {each.key: each.why_every_row for each in rewrites}
    for each in made:
        number = each.model_version
        sample = registry.find_sample(edges, model=model, model_version=number)
        rows = len(sample.instances) if sample else 0
        keys = tuple(layout.version(model, number, part) for part in pruning_plan.parts(each.manifest))
        yield Affected(
            model_version=number,
            run=each.manifest.run,
            serves=number in serving,
            pinned=pinned is not None and pinned.model_version == number,
            sample_rows=rows,
            sample_left=rows - lost.get(layout.version(model, number, registry.REPLAY), 0),
            why_every_row=why.get(layout.version(model, number, registry.REPLAY)),
            examples=lost.get(layout.version(model, number, registry.REPORT), 0),
            holds_rows=each.manifest.format not in erasures.FORMATS_WITHOUT_ROWS,
            is_pruned=registry.is_pruned(edges, model=model, model_version=number),
            keys=keys,
            is_kept=any(key in kept for key in keys),
        )


def _same_rows(edges: Edges, names: Sequence[str], there: Sequence[ObjectVersion], *, model: str) -> Iterator[str]:
    """Other files with the same rows, as far as is known without fetching a file."""
    digests = same_content.known(edges, model=model)
    tags = {each.etag for each in there if not each.is_mark}
    rows = {digests[tag] for tag in tags if tag in digests}
    for each in objects(edges, model=model):
        if name(each, model=model) not in names and (each.etag in tags or digests.get(each.etag) in rows):
            yield name(each, model=model)
