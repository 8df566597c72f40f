"""SSM as the authorizer speaks to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.token_parameter import TokenParameter
from tests.contract.aws.conftest import Scripted

NAME = "/nightswap/prod/tokens"


@pytest.fixture
def ssm(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("ssm")


@pytest.fixture
def parameter(ssm: Scripted) -> TokenParameter:
    return TokenParameter(ssm.client, stage="prod")


def test_value_is_read(parameter: TokenParameter, ssm: Scripted) -> None:
    ssm.answers("get_parameter", {"Parameter": {"Name": NAME, "Value": '{"tokens": []}'}}, Name=NAME)

    assert parameter.read() == '{"tokens": []}'


def test_parameter_of_a_stage_without_stacks_is_none(parameter: TokenParameter, ssm: Scripted) -> None:
    ssm.refuses("get_parameter", "ParameterNotFound")

    assert parameter.read() is None


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalServerError"])
def test_trouble_is_never_taken_for_an_empty_list_of_tokens(
    parameter: TokenParameter, ssm: Scripted, code: str
) -> None:
    """API Gateway answers 500 for an authorizer that raises; a denial would be kept for its whole time to live."""
    ssm.refuses("get_parameter", code)

    with pytest.raises(ClientError, match=code):
        parameter.read()


def test_value_is_written_over_the_one_that_the_stack_made(parameter: TokenParameter, ssm: Scripted) -> None:
    ssm.answers("put_parameter", {"Version": 2}, Name=NAME, Value="{}", Overwrite=True)

    parameter.write("{}")
