"""What must hold in every world, whatever went wrong in it: each function is the sentence that it checks.

They read the history of effects, written by the fakes, and not what the product says of itself. ALWAYS holds at any
time, SETTLED after a run in calm weather has come to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.simulation.invariants import (
    anchors,
    approvals,
    moves,
    operators,
    registry,
    rollouts,
    runs,
    serving,
    settled,
)
from tests.simulation.world import World

Invariant = Callable[[World], None]


class Broken(AssertionError):
    """An invariant does not hold; the message has the world's seed and its whole history."""


ALWAYS: tuple[Invariant, ...] = (
    moves.alias_points_at_complete_gated_versions_only,
    moves.ledger_entries_are_the_moves_in_order,
    moves.an_execution_promotes_once_at_most,
    moves.a_promotion_is_the_one_that_was_decided,
    moves.nothing_is_judged_without_a_champion_once_there_was_one,
    moves.no_promotion_replaces_an_alias_that_moved_after_judging,
    moves.no_promotion_makes_live_worse,
    anchors.no_promotion_is_worse_than_the_anchor,
    anchors.the_anchor_is_what_was_judged_against_or_what_is_better,
    anchors.the_anchor_is_not_pruned,
    registry.no_model_version_is_used_twice,
    registry.a_run_claims_one_number,
    registry.complete_versions_never_change,
    registry.an_object_keeps_the_split_that_it_was_first_given,
    registry.nothing_that_serves_is_pruned,
    rollouts.what_was_quarantined_is_not_moved_by_runs,
    rollouts.a_run_that_was_rolled_back_left_its_fingerprint_in_quarantine,
    rollouts.no_run_locks_what_stays_live,
    rollouts.no_version_that_fails_its_replay_ever_gets_traffic,
    rollouts.what_a_run_could_not_ask_gets_no_traffic,
    rollouts.no_run_moves_anything_after_its_end,
    rollouts.a_run_that_ends_well_leaves_no_weights_of_the_dead,
    operators.what_was_quarantined_is_not_made_live_without_a_lift,
    operators.what_was_rolled_back_is_in_quarantine,
    operators.a_request_moves_once,
    operators.nothing_moves_a_pinned_model_but_operators,
    operators.who_was_answered_has_what_was_asked_for,
    operators.what_was_unpinned_was_free_for_a_moment,
    approvals.nothing_that_has_to_be_approved_is_moved_without,
    approvals.what_is_taken_up_was_approved_for_that_run,
    approvals.what_was_rejected_is_never_moved_by_runs,
    approvals.a_decision_is_final,
    approvals.what_waits_is_of_a_run_that_ended_waiting,
    runs.a_run_name_has_one_execution_and_one_winner,
    runs.the_lease_is_taken_from_the_dead_only,
    runs.a_run_judges_twice_at_most,
    runs.an_outcome_is_written_once,
    runs.an_execution_that_succeeded_tells_its_recorded_outcome,
    runs.outcomes_tell_who_was_promoted,
    runs.what_ended_was_announced,
    runs.tasks_fail_with_errors_of_the_contract_only,
    serving.no_prediction_fails,
    serving.each_answer_is_one_versions_own,
)

SETTLED: tuple[Invariant, ...] = (
    settled.all_traffic_goes_to_one_version,
    settled.the_ledger_is_complete,
    settled.the_lease_is_given_back,
    settled.live_is_where_the_last_move_went,
    settled.what_was_rejected_is_in_the_ledger_and_in_quarantine,
    settled.nothing_is_left_untold,
)


def check(world: World, invariants: Sequence[Invariant]) -> None:
    """Raises Broken with the first one that does not hold."""
    for invariant in invariants:
        try:
            invariant(world)
        except AssertionError as broken:
            sentence = invariant.__name__.replace("_", " ")
            raise Broken(f"{world.name} breaks: {sentence}\n{broken}\n{world.told()}") from broken
