"""A stage whose endpoints could not be as it wants them is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import SettingsInvalid
from workflows.packaging.needs import Needs
from workflows.stacks.hosting.endpoints import check_serverless
from workflows.stacks.settings import DEFAULTS

SERVERLESS = Needs(endpoints=("a",), serverless=("a",))


@pytest.mark.parametrize("setting", ["endpoint_network", "endpoint_key"])
def test_network_or_key_is_refused_beside_serverless_endpoints_alone(setting: str) -> None:
    told: Any = {setting: "subnet-0123abcd"}
    settings = replace(DEFAULTS, **told)

    check_serverless(DEFAULTS, SERVERLESS)
    check_serverless(settings, Needs(endpoints=("a",)))
    with pytest.raises(SettingsInvalid, match=f"take serverless out of it, or NIGHTSWAP_{setting.upper()}"):
        check_serverless(settings, SERVERLESS)
