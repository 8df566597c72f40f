"""Checks what serves now against the record: the live version, a canary's share, quarantine, pin."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.ledger import stamp
from chalicelib.promotion.lease import is_running
from chalicelib.registry import registry
from chalicelib.registry.live import Live
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine, Quarantined


def problems(edges: Edges, *, model: str, alias: Alias | None) -> Iterator[str]:
    """The problems, each with advice. A damaged document is a problem too, because its content is unknown."""
    told: list[str] = []
    live = documents.readable(Live(edges, model=model, alias=alias).version, told=told)
    checks = [
        _quarantine_problems(edges, model=model, key=key, live=live) for key in Quarantine(edges, model).places()
    ]
    if alias is not None and live is not None:
        checks += [
            _code_problems(edges, model=model, model_version=live, function_version=alias.function_version),
            _pruned_live(edges, model=model, live=live),
        ]
    elif alias is not None and not told:
        told.append(
            f"function version {alias.function_version} is live, and no registered version of {model} has its code:"
            f" nightswap restore {model}"
        )
    if alias is not None:
        checks.append(_canary_problems(edges, model=model, alias=alias))
    checks.append(_pin_problems(edges, model=model, live=live))
    for check in checks:  # each goes as far as it can be read
        documents.readable(partial(told.extend, check), told=told)
    yield from told


def another_way(model: str) -> str:
    """The command that makes another version live, where a run cannot: it would need the live one's artifact."""
    return (
        f'nightswap rollback --model {model} --reason "...", or nightswap promote VERSION --model {model}'
        ' --reason "..."'
    )


def _code_problems(edges: Edges, *, model: str, model_version: int, function_version: str) -> Iterator[str]:
    """The problems of the code; a version without a manifest is reported elsewhere."""
    manifest = registry.find_manifest(edges, model=model, model_version=model_version)
    published = edges.functions.version(model, function_version)
    held = published.code_sha256 if published else "nothing"
    if manifest and held != manifest.code_sha256:
        yield (
            f"function version {function_version} of {model} does not hold the code of version {model_version}:"
            f" {held} instead of {manifest.code_sha256}; nightswap restore {model}"
        )


def _pruned_live(edges: Edges, *, model: str, live: int) -> Iterator[str]:
    if registry.is_pruned(edges, model=model, model_version=live):
        yield (
            f"version {live} of {model} is live and pruned: it cannot be put back if Lambda loses it, and no run can"
            f" judge against it: {another_way(model)}"
        )


def _canary_problems(edges: Edges, *, model: str, alias: Alias) -> Iterator[str]:
    if not alias.weights:
        return
    left = stamp.of(alias)
    (number, share), *_ = alias.weights.items()
    if left is None or left.candidate is None:
        yield (
            f"function version {number} of {model} has {share:.0%} of the traffic, set by hand: the next run takes"
            f" it back, e.g. nightswap retrain --model {model}"
        )
        return
    yield from _code_problems(edges, model=model, model_version=left.candidate, function_version=number)
    if not is_running(edges, left.run):
        yield (
            f"version {left.candidate} of {model} has {share:.0%} of the traffic, and run {left.run} is over, which"
            f" shifted it: the next run takes it back, e.g. nightswap retrain --model {model}"
        )


def _pin_problems(edges: Edges, *, model: str, live: int | None) -> Iterator[str]:
    pinned = Pin(edges, model).find()
    if pinned is not None and pinned.model_version != live:
        yield (
            f"version {pinned.model_version} of {model} is pinned, and {live or 'none'} is live: nightswap pin"
            f' {pinned.model_version} --model {model} --reason "..." again, or nightswap unpin --model {model}'
            ' --reason "..."'
        )


def _quarantine_problems(edges: Edges, *, model: str, key: str, live: int | None) -> Iterator[str]:
    found = Quarantined.find(edges.store, key)
    if found is None:  # lifted since it was listed
        return
    number = found.model_version
    if number == live:
        yield (
            f"version {live} of {model} is live and quarantined ({found.why}): nightswap rollback --model"
            f' {model} --reason "...", or nightswap promote {live} --model {model} --lift-quarantine --reason "..."'
        )
    manifest = registry.find_manifest(edges, model=model, model_version=number)
    if manifest is None:
        yield f"version {number} of {model} is quarantined, and the registry has no such version"
    elif manifest.fingerprint != found.fingerprint:
        yield (
            f"the quarantine of version {number} of {model} is of fingerprint {found.fingerprint}, the version"
            f" itself of {manifest.fingerprint}"
        )
    if key != layout.quarantined(model, found.fingerprint):
        yield f"{key} holds the quarantine of fingerprint {found.fingerprint:.80}: {documents.put_back(key)}"
