from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.approval import waiting
from chalicelib.approval.waiting import Approvals
from chalicelib.contracts.decisions import ROLLED_BACK, SHIFT, SWAP, WAITING
from chalicelib.contracts.rollout import ReplayTask, RolloutDecided
from chalicelib.documents import documents
from chalicelib.errors import FunctionBusy, StoreUnavailable, VersionUnknown
from chalicelib.registry import registry
from chalicelib.registry.quarantine import Quarantine
from lambdas import recipes, replay
from lambdas.model.recipe import Approval, Shift
from tests.fakes.edges import FakeOutside
from tests.given import serving_code
from tests.given.interference import raising, with_functions, with_store
from tests.given.nights import (
    MODEL,
    SCHEMA,
    Registered,
    content,
    outside,
    promote,
    register,
    revision,
)
from tests.given.present import present
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS

STEPS = (Shift(share=0.1, seconds=300),)
FINGERPRINT = "data-2"
WIDER = {"columns": [*SCHEMA["columns"], {"kind": "number", "name": "src_bytes", "example": 0.0}]}


def published(
    *, champion: str | None = serving_code.SOUND, before: Mapping[str, Any] = SCHEMA, **candidate: Any
) -> tuple[FakeOutside, ReplayTask]:
    """RUN's version is published, beside a live one that behaves like this, if any."""
    night = outside()
    if champion:
        promote(night.edges, run="earlier", behaviour=champion, schema=before)
    return night, task_of(night, register(night.edges, run=RUN, fingerprint=FINGERPRINT, **candidate))


def task_of(night: FakeOutside, registered: Registered) -> ReplayTask:
    return ReplayTask(
        run=RUN,
        model=MODEL,
        model_version=registered.model_version,
        function_version=registered.function_version,
        champion_revision_id=revision(night.edges),
        is_approved=False,
    )


def replayed(night: FakeOutside, task: ReplayTask, *, steps: tuple[Shift, ...] = STEPS) -> RolloutDecided:
    return replay.run(task, night.edges, SETTINGS, planned=lambda model: steps)


def found(night: FakeOutside) -> dict[str, Any]:
    """What the run keeps of the replay."""
    document: dict[str, Any] = documents.find(night.store, layout.run_document(RUN, "replayed"))
    return document


def test_version_that_answers_as_judged_goes_on_to_its_canary() -> None:
    night, task = published()

    assert replayed(night, task) == RolloutDecided(
        decision=SHIFT,
        reason="60 rows of the holdout were answered as judged, beside version 1",
        shift=0,
        bake_seconds=0,
        since="",
        revision_id=revision(night.edges),
    )


def test_both_versions_are_measured_and_what_was_found_is_kept() -> None:
    night, task = published()

    replayed(night, task)

    assert [(each["model_version"], each["rows"]) for each in found(night)["versions"]] == [(2, 60), (1, 60)]
    assert found(night)["problems"] == []


@pytest.mark.parametrize(
    ("champion", "steps", "why"),
    [(None, STEPS, "nothing is live yet"), (serving_code.SOUND, (), "the recipe has no steps")],
)
def test_rollout_is_all_at_once_where_there_is_nothing_to_shift_from(
    champion: str | None, steps: tuple[Shift, ...], why: str
) -> None:
    night, task = published(champion=champion)

    decided = replayed(night, task, steps=steps)

    assert (decided.decision, decided.revision_id) == (SWAP, revision(night.edges))
    assert decided.reason == f"60 rows of the holdout were answered as judged; all at once: {why}"


OTHER = {"columns": [{"kind": "number", "name": "src_bytes", "example": 0.0}]}
OTHER_KIND = {"columns": [{"kind": "category", "name": "duration"}]}
PAIR, TRIPLE = ({"columns": [{"kind": "array", "name": "duration", "size": size}]} for size in (2, 3))


@pytest.mark.parametrize(
    ("before", "schema", "differing"),
    [
        (SCHEMA, WIDER, "src_bytes"),
        (SCHEMA, OTHER, "src_bytes"),
        (SCHEMA, OTHER_KIND, "duration"),
        (PAIR, TRIPLE, "duration"),
    ],
)
def test_version_that_takes_other_columns_never_shares_the_traffic(
    before: dict[str, Any], schema: dict[str, Any], differing: str
) -> None:
    night, task = published(before=before, schema=schema)

    decided = replayed(night, task)

    assert decided.decision == SWAP
    assert "versions 1 and 2 do not take the same columns" in decided.reason
    assert differing in decided.reason


def test_version_that_was_published_with_another_role_never_shares_the_traffic(night: FakeOutside) -> None:
    promote(night.edges, run="earlier")
    night.functions.configure(MODEL, Role="arn:aws:iam::123456789012:role/serve-2")
    registered = register(night.edges, run=RUN, fingerprint=FINGERPRINT)

    decided = replayed(night, task_of(night, registered))

    assert decided.decision == SWAP
    assert decided.reason.endswith("all at once: Lambda weights no alias over two roles, and version 1 has another")


def test_version_that_an_operator_made_live_meanwhile_gets_no_share_of_itself(night: FakeOutside) -> None:
    promote(night.edges, run="earlier")
    registered = promote(night.edges, run=RUN, fingerprint=FINGERPRINT)

    decided = replayed(night, task_of(night, registered))

    assert decided.decision == SWAP
    assert "an operator made it live already" in decided.reason


@pytest.mark.parametrize("champion", [None, serving_code.SOUND])
@pytest.mark.parametrize(
    "behaviour",
    [
        serving_code.WRONG,
        serving_code.RAISES,
        serving_code.SHORT,
        serving_code.IMPOSTOR,
        serving_code.SWAPPED,
        serving_code.REFUSES,
        serving_code.BABBLES,
    ],
)
def test_version_that_misbehaves_is_rolled_back_and_quarantined_and_the_alias_is_left_alone(
    behaviour: str, champion: str | None
) -> None:
    night, task = published(behaviour=behaviour, champion=champion)
    alias = night.functions.alias(MODEL)

    decided = replayed(night, task)

    quarantined = present(Quarantine(night.edges, MODEL).find(FINGERPRINT))
    assert decided.decision == ROLLED_BACK
    assert decided.reason.startswith("the published version failed its replay: ")
    assert (quarantined.model_version, quarantined.who) == (task.model_version, RUN)
    assert quarantined.why == decided.reason
    assert found(night)["problems"]
    assert night.functions.alias(MODEL) == alias


def test_twin_of_the_live_version_that_misbehaves_is_rolled_back_without_locking_that() -> None:
    night = outside()
    promote(night.edges, run="earlier", fingerprint=FINGERPRINT)
    task = task_of(night, register(night.edges, run=RUN, fingerprint=FINGERPRINT, behaviour=serving_code.RAISES))

    decided = replayed(night, task)

    assert decided.decision == ROLLED_BACK
    assert not Quarantine(night.edges, MODEL).holds(FINGERPRINT)
    assert replayed(night, task) == decided


def test_version_that_is_much_slower_than_the_live_one_is_rolled_back() -> None:
    night, task = published(behaviour=serving_code.SLOW)

    decided = replayed(night, task)

    assert decided.decision == ROLLED_BACK
    assert "it took 3000 ms for 25 rows, the live version 0 ms: at most 50 ms" in decided.reason


def test_slow_version_beside_a_slow_one_is_as_good() -> None:
    night, task = published(behaviour=serving_code.SLOW, champion=serving_code.SLOW)

    assert replayed(night, task).decision == SHIFT


@pytest.mark.parametrize("champion", [serving_code.WRONG, serving_code.RAISES, serving_code.BABBLES])
def test_trouble_of_the_live_version_is_no_trouble_of_the_new_one(champion: str) -> None:
    night, task = published(champion=champion)

    assert replayed(night, task).decision == SHIFT


def test_live_version_of_an_earlier_release_has_no_sample_to_be_measured_by() -> None:
    night, task = published(behaviour=serving_code.SLOW)
    night.store.delete(layout.version(MODEL, 1, registry.REPLAY))

    assert replayed(night, task).decision == SHIFT


@pytest.mark.parametrize("is_gone", [True, False])
def test_live_version_whose_rows_were_erased_is_woken_and_no_more_is_known_of_it(*, is_gone: bool) -> None:
    night, task = published()
    key = layout.version(MODEL, 1, registry.REPLAY)
    note = {"files": ["night-1.csv"], "who": "ada", "at": "2026-11-26T03:00:00.000Z", "rows": 60}
    night.store.put(key, documents.encode({"instances": [], "expected": [], "erased": [note]}))
    if is_gone:
        night.store.delete(key)

    decided = replayed(night, task)

    assert decided.decision == SHIFT
    assert decided.reason.endswith("; the live version has none to compare with")


@pytest.mark.parametrize("champion", [None, serving_code.SOUND])
def test_new_version_without_rows_of_its_own_is_not_believed(champion: str | None) -> None:
    night, task = published(champion=champion)
    night.store.delete(layout.version(MODEL, task.model_version, registry.REPLAY))

    decided = replayed(night, task)

    assert decided.decision == ROLLED_BACK
    assert decided.reason.endswith("the registry has no rows of the holdout to ask it for")
    assert Quarantine(night.edges, MODEL).find(FINGERPRINT) is not None


def test_reason_names_few_problems_of_many() -> None:
    night, task = published(behaviour=serving_code.WRONG)

    assert replayed(night, task).reason.count("row ") == 5


def test_replay_that_is_repeated_says_the_same() -> None:
    night, task = published()
    first = replayed(night, task)
    before = content(night)

    assert replayed(night, task) == first
    assert content(night) == before


def test_doubts_of_an_earlier_try_stand() -> None:
    night, task = published(behaviour=serving_code.RAISES)
    lossy = with_store(night.edges, "put_if_absent", after=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        replay.run(task, lossy, SETTINGS, planned=lambda model: STEPS)
    healed = with_functions(night.edges, "invoke", before=raising(AssertionError("it was asked again")))

    decided = replay.run(task, healed, SETTINGS, planned=lambda model: STEPS)

    assert decided.decision == ROLLED_BACK
    assert "it did not answer: it failed with MemoryError" in decided.reason


def test_quarantine_that_an_operator_set_is_for_the_rollout_to_find() -> None:
    night, task = published()
    Quarantine(night.edges, MODEL).put(FINGERPRINT, model_version=2, who="ada", why="no")

    assert replayed(night, task).decision == SHIFT


@pytest.mark.parametrize("nth", [1, 2, 5])
def test_busy_function_is_an_error_to_retry_and_quarantines_nothing(nth: int) -> None:
    night, task = published()
    busy = with_functions(night.edges, "invoke", nth=nth, before=raising(FunctionBusy("throttled")))

    with pytest.raises(FunctionBusy):
        replay.run(task, busy, SETTINGS, planned=lambda model: STEPS)

    assert Quarantine(night.edges, MODEL).find(FINGERPRINT) is None


def test_version_that_is_not_complete_is_never_replayed() -> None:
    night, task = published()
    night.store.delete(layout.version(MODEL, 2, registry.MANIFEST))

    with pytest.raises(VersionUnknown):
        replayed(night, task)


@pytest.mark.parametrize("arrange", [lambda night: None, lambda night: promote(night.edges, run="rival")])
def test_run_is_handed_on_the_revision_that_it_was_judged_against(arrange: Callable[[FakeOutside], object]) -> None:
    night, task = published()
    judged_against = task.champion_revision_id
    arrange(night)

    assert replayed(night, task).revision_id == judged_against


def test_steps_are_the_recipes() -> None:
    assert recipes.rollout(MODEL) == recipes.load(MODEL).rollout


WANTED = Approval(within_hours=72, otherwise="reject")


def asked_with_approval(night: FakeOutside, task: ReplayTask) -> RolloutDecided:
    return replay.run(task, night.edges, SETTINGS, planned=lambda _: STEPS, approves=lambda *_: WANTED)


def test_version_that_has_to_be_approved_waits_and_is_written_down() -> None:
    night, task = published()

    decided = asked_with_approval(night, task)

    assert decided.decision == WAITING
    assert "version 2 waits for approval until 2026-11-24T03:00" in decided.reason
    assert "nightswap" not in decided.reason
    proposed = present(waiting.proposed(night.edges, run=RUN))
    assert (proposed.run, proposed.model_version, proposed.fingerprint) == (RUN, 2, FINGERPRINT)
    assert (proposed.otherwise, proposed.decided) == ("reject", None)
    assert Approvals(night.edges, MODEL).find() is None


def test_repeated_replay_of_what_waits_says_the_same() -> None:
    night, task = published()
    first = asked_with_approval(night, task)
    night.clock.sleep(60)

    assert asked_with_approval(night, task).reason == first.reason


def test_approved_version_is_replayed_again_and_goes_on() -> None:
    night, task = published()

    assert asked_with_approval(night, replace(task, is_approved=True)).decision == SHIFT


def test_version_that_fails_its_replay_does_not_wait() -> None:
    night, task = published(behaviour=serving_code.WRONG)

    assert asked_with_approval(night, task).decision == ROLLED_BACK


def test_version_that_is_live_already_does_not_wait(night: FakeOutside) -> None:
    registered = promote(night.edges, run=RUN, fingerprint=FINGERPRINT)

    assert asked_with_approval(night, task_of(night, registered)).decision == SWAP


@pytest.mark.parametrize(
    ("of_recipe", "of_stage", "found"),
    [
        (False, False, None),
        (False, True, Approval()),
        (True, False, Approval()),
        (Approval(5, "approve"), True, Approval(5, "approve")),
    ],
)
def test_recipe_or_stage_can_ask_for_approval(of_recipe: Any, of_stage: bool, found: Approval | None) -> None:
    recipe = replace(recipes.load(MODEL), approve=of_recipe)

    assert recipes.wanted_approval(recipe, of_stage) == found
