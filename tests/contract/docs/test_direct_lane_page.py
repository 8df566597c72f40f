"""What docs/direct-lane.md says of its price and of its permissions is what the code says."""

from __future__ import annotations

import json

from chalicelib import names
from chalicelib.settings.stage import StageSettings
from lambdas.serve.seldom import direct
from tests.contract.docs import pages
from workflows.cost.bills import bill
from workflows.cost.estimates import API_SECONDS, predictions_usage
from workflows.cost.usage import Call, Usage, of_calls
from workflows.planning.app import app_memory_mb

PAGE = pages.PAGES["direct-lane.md"]
MILLION = 1_000_000


def test_what_it_saves_is_the_estimate_of_a_plan() -> None:
    settings = StageSettings()
    api_mb = app_memory_mb("prod", root=pages.ROOT)
    call = Call(memory_mb=api_mb, seconds=API_SECONDS)
    saved = of_calls([call], architecture=settings.architecture) + Usage({"rest_request": 1})
    whole = predictions_usage(
        MILLION,
        serving_memory_mb=settings.serving_memory_mb,
        api_memory_mb=api_mb,
        architecture=settings.architecture,
    )

    assert f"{bill(saved.times(MILLION)).total_usd:.2f} of {bill(whole).total_usd:.2f} US dollars" in PAGE


def test_the_policy_names_the_alias_of_a_serving_function() -> None:
    (policy,) = map(json.loads, pages.blocks(PAGE, "json"))

    function = f"{names.serving_function('prod', 'kdd99-http')}:{names.LIVE}"
    assert policy["Resource"].endswith(f":function:{function}")
    assert f"at most {direct.BODY_BYTES:,} bytes" in PAGE
