"""The app as Chalice would deploy it, held against the app that is there, without AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from workflows.packaging.archive import pack
from workflows.planning.app import AppPart, app_parts, code_values, wanted_app
from workflows.planning.live_app import LiveApp

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")


class Refusing:
    """Every operation of every service is refused with this."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, _service: str) -> Refusing:
        return self

    def __getattr__(self, _operation: str) -> Any:
        def refuse(**_given: str) -> Any:
            raise self._error

        return refuse


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "AnyOperation")


def test_part_that_is_not_there_is_created_one_that_is_the_same_is_not_changed() -> None:
    same: dict[str, Any] = {"rest_api": {"GET /": "NONE"}}
    wanted = {"api_handler": {"Timeout": 28}, "nightly": {"Timeout": 28}, **same}

    found = app_parts(wanted, {"nightly": {"Timeout": 20}, **same})

    assert found == (
        AppPart(name="api_handler", type="lambda_function", action="create"),
        AppPart(name="nightly", type="lambda_function", action="update", details=("Timeout: 20 -> 28",)),
        AppPart(name="rest_api", type="rest_api", action="unchanged"),
    )


def test_value_that_comes_or_goes_is_a_difference() -> None:
    ((part),) = app_parts({"nightly": {"tag b": "2"}}, {"nightly": {"tag a": "1"}})

    assert part.details == ('tag a: "1" -> none', 'tag b: none -> "2"')


def test_code_is_compared_by_its_files_and_not_by_what_python_compiled() -> None:
    before = pack({"app.py": b"1", "__pycache__/app.cpython-311.pyc": b"x"}).body

    assert code_values(before) == code_values(pack({"app.py": b"1"}).body)
    assert code_values(before) != code_values(pack({"app.py": b"2"}).body)


def test_app_that_chalice_cannot_package_is_told_in_its_words() -> None:
    def failing(_folder: Path) -> str:
        return "SyntaxError: app.py, line 3"

    with pytest.raises(DeploymentFailed, match=r"chalice package --stage prod failed: SyntaxError: app.py, line 3"):
        wanted_app(failing, names=NAMES, models=[], settings=StageSettings(), logs_requests=True)


def test_stage_without_an_app_has_no_parts_and_no_policies() -> None:
    live = LiveApp(names=NAMES, clients=Refusing(refusal("ResourceNotFoundException")))

    assert live.parts(["api_handler", "nightly"], ()) == {}
    assert live.policies(["a-role"]) == {"a-role": []}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal("AccessDeniedException"), "function nightswap-prod-nightly: AccessDeniedException: no"),
        (
            EndpointConnectionError(endpoint_url="https://x"),
            "nightswap-prod-nightly: Could not connect",
        ),
    ],
)
def test_what_may_not_be_looked_at_is_not_taken_for_what_is_not_there(error: Exception, words: str) -> None:
    with pytest.raises(DeploymentFailed, match=words):
        LiveApp(names=NAMES, clients=Refusing(error)).parts(["nightly"], ())
