"""The committed prices: whose they are, how old they are, what is said where they lack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import CommandFailed
from workflows.cost.prices import EC2, ENDPOINT, HOME, US_EAST_1, prices, units


def test_prices_are_of_the_last_year() -> None:
    """If this fails: nightswap cost --refresh, with an account's credentials."""
    assert datetime.now(UTC).date() - US_EAST_1.as_of < timedelta(days=366)


def test_every_unit_has_a_price_and_a_source() -> None:
    assert set(units()) == set(US_EAST_1.usd)
    assert all(usd > 0 for usd in US_EAST_1.usd.values())
    assert all(unit.source.startswith("https://aws.amazon.com/") for unit in units().values())


def test_servers_are_listed_by_their_price_and_an_endpoint_costs_more_than_its_instance() -> None:
    instances, endpoints = US_EAST_1.servers(EC2), US_EAST_1.servers(ENDPOINT)

    assert [*instances.values()] == sorted(instances.values())
    assert "c5.2xlarge" in instances
    assert not set(instances) & set(endpoints)
    same = [name for name in instances if f"ml.{name}" in endpoints]
    assert same
    assert all(instances[name] < endpoints[f"ml.{name}"] for name in same)


def test_region_without_prices_is_refused_with_the_way_to_them() -> None:
    with pytest.raises(CommandFailed, match=f"'eu-nowhere-1' are not known here, those of {HOME} are.*--refresh"):
        prices("eu-nowhere-1")
