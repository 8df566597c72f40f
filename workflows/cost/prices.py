"""Reads AWS's list prices, in US dollars, from `prices.json`: what each unit is, its source, its price.

Taxes, discounts and free tiers are left out. `nightswap cost --refresh` asks AWS's price list again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from chalicelib.errors import CommandFailed

FILE = Path(__file__).with_name("prices.json")
HOME = "us-east-1"
EC2, ENDPOINT = "BoxUsage:", "Host:"
"""How the usage type of an hour begins: of an EC2 instance, and of an instance of a SageMaker endpoint."""
GB_SECOND = {"x86_64": "gb_second_x86_64", "arm64": "gb_second_arm64"}
"""The unit of a Lambda function's memory, by its architecture. Loading the code is billed as running it."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One thing that AWS bills. `usagetype` is its name on a bill, without the region that stands before it."""

    of: str
    service: str
    usagetype: str
    source: str
    operation: str = ""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """US dollars for one of each unit, in one region. A standard SSM parameter, a rule of EventBridge and an event of
    AWS's own services cost nothing."""

    region: str
    as_of: date
    usd: Mapping[str, float]

    def servers(self, kind: str) -> Mapping[str, float]:
        """US dollars an hour by instance type, EC2's or an ENDPOINT's, the cheapest first."""
        hours = {name: self.usd[name] for name, unit in units().items() if unit.usagetype.startswith(kind)}
        return dict(sorted(hours.items(), key=lambda each: each[1]))


@cache
def units() -> Mapping[str, Unit]:
    """By name."""
    return MappingProxyType({name: Unit(**each) for name, each in _document()["units"].items()})


def prices(region: str = HOME, *, file: Path = FILE) -> Prices:
    """Raises CommandFailed for a region whose prices are not in the file."""
    regions = json.loads(file.read_text("utf-8"))["regions"]
    if region not in regions:
        raise CommandFailed(
            f"the prices of region {region!r:.40} are not known here, those of {', '.join(regions)} are; "
            f"to ask AWS for them: nightswap cost --refresh --region REGION"
        )
    found = regions[region]
    return Prices(region=region, as_of=date.fromisoformat(found["as_of"]), usd=MappingProxyType(dict(found["usd"])))


def _document() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return json.loads(FILE.read_text("utf-8"))  # type: ignore[no-any-return]


US_EAST_1 = prices()
