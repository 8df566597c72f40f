"""Decides whether a version may be made live by hand: checks its parts in the registry, and its published answers.

A run proves its own version before it goes live. A version that an operator names was proved long ago: since then its
parts may have been pruned or damaged, and Lambda may have lost what was published.
"""

from __future__ import annotations

from chalicelib.edges import Edges
from chalicelib.errors import LayersMissing, RegistryIncomplete, ServingChanged, ServingTooSmall, VersionUnfit
from chalicelib.evidence import evidence
from chalicelib.evidence.evidence import JudgedVersion
from chalicelib.promotion import replaying
from chalicelib.promotion.replaying import Subject
from chalicelib.registry import publishing, registry
from chalicelib.registry.quarantine import Quarantine
from chalicelib.registry.replay_sample import Sample
from chalicelib.registry.report import Report

REPUBLISHED_WITHIN_SECONDS = 4.0
"""Somebody waits for a move, and the next try finds the version that this one published."""


def verify(edges: Edges, *, model: str, model_version: int, function_version: str | None = None) -> str:
    """The function version that holds the model version, which answers as it was judged.

    `function_version` is the one to look at; None takes the one that was judged, or publishes the same package again
    where Lambda lost it. Raises VersionUnknown, VersionUnfit with the reason, and the TransientErrors of the edges.
    """
    _check_kept(edges, model=model, model_version=model_version)
    try:
        judged = evidence.judged(edges, model=model, model_version=model_version)
        evidence.check_artifact(edges, judged)  # the next run judges against it
        evidence.record(edges, judged, registry.REPORT, Report)
        package = evidence.part(edges, judged, registry.PACKAGE)
        sample = evidence.record(edges, judged, registry.REPLAY, Sample)
        if registry.SPLITS in judged.parts:  # by which the next run knows what rows it was trained on
            evidence.part(edges, judged, registry.SPLITS)
        holding = function_version or judged.manifest.function_version
        if not evidence.is_held(edges, judged, function_version=holding):
            holding = _published_again(edges, judged, package=package)
    except (RegistryIncomplete, ServingChanged) as exc:
        raise _lost(model, model_version, exc.message) from exc
    except (LayersMissing, ServingTooSmall) as exc:
        raise _unfit(model, model_version, exc.message) from exc
    _check_answers(edges, judged, replaying.asking(judged.manifest, function_version=holding, sample=sample))
    _check_kept(edges, model=model, model_version=model_version)  # again: a prune may have begun meanwhile
    return holding


def check_free(edges: Edges, *, model: str, model_version: int) -> None:
    """Raises VersionUnfit when the version, or another of the same data, recipe and code, is quarantined."""
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    found = Quarantine(edges, model).find(manifest.fingerprint)
    if found is not None:
        raise _unfit(
            model,
            model_version,
            f"it is quarantined since {found.at} by {found.who}: {found.why}; to use it all the same:"
            f" nightswap promote {model_version} --model {model} --lift-quarantine --reason ...",
        )


def _check_kept(edges: Edges, *, model: str, model_version: int) -> None:
    if registry.is_pruned(edges, model=model, model_version=model_version):
        raise _lost(
            model, model_version, "it was pruned: its package is gone, its manifest and its report alone are kept"
        )


def _published_again(edges: Edges, judged: JudgedVersion, *, package: bytes) -> str:
    """What Lambda lost under the number that was judged.

    Raises RegistryIncomplete for a package of an earlier release that Lambda does not hold at all: whoever can write
    the registry could have written it.
    """
    code_sha256 = publishing.code_sha256(package)
    held = any(each.code_sha256 == code_sha256 for each in edges.functions.versions(judged.model))
    if not judged.is_vouched_for and not held:
        raise RegistryIncomplete(
            "it is of an earlier release, which kept no evidence of what it judged, and Lambda does not hold its"
            " package any more"
        )
    published = publishing.publish(
        edges,
        model=judged.model,
        package=package,
        serving_sha256=None,
        layers=judged.manifest.layers,
        stored_bytes=judged.manifest.stored_bytes,
        within_seconds=REPUBLISHED_WITHIN_SECONDS,
    )
    return published.function_version


def _check_answers(edges: Edges, judged: JudgedVersion, subject: Subject) -> None:
    (asked,) = replaying.replay(edges, model=judged.model, subjects=[subject])
    if not asked.rows and not asked.silent:
        asked.problems.append(replaying.unasked(subject.sample))
    if asked.problems:
        said = "; ".join(asked.problems[: replaying.PROBLEMS_SHOWN])
        raise _lost(
            judged.model,
            judged.model_version,
            f"function version {subject.function_version} does not answer as it was judged: {said}",
        )


def _lost(model: str, model_version: int, why: str) -> VersionUnfit:
    """The error of a version that cannot be made fit again."""
    return _unfit(
        model,
        model_version,
        f"{why}. Take another one, of nightswap versions {model}, or train a new one: nightswap retrain --model"
        f" {model} --force",
    )


def _unfit(model: str, model_version: int, why: str) -> VersionUnfit:
    return VersionUnfit(
        f"version {model_version} of {model} cannot go live: {why}", model=model, model_version=model_version
    )
