"""Finds the versions and runs of a model that were made of a file, by the names and entity tags they recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from chalicelib import layout, names
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.registry import registry, run_documents
from chalicelib.registry.manifest import Manifest
from chalicelib.runs import dataset
from workflows.checking.same_content import Progress

Tags = frozenset[str | None]
"""Entity tags of the contents that something was made of; None for one that was not recorded."""


@dataclass(frozen=True)
class Version:
    """A version that was made of one of the files, and of which contents of them."""

    manifest: Manifest
    tags: Tags

    @property
    def model_version(self) -> int:
        return self.manifest.model_version


def versions(edges: Edges, names: Collection[str], *, model: str) -> Iterator[Version]:
    """Raises RegistryIncomplete for a damaged manifest: what it does not tell would be kept."""
    for number in registry.numbers(edges, model=model, complete=True):
        manifest = registry.manifest(edges, model=model, model_version=number)
        tags = frozenset(each.etag for each in manifest.data if each.name in names)
        if tags:
            yield Version(manifest, tags)


def runs(
    edges: Edges, names: Collection[str], *, made: Iterable[Version], model: str, progress: Progress
) -> dict[str, Tags]:
    """The runs that read one of the files, whatever became of them; with those whose versions are `made` of them.

    Raises RegistryIncomplete too.
    """
    of = {each.manifest.run: each.tags for each in made}
    found = list(_documented(edges, model=model))
    keys = {layout.dataset(model, name) for name in names}
    for done, run in enumerate(found):
        progress(f"runs of {model}", done, len(found))
        listed = dataset.find(edges, run=run)
        if listed is None:
            tags = _by_its_profile(edges, run, names)
        else:
            tags = frozenset(each.etag for each in listed if each.key in keys)
        if tags:
            of[run] = of.get(run, frozenset()) | tags
    return of


def documented(edges: Edges, *, model: str) -> frozenset[tuple[str, str]]:
    """The documents of the model's runs so far: keys and entity tags."""
    return frozenset((each.key, each.etag) for each in _documents(edges, model=model))


def _by_its_profile(edges: Edges, run: str, names: Collection[str]) -> Tags:
    """Of a run of a release that kept no list of its objects."""
    profile = run_documents.find_profile(edges, run=run)
    return frozenset(each.etag for each in profile.objects if each.name in names) if profile else frozenset()


def _documented(edges: Edges, *, model: str) -> Iterator[str]:
    """The runs of the model that left documents."""
    yield from dict.fromkeys(run_of(each.key) for each in _documents(edges, model=model))


def _documents(edges: Edges, *, model: str) -> Iterator[Listed]:
    for each in edges.store.list(f"{layout.RUNS}{model}-"):
        match = names.RUN_NAME.fullmatch(run_of(each.key))
        if match is None or match["model"] == model:
            yield each


def run_of(key: str) -> str:
    return key.removeprefix(layout.RUNS).partition("/")[0]
