"""What a hand takes away or forges, in the console or in the bucket, and what a local AWS loses; and the way back.

Of what a hand writes the invariants believe nothing: a registry is what the product wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import TransientError
from chalicelib.evidence import evidence
from chalicelib.interventions import restoration
from chalicelib.registry import publishing, registry
from chalicelib.registry.manifest import SCORECARD_FILE
from lambdas.model.formats.package import build_package
from tests.given.nights import PARTS
from tests.simulation import serving, triggers
from tests.simulation.serving import SOUND
from tests.simulation.world import HAND, LONGEST_DELAY_SECONDS, MODEL, World

UNJUDGED = 999
"""The quality of a forged model: better than any that is judged."""
EARLY_VERSIONS = (1, 2, 3)
"""Which a busy night has, more or less: what there is not, nobody can take."""


def lose_alias(world: World, *, delay_seconds: float = 0) -> None:
    """A hand deletes it in the console."""

    def body() -> None:
        if world.functions.alias(MODEL):
            world.functions.delete_alias(MODEL)

    _act(world, body, delay_seconds=delay_seconds)


def lose_version(world: World, *, delay_seconds: float = 0) -> None:
    """Lambda loses what it published last, unless that has traffic: what a local AWS does, or a hand."""

    def body() -> None:
        for last in world.functions.versions(MODEL)[-1:]:
            if not _had_traffic(world, last.function_version):
                world.functions.delete_version(MODEL, last.function_version)

    _act(world, body, delay_seconds=delay_seconds)


def lose_part(world: World, *, model_version: int, name: str | None, delay_seconds: float = 0) -> None:
    """A hand deletes one of the parts of a complete version, or without a name its evidence."""

    def body() -> None:
        key = layout.version(MODEL, model_version, name) if name else layout.evidence(MODEL, model_version)
        if _is_complete(world, model_version) and _remember(world, key):
            world.store.delete(key)

    _act(world, body, delay_seconds=delay_seconds)


def lose_any_part(world: World, *, random: Random, delay_seconds: float) -> None:
    name = random.choice((*PARTS, None))
    lose_part(world, model_version=random.choice(EARLY_VERSIONS), name=name, delay_seconds=delay_seconds)


def forge_version(world: World, *, model_version: int, delay_seconds: float = 0) -> None:
    """A model that nobody judged comes in place of a complete version's, with all that belongs to it."""

    def body() -> None:
        if not _is_complete(world, model_version):
            return
        for name, forged in _forged(world, model_version).items():
            key = layout.version(MODEL, model_version, name)
            _remember(world, key)
            world.store.put(key, forged)

    _act(world, body, delay_seconds=delay_seconds)


def forge_any_version(world: World, *, random: Random, delay_seconds: float) -> None:
    forge_version(world, model_version=random.choice(EARLY_VERSIONS), delay_seconds=delay_seconds)


def put_back(world: World) -> None:
    """Somebody does what `verify` says: puts back an earlier version of each object, which the bucket keeps.

    Not of what was pruned since: nobody misses that.
    """

    def body() -> None:
        for key, was in world.taken.items():
            if world.store.find(f"{key.rpartition('/')[0]}/{registry.PRUNED}") is None:
                world.store.put(key, was)

    _act(world, body)


def restore(world: World) -> None:
    """An operator asks again while Lambda is busy with what came before."""

    def body() -> None:
        for _ in range(triggers.TRIES):
            with suppress(TransientError):
                restoration.restore(world.edges, model=MODEL, attempt="abcdef", who="an operator")
                return
            world.scheduler.sleep(5)

    world.scheduler.spawn("restore", body)


def _act(world: World, body: Callable[[], None], *, delay_seconds: float = 0) -> None:
    world.scheduler.spawn(HAND, body, delay_seconds=delay_seconds)


def _had_traffic(world: World, function_version: str) -> bool:
    """A moment ago: until every invocation follows the alias's last move, clients may still get there."""
    since = world.clock.now - timedelta(seconds=LONGEST_DELAY_SECONDS)
    moved = [effect for effect in world.history.of("create_alias", "update_alias") if effect.at >= since]
    left = [alias for effect in moved if (alias := effect.facts["before"])]
    return any(function_version in (alias.function_version, *alias.weights) for alias in left)


def _is_complete(world: World, model_version: int) -> bool:
    return world.store.find(layout.version(MODEL, model_version, registry.MANIFEST)) is not None


def _remember(world: World, key: str) -> bool:
    """As the bucket does; says whether there was anything."""
    stored = world.store.find(key)
    if stored is not None:
        world.taken.setdefault(key, stored.body)
    return stored is not None


def _forged(world: World, model_version: int) -> dict[str, bytes]:
    forged = serving.artifact(quality=UNJUDGED, word=SOUND)
    manifest = documents.find(world.store, layout.version(MODEL, model_version, registry.MANIFEST))
    identity = {name: manifest[name] for name in ("model", "model_version", "run", "format")}
    identity |= {"artifact_sha256": hashlib.sha256(forged).hexdigest()}
    parts = {
        SCORECARD_FILE: forged,
        registry.PACKAGE: build_package(artifact=forged, manifest=identity),
        registry.REPLAY: documents.encode(serving.sample(documents.decode(forged))),
    }
    code_sha256 = publishing.code_sha256(parts[registry.PACKAGE])
    changed = {**manifest, **identity, "code_sha256": code_sha256}
    changed["parts"] = {**manifest["parts"], **evidence.checksums(parts)}
    return {**parts, registry.MANIFEST: documents.encode(changed)}
