"""Of the alias's moves, and of the ledger that records them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chalicelib import layout
from chalicelib.edges.serving_functions import Alias, FunctionVersion
from chalicelib.promotion import promotion
from tests.fakes.history import Effect
from tests.simulation.readings import (
    begun,
    documents_at,
    evaluations,
    judging_of,
    lasting,
    manifests,
    moves,
    promotions,
    registered,
    stamp_before,
    swap_decisions,
    takings,
)
from tests.simulation.world import HAND, MODEL, World


def alias_points_at_complete_gated_versions_only(world: World) -> None:
    known = {number: (effect.index, manifest) for effect, number, manifest in manifests(world)}
    passed: dict[str, int] = {}
    for effect, run, result in evaluations(world):
        if result["passed"] is True:
            passed.setdefault(run, effect.index)
    for effect, stamp in moves(world):
        main, *shifted = effect.facts["targets"]
        wanted = [(main, stamp.model_version)]
        wanted += [(each, stamp.candidate) for each in shifted if stamp.candidate is not None]
        for target, number in wanted:
            assert target.state == "Active", f"moved to a version that is {target.state}: {effect}"
            assert number in known, f"moved to a model version that the registry lacks: {effect}"
            written, manifest = known[number]
            assert written < effect.index, f"moved to a model version that is not complete: {effect}"
            assert passed.get(manifest["run"], written) < written, (
                f"moved to a model version that its gate refused: {effect}"
            )
            _holds_what_was_judged(world, target, manifest, effect)


def _holds_what_was_judged(world: World, target: FunctionVersion, manifest: dict[str, Any], effect: Effect) -> None:
    """What Lambda lost is published again as the function is configured by then: a stack's update may have come."""
    assert manifest["code_sha256"] == target.code_sha256, f"moved to another package than the registry's: {effect}"
    lost = {each.facts["function_version"] for each in world.history.of("delete_version") if each.actor == HAND}
    is_as_judged = manifest["configuration"] == target.configuration
    assert is_as_judged or manifest["function_version"] in lost, f"moved to another configuration: {effect}"


def ledger_entries_are_the_moves_in_order(world: World) -> None:
    written: dict[int, Any] = {}
    for effect, match, entry in documents_at(world, rf"{layout.ledger(MODEL)}(\d+)\.json"):
        assert int(match[1]) not in written, f"a ledger entry was overwritten: {effect}"
        written[int(match[1])] = (effect, entry)
    for number, (effect, stamp) in enumerate(lasting(world), start=1):
        assert stamp.entry == number, f"move {number} claims ledger entry {stamp.entry}: {effect}"
        recording, entry = written.pop(number, (effect, None))
        assert recording.index >= effect.index, f"ledger entry {number} was written before its move: {effect}"
        before: Alias | None = effect.facts["before"]
        moved = {
            "run": stamp.run,
            "step": stamp.step,
            "kind": stamp.kind,
            "from_function_version": before.function_version if before else None,
            "to_function_version": effect.facts["function_version"],
            "model_version": stamp.model_version,
            "candidate_model_version": stamp.candidate,
            "weights": effect.facts["weights"],
        }
        told = entry and {name: entry[name] for name in moved}
        assert entry is None or told == moved, f"ledger entry {number} is {entry}, the move was {effect}"
    assert not written, f"ledger entries without a move: {written}"


def an_execution_promotes_once_at_most(world: World) -> None:
    promoted = Counter(stamp.run for _, stamp in promotions(world))
    assert all(count == 1 for count in promoted.values()), f"promoted more than once: {promoted}"


def a_promotion_is_the_one_that_was_decided(world: World) -> None:
    decided = swap_decisions(world)
    for effect, stamp in promotions(world):
        deciding, move = decided.get((stamp.run, judging_of(stamp)), (effect, None))
        assert move is not None and deciding.index < effect.index, f"a swap that nobody had decided: {effect}"
        before: Alias | None = effect.facts["before"]
        done = (before.revision_id if before else None, stamp.function_version, stamp.model_version)
        wanted = (move["expected"], move["function_version"], move["model_version"])
        assert done == wanted, f"decided was {move}: {effect}"


def nothing_is_judged_without_a_champion_once_there_was_one(world: World) -> None:
    """Although its alias may be gone by then: the ledger knows it."""
    for effect, run, result in evaluations(world):
        if result["champion_revision_id"] is None:
            since = begun(world, effect, "evaluate")
            entries = documents_at(world, rf"{layout.ledger(MODEL)}\d+\.json")
            known = [entry for written, _, entry in entries if written.index < since.index]
            assert not known, f"{run} was judged without a champion, and there was {known[-1]}: {effect}"


def no_promotion_replaces_an_alias_that_moved_after_judging(world: World) -> None:
    """Between the judging, or the taking up of what was approved, and the swap lie the run's own shifts alone."""
    evaluated, taken_up = list(evaluations(world)), list(takings(world))
    by_revision = {effect.facts["revision_id"]: (effect, stamp) for effect, stamp in moves(world)}
    for effect, stamp in promotions(world):
        judging = judging_of(stamp)
        judged = {
            result["champion_revision_id"]
            for evaluation, run, result in evaluated
            if (run, result["judging"]) == (stamp.run, judging) and evaluation.index < effect.index
        }
        judged |= {
            result["champion_revision_id"]
            for taking, run, result in taken_up
            if run == stamp.run and taking.index < effect.index
        }
        replaced: Alias | None = effect.facts["before"]
        while replaced and replaced.revision_id in by_revision:
            shifting, shift = by_revision[replaced.revision_id]
            if (shift.run, shift.kind, judging_of(shift)) != (stamp.run, promotion.SHIFTED, judging):
                break
            replaced = shifting.facts["before"]
        found = replaced.revision_id if replaced else None
        assert found in judged, f"{stamp.run} judged against {judged}, and replaced {found}: {effect}"


def no_promotion_makes_live_worse(world: World) -> None:
    qualities = {number: manifest["ratios"]["normal"]["quality"] for number, manifest in registered(world).items()}
    for effect, stamp in promotions(world):
        replaced = stamp_before(effect)
        if replaced:
            better = qualities[replaced.model_version]
            assert qualities[stamp.model_version] >= better, f"replaced a model of quality {better}: {effect}"
