"""The life of a model in each format, and of an imported one, in calm weather: what no format may change."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import NOTHING_NEW, PROMOTED
from chalicelib.explain.explanation import explain
from chalicelib.explain.facts import gather
from chalicelib.interventions.move_decisions import PROMOTE, ROLLBACK
from tests.simulation import acts, hands, scenarios, scorers, serving, triggers
from tests.simulation.acts import NIGHT, RUN
from tests.simulation.invariants import ALWAYS, SETTLED, check
from tests.simulation.readings import outcomes, registered
from tests.simulation.serving import ONNX, SOUND, TREES
from tests.simulation.stories import BROUGHT, CANARY
from tests.simulation.world import MODEL, Weather, World

IMPORTED = "imported"
A_DAY_AND_MORE = 25 * 3600
"""After which a version that was live may be pruned."""


@pytest.mark.parametrize("kind", [SOUND, TREES, ONNX, IMPORTED])
def test_model_of_any_format_is_explained_known_again_rolled_back_promoted_pruned_and_restored(kind: str) -> None:
    world = World(f"the life of {kind}", weather=Weather(rollout=CANARY))
    scenarios.past_night(world, 0, quality=1)
    acts.layers_of_graphs(world)
    world.settle()
    run = goes_live(world, kind)

    lines = explained(world, run)
    version = registered(world)[2]
    assert version["format"] == serving.FORMATS.get(ONNX if kind == IMPORTED else kind, serving.FORMAT)
    assert f"Run {run} promoted its model: it went live." in lines
    assert ("imported from lab.onnx" in lines) is (kind == IMPORTED)
    assert "and answered as it was judged." in lines
    assert "After step 2 (50 %) of the canary" in lines
    assert asked(world)["format"] == version["format"]
    tells_why(world, version=2, form=version["format"])

    assert comes_again(world, kind, days=1) == NOTHING_NEW

    by_hand(world, ROLLBACK, None)
    assert world.store.find(layout.quarantined(MODEL, version["fingerprint"]))
    assert asked(world)["model_version"] == 1
    tells_why(world, version=1, form=serving.FORMAT)
    assert comes_again(world, kind, days=2) == NOTHING_NEW

    by_hand(world, PROMOTE, 2)
    triggers.prune(world, delay_seconds=0)
    hands.lose_alias(world)
    world.settle()
    hands.restore(world)
    world.settle()
    assert (asked(world)["model_version"], asked(world)["format"]) == (2, version["format"])
    tells_why(world, version=2, form=version["format"])

    assert is_kept(world, 2)
    for days in (3, 4):
        assert better_one(world, days=days) == PROMOTED
    triggers.prune(world, delay_seconds=A_DAY_AND_MORE)
    world.settle()
    assert [version for version in (1, 2, 3, 4) if is_kept(world, version)] == [3, 4]
    check(world, ALWAYS)
    check(world, SETTLED)


def goes_live(world: World, kind: str) -> str:
    """By its replay and its canary; returns its run."""
    triggers.predict(world, times=150, every_seconds=2)
    if kind == IMPORTED:
        acts.bring(world)
    else:
        world.add_data("night-2.csv", quality=5, word=kind)
        acts.night(world)
    world.settle()
    run = BROUGHT if kind == IMPORTED else RUN
    assert outcomes(world)[run] == PROMOTED
    return run


def comes_again(world: World, kind: str, *, days: int) -> str:
    """The same, as another request or on another night; returns how its run ends."""
    if kind == IMPORTED:
        key = f"{acts.IMPORT}-{days}"
        triggers.bring(world, key, key=key, quality=5, word=ONNX, delay_seconds=0)
        run = triggers.run_of_key(key)
    else:
        event_time = NIGHT + timedelta(days=days)
        triggers.nightly(world, event_time=event_time, delay_seconds=0)
        run = f"{MODEL}-nightly-{event_time:%Y%m%dT%H%MZ}"
    world.settle()
    return outcomes(world)[run]


def better_one(world: World, *, days: int) -> str:
    """A night with more data, which makes a better model; returns how its run ends."""
    world.add_data(f"night-{days}.csv", quality=5 + days, word=SOUND)
    triggers.predict(world, times=150, every_seconds=2)
    event_time = NIGHT + timedelta(days=days)
    triggers.nightly(world, event_time=event_time, delay_seconds=0)
    world.settle()
    return outcomes(world)[f"{MODEL}-nightly-{event_time:%Y%m%dT%H%MZ}"]


def is_kept(world: World, model_version: int) -> bool:
    """Whether a function version that holds its code is there."""
    code = registered(world)[model_version]["code_sha256"]
    return any(each.code_sha256 == code for each in world.functions.versions(MODEL))


def by_hand(world: World, action: str, model_version: int | None) -> None:
    lifts = action == PROMOTE
    acts.by_hand(action, model_version=model_version, lift_quarantine=lifts, name=f"operation-{action}")(world)
    world.settle()


def explained(world: World, run: str) -> str:
    told: list[str] = []
    world.scheduler.spawn("explain", lambda: told.extend(explain(gather(world.edges, run=run))))
    world.settle()
    return "\n".join(told)


def asked(world: World, **beside: list[str]) -> dict[str, Any]:
    event = {"query": {"x": ["1"], **beside}}
    answer = world.functions.invoke(MODEL, json.dumps(event).encode(), qualifier="live")
    body: dict[str, Any] = json.loads(answer.payload)["body"]
    return body


def tells_why(world: World, *, version: int, form: str) -> None:
    """What the columns of the version that serves add, in its answer, adds up to its own lead."""
    told = asked(world, why=["1"])
    (said,) = asked(world)["predictions"]
    (answer,) = told["predictions"]
    why = answer["why"]
    assert (told["model_version"], answer["label"], why["against"]) == (version, "normal", "attack")
    assert answer["probabilities"] == pytest.approx(said["probabilities"], abs=1e-12)
    assert [each["column"] for each in why["columns"]] == ["x"]
    parts = [why["constant"], why["others"], *(each["adds"] for each in why["columns"])]
    assert math.fsum(parts) == pytest.approx(why["lead"], abs=1e-12)
    share = said["probability"]
    if form == serving.FORMATS[ONNX]:  # where x is typical, the other class leads by as much
        assert [why["lead"], why["constant"]] == pytest.approx([2 * share - 1, 1 - 2 * share], abs=1e-12)
        return
    assert why["lead"] == pytest.approx(math.log(share / (1 - share)), abs=1e-12)
    assert why["columns"][0]["adds"] == pytest.approx((1 - scorers.OF_THE_CONSTANT) * why["lead"], abs=1e-12)
