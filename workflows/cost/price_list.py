"""Asks AWS's price list for the prices of `prices.json` in one region, and writes them there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.errors import CommandFailed
from workflows.cost.prices import FILE, Unit, units

if TYPE_CHECKING:
    from types_boto3_pricing import PricingClient

AT = "us-east-1"
"""Where the price list answers for all regions.
Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html"""
OF_A_REGION = re.compile(r"[A-Z]{2,4}[0-9]?-")
"""What stands before a usage type on the bill of a region, such as EUC1-; in us-east-1 it is USE1- or nothing."""


def refresh(
    client: PricingClient, region: str, *, today: date, file: Path = FILE
) -> Mapping[str, tuple[float, float]]:
    """Write the region's prices, dated today; returns those that changed, before and after, 0 for one that is new.

    Raises CommandFailed, and writes nothing, where one unit has no price or several.
    """
    known = json.loads(file.read_text("utf-8"))
    before = known["regions"].get(region, {"usd": {}})["usd"]
    found = {name: _price(client, unit, region=region) for name, unit in units().items()}
    known["regions"][region] = {"as_of": today.isoformat(), "usd": found}
    file.write_text(in_lines(known), "utf-8")
    return {name: (before.get(name, 0.0), usd) for name, usd in found.items() if before.get(name) != usd}


def in_lines(document: Mapping[str, Any]) -> str:
    """JSON of a line for each unit and each price, so that a change is read as one line."""
    named = ",\n".join(f"    {json.dumps(name)}: {json.dumps(unit)}" for name, unit in document["units"].items())
    regions = ",\n".join(
        f"    {json.dumps(region)}: {{\n"
        f'      "as_of": {json.dumps(found["as_of"])},\n'
        '      "usd": {\n'
        + ",\n".join(f"        {json.dumps(name)}: {usd!r}" for name, usd in found["usd"].items())
        + "\n      }\n    }"
        for region, found in document["regions"].items()
    )
    return f'{{\n  "units": {{\n{named}\n  }},\n  "regions": {{\n{regions}\n  }}\n}}\n'


def _price(client: PricingClient, unit: Unit, *, region: str) -> float:
    asked = {"regionCode": region, **({"operation": unit.operation} if unit.operation else {})}
    filters: list[Any] = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in asked.items()]
    filters.append({"Type": "CONTAINS", "Field": "usagetype", "Value": unit.usagetype})
    pages = client.get_paginator("get_products").paginate(ServiceCode=unit.service, Filters=filters)
    products = (json.loads(each) for page in pages for each in page["PriceList"])
    of_it = [each for each in products if _is(each["product"]["attributes"]["usagetype"], unit.usagetype)]
    usd = {price for each in of_it for price in [_first_paid(each)] if price}
    if len(usd) != 1:
        said = "no price" if not usd else f"{len(usd)} prices"
        raise CommandFailed(f"AWS's price list has {said} of {unit.usagetype} in {region!r:.40}: nothing is written")
    return usd.pop()


def _is(usagetype: str, wanted: str) -> bool:
    return usagetype == wanted or (
        usagetype.endswith(wanted) and OF_A_REGION.fullmatch(usagetype.removesuffix(wanted)) is not None
    )


def _first_paid(product: Mapping[str, Any]) -> float:
    """Of the first units in a month that are not free; 0 where all are."""
    return next((usd for _, usd in sorted(_steps(product)) if usd), 0.0)


def _steps(product: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    for term in product["terms"].get("OnDemand", {}).values():
        for step in term["priceDimensions"].values():
            yield float(step["beginRange"]), float(step["pricePerUnit"].get("USD", 0))
