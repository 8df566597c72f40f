"""What must hold in every world, whatever went wrong in it: each function is the sentence that it checks.

They read the history of effects, written by the fakes, and not what the product says of itself. ALWAYS holds at any
time, SETTLED after a run in calm weather has come to its end.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from chalicelib import layout
from chalicelib.contracts import PROMOTED
from chalicelib.edges import Alias, FunctionVersion
from chalicelib.errors import leaves
from chalicelib.stamp import Stamp
from tests.fakes.history import Effect
from tests.simulation.machine import ABANDONED_AS
from tests.simulation.readings import (
    documents_at,
    evaluations,
    manifests,
    moves,
    outcomes,
    promotions,
    with_running,
)
from tests.simulation.world import MODEL, World

Invariant = Callable[[World], None]

MACHINE_ERRORS = {*ABANDONED_AS, "Runtime.ExitError"}
"""What a task may fail with beside the leaves of chalicelib.errors."""


def alias_points_at_complete_gated_versions_only(world: World) -> None:
    known = {number: (effect.index, manifest) for effect, number, manifest in manifests(world)}
    passed: dict[str, int] = {}
    for effect, run, result in evaluations(world):
        if result["passed"] is True:
            passed.setdefault(run, effect.index)
    for effect, stamp in moves(world):
        for target in effect.facts["targets"]:
            assert target.state == "Active", f"moved to a version that is {target.state}: {effect}"
        target = effect.facts["targets"][0]
        assert stamp.model_version in known, f"moved to a model version that the registry lacks: {effect}"
        written, manifest = known[stamp.model_version]
        assert written < effect.index, f"moved to a model version that is not complete: {effect}"
        assert passed.get(manifest["run"], written) < written, (
            f"moved to a model version that its gate refused: {effect}"
        )
        assert manifest["code_sha256"] == target.code_sha256, (
            f"moved to another package than the registry's: {effect}"
        )
        assert manifest["configuration"] == target.configuration, f"moved to another configuration: {effect}"


def no_model_version_is_used_twice(world: World) -> None:
    claims: dict[int, str] = {}
    for effect, match, claim in documents_at(world, rf"{layout.versions(MODEL)}(\d+)/claim\.json"):
        number = int(match[1])
        assert number not in claims, f"model version {number} was claimed before: {effect}"
        claims[number] = claim["holder"]
    completed = Counter(number for _, number, _ in manifests(world))
    assert all(count == 1 for count in completed.values()), f"written twice: {completed}"
    for effect, number, manifest in manifests(world):
        assert manifest["run"] == claims[number], f"{claims[number]} had claimed {number}: {effect}"


def complete_versions_never_change(world: World) -> None:
    held: dict[str, bytes | None] = {}
    completed = {number: effect.index for effect, number, _ in manifests(world)}
    for effect in world.history.of("put", "delete"):
        match = re.match(rf"{layout.versions(MODEL)}(\d+)/", effect.subject)
        body = effect.facts.get("body")
        if match and effect.index > completed.get(int(match[1]), effect.index):
            assert held[effect.subject] == body, f"a complete version changed: {effect}"
        held[effect.subject] = body


def ledger_entries_are_the_moves_in_order(world: World) -> None:
    written: dict[int, Any] = {}
    for effect, match, entry in documents_at(world, rf"{layout.ledger(MODEL)}(\d+)\.json"):
        assert int(match[1]) not in written, f"a ledger entry was overwritten: {effect}"
        written[int(match[1])] = entry
    for number, (effect, stamp) in enumerate(moves(world), start=1):
        assert stamp.entry == number, f"move {number} claims ledger entry {stamp.entry}: {effect}"
        entry = written.pop(number, None)
        told = entry and (entry["run"], entry["step"], entry["to_function_version"], entry["from_function_version"])
        assert entry is None or told == (stamp.run, stamp.step, effect.facts["function_version"], _from(effect)), (
            f"ledger entry {number} is {entry}, the move was {effect}"
        )
    assert not written, f"ledger entries without a move: {written}"


def _from(effect: Effect) -> str | None:
    before: Alias | None = effect.facts["before"]
    return before.function_version if before else None


def an_execution_promotes_once_at_most(world: World) -> None:
    promoted = Counter(stamp.run for _, stamp in promotions(world))
    assert all(count == 1 for count in promoted.values()), f"promoted more than once: {promoted}"


def no_promotion_replaces_an_alias_that_moved_after_judging(world: World) -> None:
    evaluated = list(evaluations(world))
    for effect, stamp in promotions(world):
        judged = {
            result["champion_revision_id"]
            for judging, run, result in evaluated
            if run == stamp.run and judging.index < effect.index
        }
        before: Alias | None = effect.facts["before"]
        replaced = before.revision_id if before else None
        assert replaced in judged, f"{stamp.run} judged against {judged}: {effect}"


def no_promotion_makes_live_worse(world: World) -> None:
    qualities = {number: manifest["ratios"]["quality"] for _, number, manifest in manifests(world)}
    for effect, stamp in promotions(world):
        before: Alias | None = effect.facts["before"]
        replaced = Stamp.parse(before.description) if before else None
        if replaced:
            better = qualities[replaced.model_version]
            assert qualities[stamp.model_version] >= better, f"replaced a model of quality {better}: {effect}"


def a_run_name_has_one_execution_and_one_winner(world: World) -> None:
    started = Counter(effect.subject for effect in world.history.of("start"))
    started.subtract(effect.subject for effect in world.history.of("forget"))  # what is lost may be started anew
    assert all(count <= 1 for count in started.values()), f"started twice: {started}"
    winners = Counter(effect.facts["run"] for effect in world.history.of("answer") if effect.facts.get("is_new"))
    assert all(count == 1 for count in winners.values()), f"called new to more than one client: {winners}"


def the_lease_is_taken_from_the_dead_only(world: World) -> None:
    holder: str | None = None
    for effect, running in with_running(world):
        if effect.subject == layout.lease(MODEL) and effect.operation in {"put", "delete"}:
            own = effect.actor.startswith(f"{holder}/")
            assert own or holder not in running, f"{holder} is still running: {effect}"
            holder = json.loads(effect.facts["body"])["holder"] if effect.operation == "put" else None


def a_run_that_ends_well_leaves_no_weights_of_the_dead(world: World) -> None:
    shifting: str | None = None
    for effect, running in with_running(world):
        if effect.operation == "update_alias":
            stamp = Stamp.parse(effect.facts["description"])
            shifting = stamp.run if stamp and effect.facts["weights"] else None
        elif effect.operation == "finish" and effect.facts["status"] == "SUCCEEDED":
            assert shifting is None or shifting in running, f"weights of {shifting}, which is dead, stayed: {effect}"


def an_outcome_is_written_once(world: World) -> None:
    written = Counter(match[1] for _, match, _ in documents_at(world, r"runs/([^/]+)/outcome\.json"))
    assert all(count == 1 for count in written.values()), f"more than one outcome: {written}"


def an_execution_that_succeeded_tells_its_recorded_outcome(world: World) -> None:
    recorded = outcomes(world)
    for effect in world.history.of("finish"):
        if effect.facts["status"] == "SUCCEEDED":
            told = json.loads(effect.facts["output"])["outcome"]
            assert told == recorded.get(effect.subject), f"recorded {recorded.get(effect.subject)}: {effect}"


def outcomes_tell_who_was_promoted(world: World) -> None:
    promoted = {stamp.run for _, stamp in promotions(world)}
    for run, outcome in outcomes(world).items():
        assert (outcome == PROMOTED) == (run in promoted), f"{run} ended {outcome}, promoted were {promoted}"


def tasks_fail_with_errors_of_the_contract_only(world: World) -> None:
    allowed = {*leaves(), *MACHINE_ERRORS} - {"ContractBroken", "RegistryIncomplete"}
    for effect in world.history.of("failed"):
        assert effect.facts["error"] in allowed, f"an error that nobody foresaw: {effect}"


def no_prediction_fails(world: World) -> None:
    for effect in world.history.of("predict"):
        assert effect.facts["failure"] is None, f"a prediction failed: {effect}"


def all_traffic_goes_to_one_version(world: World) -> None:
    alias = world.functions.alias(MODEL)
    assert alias and not alias.weights, f"the alias is {alias}"


def the_ledger_is_complete(world: World) -> None:
    entries = len(world.store.list(layout.ledger(MODEL)))
    assert entries == len(list(moves(world))), f"{entries} entries for {len(list(moves(world)))} moves"


def the_lease_is_given_back(world: World) -> None:
    lease = world.store.find(layout.lease(MODEL))
    assert lease is None, f"the lease is {lease}"


def live_is_what_the_last_promotion_published(world: World) -> None:
    *_, (effect, _) = moves(world)
    alias = world.functions.alias(MODEL)
    target: FunctionVersion = effect.facts["targets"][0]
    assert alias and alias.function_version == target.function_version, f"the alias is {alias}, moved by {effect}"


ALWAYS: tuple[Invariant, ...] = (
    alias_points_at_complete_gated_versions_only,
    no_model_version_is_used_twice,
    complete_versions_never_change,
    ledger_entries_are_the_moves_in_order,
    an_execution_promotes_once_at_most,
    no_promotion_replaces_an_alias_that_moved_after_judging,
    no_promotion_makes_live_worse,
    a_run_name_has_one_execution_and_one_winner,
    the_lease_is_taken_from_the_dead_only,
    a_run_that_ends_well_leaves_no_weights_of_the_dead,
    an_outcome_is_written_once,
    an_execution_that_succeeded_tells_its_recorded_outcome,
    outcomes_tell_who_was_promoted,
    tasks_fail_with_errors_of_the_contract_only,
    no_prediction_fails,
)

SETTLED: tuple[Invariant, ...] = (
    all_traffic_goes_to_one_version,
    the_ledger_is_complete,
    the_lease_is_given_back,
    live_is_what_the_last_promotion_published,
)


def check(world: World, invariants: tuple[Invariant, ...]) -> None:
    """Raises AssertionError with the seed and the whole history of the world that breaks one."""
    for invariant in invariants:
        try:
            invariant(world)
        except AssertionError as broken:
            sentence = invariant.__name__.replace("_", " ")
            raise AssertionError(
                f"seed {world.seed} breaks: {sentence}\n{broken}\n\nSIMULATION_SEED={world.seed} SIMULATION_CASES=1"
                f" replays it. Its history:\n{world.history}"
            ) from broken
