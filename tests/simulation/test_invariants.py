"""Each invariant finds what breaks it: a history that kept them all is forged, and then one of them does not hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import ROLLED_BACK
from chalicelib.interventions.move_decisions import PIN, ROLLBACK, UNPIN
from tests.fakes.clock import START
from tests.fakes.history import Effect
from tests.simulation import scenarios, triggers
from tests.simulation.invariants import (
    ALWAYS,
    Invariant,
    anchors,
    approvals,
    check,
    moves,
    operators,
    registry,
    rollouts,
    runs,
    serving,
)
from tests.simulation.world import MODEL, Weather, World

SECOND = f"{MODEL}-nightly-{START - timedelta(days=99):%Y%m%dT%H%MZ}"
Change = Callable[[list[Effect]], Iterable[Effect]]
"""Forges a history."""


def lived() -> World:
    """Two promotions, with clients; then an operator pins, unpins and rolls back."""
    world = World("forged", weather=Weather())
    for number in (0, 1):
        scenarios.past_night(world, number, quality=5 + number)
        world.clock.sleep(100)
        scenarios.calmly(world, lambda: triggers.predict(world, times=2, every_seconds=1))
    for action in (PIN, UNPIN, ROLLBACK):
        scenarios.calmly(world, partial(triggers.operate, world, action, action=action, delay_seconds=0))
    check(world, ALWAYS)
    return world


def forged(world: World, change: Change) -> None:
    """The history as changed, counted anew."""
    changed = list(change(world.history.effects))
    world.history.effects[:] = [replace(effect, index=index) for index, effect in enumerate(changed)]


def has(words: str) -> Callable[[Effect], bool]:
    """Whether an effect is on this operation and part of a subject."""
    operation, _, subject = words.partition(" ")
    return lambda effect: effect.operation == operation and subject in effect.subject


def without(words: str) -> Change:
    return lambda effects: [effect for effect in effects if not has(words)(effect)]


def twice(words: str) -> Change:
    return lambda effects: [each for effect in effects for each in [effect] * (1 + has(words)(effect))]


def first(words: str) -> Change:
    """What comes once comes at the beginning."""
    return lambda effects: sorted(effects, key=lambda effect: not has(words)(effect))


def changed(words: str, **facts: Any) -> Change:
    """With these facts in place of what was; a body is changed by a pair of what it says and what it is to say."""

    def changed_facts(effect: Effect) -> dict[str, Any]:
        known = dict(effect.facts)
        for name, value in facts.items():
            known[name] = known[name].replace(*value) if isinstance(value, tuple) else value
        return known

    return lambda effects: [
        replace(effect, facts=changed_facts(effect)) if has(words)(effect) else effect for effect in effects
    ]


def put(key: str, body: dict[str, Any] | bytes, *, by: str = "a hand", before: str = "") -> Change:
    """With one more object, before the first effect that is meant, or at the end."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return and_then("put", key, by=by, before=before, body=body)


def and_then(operation: str, subject: str, *, by: str = "a hand", before: str = "", **facts: Any) -> Change:
    def change(effects: list[Effect]) -> Sequence[Effect]:
        place = next((at for at, each in enumerate(effects) if before and has(before)(each)), len(effects))
        return [*effects[:place], Effect(0, START, by, operation, subject, facts), *effects[place:]]

    return change


def quarantined(number: int, *, before: str) -> Change:
    """The fingerprint of this version stands in quarantine from there on."""

    def change(effects: list[Effect]) -> Iterable[Effect]:
        manifest = next(filter(has(f"put {part(number, 'manifest.json')}"), effects))
        fingerprint = json.loads(manifest.facts["body"])["fingerprint"]
        lifted = without(f"delete {layout.quarantined(MODEL, fingerprint)}")(effects)
        return put(layout.quarantined(MODEL, fingerprint), {}, before=before)(list(lifted))

    return change


def part(number: int, name: str) -> str:
    """The key of a part of a version."""
    return layout.version(MODEL, number, name)


def weighted(effects: list[Effect]) -> Iterable[Effect]:
    """Every move left weights, and another run ended well after the last."""
    heavy = changed(REPLACED, weights={"1": 0.1})(effects)
    return and_then("finish", "another", status="SUCCEEDED")(list(heavy))


LEASE = layout.lease(MODEL)
REPLACED = f"update_alias {MODEL}"
OUTCOME = layout.run_document(SECOND, "outcome")
CLAIM = layout.version(MODEL, 7, "claim.json")
WORSE = changed(f"put {part(2, 'manifest.json')}", body=(b'"quality": 6', b'"quality": 1'))
EVALUATION = layout.run_document(SECOND, "evaluate")
UNCHALLENGED = changed(f"put {EVALUATION}", body=(b'"revision-1"', b"null"))
ROLLED = put(OUTCOME, {"run": SECOND, "outcome": ROLLED_BACK, "reason": "ill"}, before=f"put {OUTCOME}")

WAITS = layout.waiting(MODEL)
REFUSED = {"model_version": 2, "run": SECOND, "decided": {"verdict": "rejected", "by": "rejection"}}
TAKEN_UP = {"status": "done", "result": {"is_approved": True, "model_version": 2}}


def older_again(effects: list[Effect]) -> Iterable[Effect]:
    """Version 2 waits after version 3 did."""
    newer = put(WAITS, {**REFUSED, "model_version": 3})(effects)
    return put(WAITS, REFUSED)(list(newer))


def locked(effects: list[Effect]) -> Iterable[Effect]:
    """A run quarantines the fingerprint of version 1, which is live at the end, for one of its own."""
    manifest = next(filter(has(f"put {part(1, 'manifest.json')}"), effects))
    fingerprint = json.loads(manifest.facts["body"])["fingerprint"]
    ill = {"model_version": 9, "why": "it failed its replay"}
    return put(layout.quarantined(MODEL, fingerprint), ill, by="another/Replay#1")(effects)


FORGERIES: list[tuple[Invariant, Change]] = [
    (moves.alias_points_at_complete_gated_versions_only, without("put")),
    (moves.ledger_entries_are_the_moves_in_order, twice("put ledger/")),
    (moves.ledger_entries_are_the_moves_in_order, without("create_alias")),
    (moves.ledger_entries_are_the_moves_in_order, first("put ledger/")),
    (moves.an_execution_promotes_once_at_most, twice("create_alias")),
    (moves.a_promotion_is_the_one_that_was_decided, without("put")),
    (moves.nothing_is_judged_without_a_champion_once_there_was_one, UNCHALLENGED),
    (moves.no_promotion_replaces_an_alias_that_moved_after_judging, without("put")),
    (moves.no_promotion_makes_live_worse, WORSE),
    (anchors.no_promotion_is_worse_than_the_anchor, WORSE),
    (
        anchors.the_anchor_is_what_was_judged_against_or_what_is_better,
        changed(f"put {layout.ledger_entry(MODEL, 2)}", body=(b'"anchor": 1', b'"anchor": 2')),
    ),
    (anchors.the_anchor_is_not_pruned, and_then("delete", part(2, "package.zip"))),
    (
        approvals.nothing_that_has_to_be_approved_is_moved_without,
        and_then("wanted", MODEL, before="start", approval="wanted"),
    ),
    (
        approvals.what_is_taken_up_was_approved_for_that_run,
        put(layout.run_document(SECOND, "preprocess"), TAKEN_UP, before=f"put {OUTCOME}"),
    ),
    (approvals.what_was_rejected_is_never_moved_by_runs, put(WAITS, REFUSED, before="start")),
    (approvals.a_decision_is_final, older_again),
    (approvals.what_waits_is_of_a_run_that_ended_waiting, put(WAITS, REFUSED)),
    (registry.no_model_version_is_used_twice, twice(f"put {part(1, 'claim.json')}")),
    (registry.a_run_claims_one_number, put(CLAIM, {"holder": SECOND}, before=f"put {OUTCOME}")),
    (registry.complete_versions_never_change, put(part(1, "package.zip"), b"other")),
    (registry.an_object_keeps_the_split_that_it_was_first_given, put(part(1, "splits.json"), b"[]")),
    (registry.nothing_that_serves_is_pruned, and_then("delete", part(1, "package.zip"))),
    (rollouts.what_was_quarantined_is_not_moved_by_runs, quarantined(2, before="start")),
    (rollouts.a_run_that_was_rolled_back_left_its_fingerprint_in_quarantine, ROLLED),
    (rollouts.no_run_locks_what_stays_live, locked),
    (
        rollouts.no_version_that_fails_its_replay_ever_gets_traffic,
        changed(f"put {part(2, 'model.json')}", body=(b"sound", b"wrong")),
    ),
    (rollouts.what_a_run_could_not_ask_gets_no_traffic, without(f"put {part(2, 'replay.json')}")),
    (rollouts.no_run_moves_anything_after_its_end, first(f"put {OUTCOME}")),
    (rollouts.a_run_that_ends_well_leaves_no_weights_of_the_dead, weighted),
    (operators.what_was_quarantined_is_not_made_live_without_a_lift, quarantined(1, before="start")),
    (operators.what_was_rolled_back_is_in_quarantine, without("put quarantine/")),
    (operators.a_request_moves_once, twice(REPLACED)),
    (operators.nothing_moves_a_pinned_model_but_operators, put(layout.pin(MODEL), {}, before="start")),
    (operators.who_was_answered_has_what_was_asked_for, without("update_alias")),
    (operators.what_was_unpinned_was_free_for_a_moment, without(f"delete {layout.pin(MODEL)}")),
    (runs.a_run_name_has_one_execution_and_one_winner, twice("start")),
    (runs.a_run_name_has_one_execution_and_one_winner, twice("answer")),
    (runs.the_lease_is_taken_from_the_dead_only, put(LEASE, {"holder": "another"}, before=f"delete {LEASE}")),
    (runs.a_run_judges_twice_at_most, twice("enter")),
    (runs.an_outcome_is_written_once, twice("put runs/")),
    (runs.an_execution_that_succeeded_tells_its_recorded_outcome, without("put")),
    (runs.outcomes_tell_who_was_promoted, without("create_alias")),
    (runs.what_ended_was_announced, without("notice")),
    (runs.tasks_fail_with_errors_of_the_contract_only, and_then("failed", "r", error="KeyError")),
    (serving.no_prediction_fails, and_then("predict", MODEL, failure="Unhandled", code_sha256=None)),
    (serving.each_answer_is_one_versions_own, changed("predict", body={"model_version": 2, "predictions": []})),
]


@pytest.mark.parametrize(("invariant", "forge"), FORGERIES, ids=lambda each: getattr(each, "__name__", ""))
def test_an_invariant_finds_what_breaks_it(invariant: Invariant, forge: Change) -> None:
    world = lived()

    forged(world, forge)

    with pytest.raises(AssertionError, match=r"^seed forged breaks: "):
        check(world, (invariant,))


def test_every_invariant_is_tried_on_a_forged_history() -> None:
    assert {invariant for invariant, _ in FORGERIES} == set(ALWAYS)
