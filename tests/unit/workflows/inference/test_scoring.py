from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import BadRequest, BodyTooLarge, Busy
from chalicelib.limits import INFERENCE_ROWS
from lambdas.serve.handler import Service
from tests.given.inference import GOOD, service
from workflows.inference import scoring

SERVICE = service(outside="clip")
GONE = {name: value for name, value in GOOD.items() if name != "age"}


class NarrowService(Service):
    """Takes three instances at a time, as one of many classes does."""

    instances_max = 3


NARROW = NarrowService(**{name: getattr(SERVICE, name) for name in Service.FIELDS})


def alone(instance: dict[str, Any]) -> dict[str, Any]:
    body: Any = SERVICE.answer({"instances": [instance]})["body"]
    return dict(body["predictions"][0])


@pytest.mark.parametrize("asked", [SERVICE, NARROW])
@pytest.mark.parametrize("count", [1, 4, 1_000, 1_001, 2_500])
def test_many_rows_are_answered_as_each_alone_and_in_their_order(asked: Service, count: int) -> None:
    instances = [GOOD | {"size": number} for number in range(count)]

    status, body = scoring.score(asked, {"instances": instances})

    assert (status, body["model"], body["model_version"]) == (200, "flows", 7)
    assert body.keys() == {"model", "model_version", "predictions"}
    assert [body["predictions"][at] for at in (0, count // 2, count - 1)] == [
        alone(instances[at]) for at in (0, count // 2, count - 1)
    ]
    assert len(body["predictions"]) == count


def test_what_is_asked_beside_the_instances_is_asked_for_all() -> None:
    _, body = scoring.score(SERVICE, {"instances": [GOOD] * 1_001, "why": 1})

    assert all("why" in each for each in body["predictions"])


@pytest.mark.parametrize("asked", [SERVICE, NARROW])
@pytest.mark.parametrize("place", [0, 2, 3, 999, 1_000, 1_777])
def test_bad_row_is_named_by_its_place_in_the_request(asked: Service, place: int) -> None:
    instances: list[Any] = [GOOD] * 2_000
    instances[place] = GOOD | {"size": "large"}

    status, body = scoring.score(asked, {"instances": instances})

    assert (status, body["Instance"]) == (400, place)
    assert body["Message"].startswith(f"instance {place}: size is 'large'")


def test_warnings_count_all_rows_and_place_them_in_the_request() -> None:
    instances = [GOOD] * 1_000 + [GONE, GOOD, GONE] + [GOOD] * 997 + [GONE, GOOD | {"size": -1}]

    _, body = scoring.score(SERVICE, {"instances": instances})

    missing, clipped = body["warnings"]
    assert (missing["Field"], missing["Count"], missing["Instances"]) == ("age", 3, [1_000, 1_002])
    assert (clipped["Field"], clipped["Count"], clipped["Instances"]) == ("size", 1, [2_001])


def test_no_rows_and_no_list_are_refused_by_the_service() -> None:
    assert scoring.score(SERVICE, {"instances": []})[1]["Code"] == "InstancesEmpty"
    assert scoring.score(SERVICE, {"instances": "all"})[1]["Code"] == "InstancesNotAList"


def test_service_that_takes_not_even_one_refuses() -> None:
    class NoService(NarrowService):
        instances_max = 0

    none = NoService(**{name: getattr(SERVICE, name) for name in Service.FIELDS})

    assert scoring.score(none, {"instances": [GOOD]})[1]["Code"] == "TooManyInstances"


def test_too_many_rows_are_refused_before_any_is_scored() -> None:
    with pytest.raises(BodyTooLarge, match="100,001 rows"):
        scoring.score(SERVICE, {"instances": [None] * (INFERENCE_ROWS + 1)})


def each(asked: Service, instances: list[Any], **beside: Any) -> tuple[int, Any]:
    status, body = scoring.score_each(asked, {"instances": instances, **beside})
    return status, body.get("predictions", body)


@pytest.mark.parametrize("asked", [SERVICE, NARROW])
@pytest.mark.parametrize("bad", [{0}, {2, 3, 4}, {999, 1_000, 1_776}, set(range(0, 2_000, 7)), set(range(2_000))])
def test_each_bad_row_is_told_in_its_place_and_all_others_are_answered(asked: Service, bad: set[int]) -> None:
    instances: list[Any] = [GOOD | {"size": "large" if at in bad else at} for at in range(2_000)]

    status, lines = each(asked, instances)

    assert (status, len(lines)) == (200, 2_000)
    assert {at for at, line in enumerate(lines) if "Code" in line} == bad
    assert all(lines[at] == alone(instances[at]) for at in (1, 5, 1_001, 1_999) if at not in bad)
    told = lines[min(bad)]
    assert (told["Code"], told["Field"]) == ("FeatureNotANumber", "size")
    assert told["Message"].startswith("size is 'large', not a number")
    assert "Instance" not in told


@pytest.mark.parametrize("asked", [SERVICE, NARROW])
def test_warnings_count_the_rows_that_are_answered_one_by_one(asked: Service) -> None:
    instances: list[Any] = [GOOD, GONE, GOOD | {"size": "large"}, *[GONE] * 1_500, GOOD | {"size": -1}]

    _, body = scoring.score_each(asked, {"instances": instances})

    assert {each["Field"]: each["Count"] for each in body["warnings"]} == {"age": 1_501, "size": 1}


def test_row_that_could_not_be_read_is_told_in_its_place() -> None:
    unread = BadRequest("the body is not JSON", accepted="an object")

    status, lines = each(SERVICE, [GOOD, unread, GOOD])

    assert status == 200
    told = {"Code": "BadRequest", "Message": "the body is not JSON", "Accepted": "an object"}
    assert lines == [alone(GOOD), told, alone(GOOD)]


@pytest.mark.parametrize("instances", [[], {"size": 1}])
def test_what_is_no_list_of_rows_is_refused_as_a_whole(instances: Any) -> None:
    assert scoring.score_each(SERVICE, {"instances": instances}) == scoring.score(SERVICE, {"instances": instances})


def test_question_that_there_is_not_refuses_all_rows() -> None:
    status, body = scoring.score_each(SERVICE, {"instances": [GOOD, GOOD], "why": "all"})

    assert (status, body["Code"]) == (400, "WhyMalformed")


def test_too_many_rows_are_refused_as_a_whole() -> None:
    with pytest.raises(BodyTooLarge):
        scoring.score_each(SERVICE, {"instances": [GOOD] * (INFERENCE_ROWS + 1)})


def test_rows_are_scored_one_by_one_no_further_once_nobody_waits() -> None:
    with pytest.raises(Busy):
        scoring.score_each(SERVICE, {"instances": [GOOD]}, goes_on=lambda: False)
