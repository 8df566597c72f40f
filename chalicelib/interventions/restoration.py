"""Puts the last promoted model back from the registry, when Lambda or a local AWS has lost it.

The ledger says what should be live and the registry holds its package, so what Lambda lost is published again, byte
for byte. It needs no gate: this version passed its own. A version of an earlier release, which kept no evidence, is
put back by its manifest alone: it was live already, and nothing else could bring it back.
"""

from __future__ import annotations

from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import NoLiveModel, RequestConflict
from chalicelib.evidence import evidence
from chalicelib.ledger.ledger import Ledger
from chalicelib.names import LIVE
from chalicelib.promotion import promotion
from chalicelib.registry import publishing, registry
from chalicelib.values import Value


class Recovered(Value):
    model_version: int
    function_version: str
    moved: bool
    """False when it was live already."""


def is_behind(edges: Edges, *, model: str) -> bool:
    """Whether the ledger knows of a later move than the alias: Lambda's side was lost."""
    return Ledger(edges, model).is_ahead(edges.functions.alias(model))


def restore(edges: Edges, *, model: str, attempt: str, who: str) -> Recovered:
    """Make the model version of the last ledger entry live again; `attempt` is fresh for every call.

    Raises NoLiveModel when nothing was ever promoted, VersionUnknown or RegistryIncomplete when its manifest, or
    anything that it was judged by, is gone or another one, LayersMissing and ServingTooSmall when the function was
    deployed without layers, memory or time that it needs, and RequestConflict when somebody moves the alias
    meanwhile.
    """
    alias = edges.functions.alias(model)
    ledger = Ledger(edges, model)
    ledger.repair(alias)
    last = ledger.last()
    if last is None:
        raise NoLiveModel(_nothing_was_live(model, by_hand=alias is not None))
    number = last.model_version
    judged = evidence.judged(edges, model=model, model_version=number)
    package = evidence.part(edges, judged, registry.PACKAGE)
    evidence.check_stored(edges, judged)
    serving = alias.function_version if alias and not is_behind(edges, model=model) else None
    if serving is not None and evidence.is_held(edges, judged, function_version=serving):
        return Recovered(number, serving, moved=False)
    evidence.check_parts(edges, judged)
    published = publishing.publish(
        edges,
        model=model,
        package=package,
        serving_sha256=None,
        layers=judged.manifest.layers,
        stored_bytes=judged.manifest.stored_bytes,
    )
    move = promotion.back_to(
        last,
        alias,
        function_version=published.function_version,
        run=f"restore-{attempt}",
        step=promotion.BEFORE,
        who=who,
        why="put back from the registry",
    )
    try:
        promotion.move_alias(edges, move)
    except AliasMoved as exc:
        raise RequestConflict(f"{exc}: look at nightswap versions {model}, then restore again if need be") from exc
    return Recovered(number, published.function_version, moved=True)


def _nothing_was_live(model: str, *, by_hand: bool) -> str:
    """No run can judge against an alias that was made by hand before the first promotion."""
    if by_hand:
        return (
            f"nothing of {model} has ever been live by the ledger, and its serving function has an alias"
            f" {LIVE}, made by hand: delete it, e.g. with aws lambda delete-alias, then"
            f" nightswap retrain --model {model}"
        )
    return f"nothing of {model} has ever been live: start a retrain with nightswap retrain --model {model}"
