from __future__ import annotations

import pytest

from chalicelib.edges.hosting import failures


@pytest.mark.parametrize(
    ("cause", "means"),
    [
        ('Cannot create already existing endpoint "arn:aws:..."', "its name is taken"),
        ("The account-level service limit 'ml.m5.large for endpoint usage' is 0", "the account's limit"),
        ("Rate exceeded", "AWS was asked too often"),
        ("User is not authorized to perform: sagemaker:CreateEndpoint", "the state machine may not make it"),
        ("Unable to provision requested ML compute capacity", "AWS has no such instance now"),
        ("did not pass the ping health check", "its container answered no /ping"),
        ("Requested image not found", "its image cannot be pulled"),
        ("something else", "AWS says 'something else'"),
    ],
)
def test_words_of_the_service_say_what_to_do(cause: str, means: str) -> None:
    error, reason = failures.in_words({"Error": "SageMaker.AmazonSageMakerException", "Cause": cause})

    assert error == "EndpointFailed"
    assert reason.startswith(f"the version got no endpoint: {means}")


def test_container_that_lacks_a_library_is_looked_for_in_its_log() -> None:
    cause = "The primary container for production variant all did not pass the ping health check."

    _, reason = failures.in_words({"Error": "EndpointFailed", "Cause": cause})

    assert reason.endswith("Its log in /aws/sagemaker/Endpoints says why, such as a library that its image lacks")


@pytest.mark.parametrize(
    ("error", "may_be"),
    [
        ("EndpointFailed", True),
        ("SageMaker.SageMakerException", True),
        ("ApplicationAutoScaling.ValidationException", True),
        ("CloudWatch.LimitExceededException", True),
        ("States.Timeout", False),
        ("DatasetEmpty", False),
    ],
)
def test_errors_of_others_are_left_to_them(error: str, may_be: bool) -> None:
    assert failures.may_be(error) is may_be
