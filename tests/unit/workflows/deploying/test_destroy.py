"""What is to be removed; tests/deploy shows on the local AWS that it is, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from tests.unit.workflows.deploying.fake_account import holding_bucket_and_role
from workflows.deploying.destroy import Destruction

ROOT = Path(__file__).parents[4]


def destruction(stage: str = "prod", /, *, keep_data: bool = False) -> Destruction:
    names = Names(stage=stage, account="123456789012", region="eu-west-1")
    session: Any = holding_bucket_and_role(names)
    return Destruction(
        names=names, session=session, root=ROOT, environ={}, report=lambda _step: None, keep_data=keep_data
    )


def test_everything_goes() -> None:
    assert [each.kind for each in destruction().left()] == ["bucket", "role"]


def test_data_stays_where_it_is_to_be_kept() -> None:
    assert [each.kind for each in destruction(keep_data=True).left()] == ["role"]


def test_stage_that_is_not_configured_is_refused() -> None:
    destruction().check_stage()

    with pytest.raises(DeploymentFailed, match="there is no stage 'test'"):
        destruction("test").check_stage()
