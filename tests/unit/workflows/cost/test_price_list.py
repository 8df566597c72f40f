"""AWS's price list, as botocore's model and its documentation have it: no answer of AWS was recorded here."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from chalicelib.errors import CommandFailed
from workflows.cost.price_list import AT, in_lines, refresh
from workflows.cost.prices import FILE, US_EAST_1, prices, units

if TYPE_CHECKING:
    from types_boto3_pricing import PricingClient

TODAY = date(2026, 12, 24)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(FILE, tmp_path))


@pytest.fixture
def client() -> PricingClient:
    return boto3.client("pricing", region_name=AT, aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def stubbed(client: PricingClient) -> Stubber:
    return Stubber(client)


def product(usagetype: str, *steps: tuple[str, str]) -> str:
    """Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-price-list-files.html"""
    dimensions = {
        f"SKU.TERM.{number}": {"beginRange": begin, "pricePerUnit": {"USD": usd}}
        for number, (begin, usd) in enumerate(steps)
    }
    return json.dumps(
        {
            "product": {"attributes": {"usagetype": usagetype}},
            "terms": {"OnDemand": {"SKU.TERM": {"priceDimensions": dimensions}}},
        }
    )


def answer(stubbed: Stubber, **other: list[str]) -> None:
    """As if all cost a dollar in Frankfurt, but what is given by the unit's name."""
    for name, unit in units().items():
        listed = other.get(name.replace(".", "_"), [product(f"EUC1-{unit.usagetype}", ("0", "1.0"))])
        asked: dict[str, Any] = {"ServiceCode": unit.service, "Filters": ANY}
        stubbed.add_response("get_products", {"PriceList": listed}, asked)


def test_every_price_of_a_region_is_asked_and_written_with_its_date(
    client: PricingClient, stubbed: Stubber, file: Path
) -> None:
    answer(stubbed)

    with stubbed:
        changed = refresh(client, "eu-central-1", today=TODAY, file=file)

    found = prices("eu-central-1", file=file)
    assert (found.as_of, set(found.usd.values())) == (TODAY, {1.0})
    assert changed == dict.fromkeys(units(), (0.0, 1.0))
    assert prices(file=file) == US_EAST_1
    stubbed.assert_no_pending_responses()


def test_price_of_the_first_units_that_are_paid_counts_and_the_same_price_twice_is_one(
    client: PricingClient, stubbed: Stubber, file: Path
) -> None:
    answer(
        stubbed,
        lambda_request=[product("EUC1-Request", ("1000000", "0.5"), ("0", "0.0"), ("5000000", "0.25"))] * 2,
        gb_second_x86_64=[
            product("EUC1-Lambda-GB-Second", ("0", "3.0")),
            product("EUC1-Lambda-GB-Second-ARM", ("0", "2.0")),
            product("EUC1-Edge-Lambda-GB-Second", ("0", "4.0")),
        ],
    )

    with stubbed:
        refresh(client, "eu-central-1", today=TODAY, file=file)

    found = prices("eu-central-1", file=file).usd
    assert (found["lambda_request"], found["gb_second_x86_64"]) == (0.5, 3.0)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([], "no price of Request"),
        ([product("EUC1-Other-Request", ("0", "1.0"))], "no price of Request"),
        ([product("EUC1-Request", ("0", "0.0"))], "no price of Request"),
        ([product("EUC1-Request", ("0", "1.0")), product("EU-Request", ("0", "2.0"))], "2 prices of Request"),
    ],
)
def test_unit_without_one_price_is_told_and_nothing_is_written(
    client: PricingClient, stubbed: Stubber, file: Path, listed: list[str], said: str
) -> None:
    answer(stubbed, lambda_request=listed)

    with stubbed, pytest.raises(CommandFailed, match=f"{said} in 'eu-central-1': nothing is written"):
        refresh(client, "eu-central-1", today=TODAY, file=file)

    assert file.read_bytes() == FILE.read_bytes()


def test_file_is_written_as_it_is_committed() -> None:
    text = FILE.read_text("utf-8")

    assert re.sub(r"\s", "", in_lines(json.loads(text))) == re.sub(r"\s", "", text)
    assert in_lines(json.loads(text)) == text
