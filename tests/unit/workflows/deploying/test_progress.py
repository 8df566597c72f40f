"""Waiting: often at first, then less, and never for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.progress import Patience, refusals


def test_answer_that_is_there_costs_no_wait() -> None:
    pauses: list[float] = []

    assert Patience(sleep=pauses.append).wait(lambda: "", until="it is there") == ""
    assert pauses == []


def test_pauses_grow_to_the_longest() -> None:
    pauses: list[float] = []
    answers = iter([None] * 20 + ["done"])

    patience = Patience(sleep=pauses.append, clock=lambda: 0.0, first_pause_seconds=0.1, longest_pause_seconds=1.0)
    patience.wait(lambda: next(answers), until="it is there")

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.1, 1.0)


def test_deadline_names_what_did_not_come() -> None:
    moments = iter(range(100))

    with pytest.raises(DeploymentFailed, match="waited 5 s in vain until the moon is full"):
        Patience(deadline_seconds=5, sleep=lambda _: None, clock=lambda: float(next(moments))).wait(
            lambda: None, until="the moon is full"
        )


def test_refusal_of_aws_keeps_its_words_and_its_cause() -> None:
    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "DeleteStack")

    with pytest.raises(DeploymentFailed, match="deleting: AccessDenied: not you") as raised, refusals("deleting"):
        raise refusal

    assert raised.value.__cause__ is refusal


def refusing(code: str, *, times: int) -> Callable[[], str]:
    """An act that is refused so many times, and done then."""
    left = iter([True] * times)

    def act() -> str:
        if next(left, False):
            raise ClientError({"Error": {"Code": code, "Message": "not yet"}}, "Act")
        return "done"

    return act


def is_early(refusal: ClientError) -> bool:
    return refusal.response["Error"]["Code"] == "Early"


def test_act_that_is_refused_too_early_is_tried_again_with_growing_pauses() -> None:
    pauses: list[float] = []
    patience = Patience(sleep=pauses.append, clock=lambda: 0.0, first_pause_seconds=1)

    assert patience.insist(refusing("Early", times=4), while_refused=is_early) == "done"
    assert pauses == [1, 1.5, 2.25, 3]


def test_other_refusal_is_not_tried_again() -> None:
    with pytest.raises(ClientError, match="Other"):
        Patience(sleep=lambda _: pytest.fail("it waits")).insist(refusing("Other", times=1), while_refused=is_early)


def test_act_that_stays_refused_ends_with_the_refusal() -> None:
    moments = iter(range(100))
    patience = Patience(deadline_seconds=5, sleep=lambda _: None, clock=lambda: float(next(moments)))

    with pytest.raises(ClientError, match="Early"):
        patience.insist(refusing("Early", times=1000), while_refused=is_early)
