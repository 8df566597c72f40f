"""Each fault does to a caller what AWS does."""

from __future__ import annotations

from random import Random

import pytest

from chalicelib.errors import StoreUnavailable
from tests.fakes.clock import START, FakeClock
from tests.fakes.history import History
from tests.fakes.store import InMemoryStore
from tests.simulation.faults import EdgeCall, Fault, FaultAt, Outages, RandomFaults
from tests.simulation.scheduler import Killed, Scheduler

ENDS: dict[Fault, object] = {
    Fault.NONE: True,
    Fault.REFUSED: StoreUnavailable,
    Fault.STALLED: True,
    Fault.OUTLIVING: True,
    Fault.LOST: StoreUnavailable,
    Fault.REPEATED: False,
    Fault.KILLED_BEFORE: Killed,
    Fault.KILLED_AFTER: Killed,
}
"""What a put_if_absent to an empty bucket comes to."""


def put_once(fault: Fault) -> tuple[object, InMemoryStore, Scheduler, History]:
    clock = FakeClock()
    history = History(clock=clock)
    scheduler = Scheduler(random=Random(1), clock=clock)
    store = InMemoryStore(history=history)
    outages = Outages(scheduler=scheduler, plan=FaultAt("p", "put_if_absent", fault), history=history)
    edge = outages.around("store", store)
    ends: list[object] = []

    def body() -> None:
        try:
            ends.append(edge.put_if_absent("a", b"1"))
        except StoreUnavailable as error:
            ends.append(type(error))

    process = scheduler.spawn("p", body)
    scheduler.run()
    return (ends or [type(process.error)])[0], store, scheduler, history


@pytest.mark.parametrize("fault", Fault)
def test_the_caller_of_a_faulty_call_sees_what_aws_would_show(fault: Fault) -> None:
    end, store, _, history = put_once(fault)

    assert end == ENDS[fault]
    took_effect = fault not in (Fault.REFUSED, Fault.KILLED_BEFORE)
    assert (store.find("a") is not None) == took_effect
    assert any(effect.operation == f"fault:{fault.value}" for effect in history.effects) == (fault is not Fault.NONE)


def test_a_stalled_call_takes_its_time() -> None:
    _, _, scheduler, _ = put_once(Fault.STALLED)

    assert (scheduler.clock.now - START).total_seconds() > 1


def test_an_edges_attributes_are_its_own() -> None:
    scheduler = Scheduler(random=Random(1), clock=FakeClock())
    outages = Outages(scheduler=scheduler, plan=lambda call: Fault.NONE, history=History(clock=scheduler.clock))

    assert outages.around("store", InMemoryStore("a-bucket")).bucket == "a-bucket"


def test_a_planned_fault_hits_one_call_of_one_actor() -> None:
    plan = FaultAt("run-1/", "put", Fault.LOST, nth=2)
    calls = [
        EdgeCall(actor, "store", "put", "a", 1) for actor in ("run-1/A#1", "run-2/A#1", "run-1/B#1", "run-1/C#1")
    ]

    assert [plan(call) for call in calls] == [Fault.NONE, Fault.NONE, Fault.LOST, Fault.NONE]


def test_random_faults_come_as_often_as_they_should_and_end() -> None:
    plan = RandomFaults(random=Random(1), ratio=0.2, limit=30)
    call = EdgeCall("a", "store", "put", "a", 1)

    drawn = [plan(call) for _ in range(1000)]

    faults = [fault for fault in drawn if fault is not Fault.NONE]
    assert len(faults) == 30
    assert set(faults) == set(Fault) - {Fault.NONE, Fault.OUTLIVING}
    assert 10 <= sum(fault is not Fault.NONE for fault in drawn[:100]) <= 30
