"""The serving functions in memory answer as Lambda does."""

from __future__ import annotations

from random import Random

import pytest

from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import FunctionBusy, ModelUnknown
from tests.fakes.clock import FakeClock
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.history import History
from tests.fakes.serving_function import Delays, code_sha256

MODEL = "kdd99-http"


def published(*packages: bytes) -> InMemoryFunctions:
    functions = InMemoryFunctions(MODEL)
    for package in packages:
        functions.publish(MODEL, package)
    return functions


def test_publishing_makes_numbered_versions_that_take_the_configuration_along() -> None:
    functions = published(b"one")

    functions.configure(MODEL, MemorySize=512)
    functions.publish(MODEL, b"two")

    first, second = functions.versions(MODEL)
    assert (first.function_version, first.code_sha256) == ("1", code_sha256(b"one"))
    assert (second.function_version, second.state) == ("2", "Active")
    assert (first.configuration["MemorySize"], second.configuration["MemorySize"]) == (256, 512)
    assert functions.configuration(MODEL) == second.configuration


def test_publishing_what_is_published_makes_a_version_on_the_local_aws_only() -> None:
    functions = published(b"one", b"one")
    local = InMemoryFunctions(MODEL, republishes=True)
    for _ in range(2):
        local.publish(MODEL, b"one")

    assert [len(each.versions(MODEL)) for each in (functions, local)] == [1, 2]


def test_every_move_of_the_alias_changes_its_revision() -> None:
    functions = published(b"one", b"two")

    first = functions.create_alias(MODEL, function_version="1", description="first")
    second = functions.update_alias(
        MODEL, function_version="1", weights={"2": 0.1}, description="first", revision_id=first.revision_id
    )

    assert functions.alias(MODEL) == second
    assert first.revision_id != second.revision_id
    with pytest.raises(AliasMoved):
        functions.update_alias(
            MODEL, function_version="2", weights={}, description="late", revision_id=first.revision_id
        )
    with pytest.raises(AliasMoved):
        functions.create_alias(MODEL, function_version="2", description="late")


@pytest.mark.parametrize(
    ("function_version", "weights", "description"),
    [
        ("1", {"2": 1.5}, ""),
        ("1", {"2": 0.0}, ""),
        ("1", {"1": 0.5}, ""),
        ("1", {"2": 0.5, "3": 0.1}, ""),
        ("1", {"3": 0.5}, ""),
        ("1", {}, "x" * 257),
    ],
)
def test_lambda_refuses_an_alias_that_cannot_be(
    function_version: str, weights: dict[str, float], description: str
) -> None:
    functions = published(b"one", b"two")
    functions.configure(MODEL, Role="another")
    functions.publish(MODEL, b"three")
    alias = functions.create_alias(MODEL, function_version="1", description="")

    with pytest.raises(ValueError, match=r"weights|characters|one role"):
        functions.update_alias(
            MODEL,
            function_version=function_version,
            weights=weights,
            description=description,
            revision_id=alias.revision_id,
        )


def test_what_does_not_exist_is_unknown() -> None:
    functions = published(b"one")

    assert functions.version(MODEL, "2") is None
    assert functions.version(MODEL, "$LATEST") is None
    assert functions.alias("another") is None
    for attempt in (
        lambda: functions.create_alias(MODEL, function_version="99", description=""),
        lambda: functions.invoke(MODEL, b"", qualifier="live"),
        lambda: functions.invoke(MODEL, b"", qualifier="99"),
        lambda: functions.publish("another", b""),
    ):
        with pytest.raises(ModelUnknown):
            attempt()
    with pytest.raises(AliasMoved, match="gone"):
        functions.update_alias(MODEL, function_version="1", weights={}, description="", revision_id="r")


def test_an_update_in_progress_refuses_the_next_and_a_new_version_is_pending() -> None:
    clock = FakeClock()
    functions = InMemoryFunctions(MODEL, clock=clock, delays=Delays(update=5, activation=3))

    assert functions.publish(MODEL, b"one").state == "Pending"

    with pytest.raises(FunctionBusy):
        functions.publish(MODEL, b"two")
    with pytest.raises(FunctionBusy):
        functions.invoke(MODEL, b"", qualifier="1")
    clock.sleep(3)
    assert functions.busy(MODEL)
    assert functions.versions(MODEL)[0].state == "Active"
    clock.sleep(2)
    assert functions.publish(MODEL, b"two").function_version == "2"


def test_an_invocation_runs_the_package_behind_the_alias() -> None:
    functions = InMemoryFunctions(MODEL, handler=lambda package, payload: package + payload)
    functions.publish(MODEL, b"one")
    functions.create_alias(MODEL, function_version="1", description="")

    answer = functions.invoke(MODEL, b"-asked", qualifier="live")

    assert (answer.payload, answer.executed_version, answer.function_error) == (b"one-asked", "1", None)


def test_an_exception_of_the_handler_is_a_function_error() -> None:
    def fails(package: bytes, payload: bytes) -> bytes:
        raise ZeroDivisionError("by zero")

    functions = InMemoryFunctions(MODEL, handler=fails)
    functions.publish(MODEL, b"one")

    answer = functions.invoke(MODEL, b"", qualifier="1")

    assert answer.function_error == "Unhandled"
    assert b"ZeroDivisionError" in answer.payload


def test_weights_share_the_traffic() -> None:
    functions = published(b"one", b"two")
    alias = functions.create_alias(MODEL, function_version="1", description="")
    functions.update_alias(
        MODEL, function_version="1", weights={"2": 0.25}, description="", revision_id=alias.revision_id
    )

    reached = [functions.invoke(MODEL, b"", qualifier="live").executed_version for _ in range(400)]

    assert 60 < reached.count("2") < 140


def test_invocations_follow_a_moved_alias_late_but_reads_at_once() -> None:
    clock = FakeClock()
    functions = InMemoryFunctions(MODEL, clock=clock, random=Random(1), delays=Delays(propagation=10))
    for package in (b"one", b"two"):
        functions.publish(MODEL, package)
    alias = functions.create_alias(MODEL, function_version="1", description="")
    clock.sleep(60)

    functions.update_alias(MODEL, function_version="2", weights={}, description="", revision_id=alias.revision_id)

    moved = functions.alias(MODEL)
    assert moved is not None and moved.function_version == "2"
    assert {functions.invoke(MODEL, b"", qualifier="live").executed_version for _ in range(20)} == {"1", "2"}
    clock.sleep(10)
    assert {functions.invoke(MODEL, b"", qualifier="live").executed_version for _ in range(20)} == {"2"}


def test_an_alias_that_was_deleted_is_gone() -> None:
    functions = published(b"one")
    functions.create_alias(MODEL, function_version="1", description="")

    functions.delete_alias(MODEL)

    assert functions.alias(MODEL) is None


def test_a_version_is_deleted_unless_the_alias_points_to_it_and_its_number_is_not_used_again() -> None:
    history = History(clock=FakeClock())
    functions = InMemoryFunctions(MODEL, history=history)
    for package in (b"one", b"two", b"three"):
        functions.publish(MODEL, package)
    alias = functions.create_alias(MODEL, function_version="1", description="")
    functions.update_alias(
        MODEL, function_version="1", weights={"2": 0.5}, description="", revision_id=alias.revision_id
    )

    deleted = [functions.delete_version(MODEL, number) for number in ("1", "2", "3", "3", "99")]

    assert deleted == [False, False, True, True, True]
    assert functions.delete_version("another", "1")
    assert [each.facts["function_version"] for each in history.of("delete_version")] == ["3"]
    assert functions.version(MODEL, "3") is None
    assert functions.publish(MODEL, b"three").function_version == "4"
    assert [(each.function_version, each.size_bytes) for each in functions.versions(MODEL)] == [
        ("1", 3),
        ("2", 3),
        ("4", 5),
    ]


def test_deleting_what_is_no_version_would_be_the_whole_function_on_aws() -> None:
    with pytest.raises(ValueError, match=r"LATEST"):
        published(b"one").delete_version(MODEL, "$LATEST")
