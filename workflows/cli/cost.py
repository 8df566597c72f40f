"""nightswap cost: estimates the bill of a month, and what other ways to serve would cost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, TextIO

import boto3
import click

from chalicelib.contracts.instances import round_up_to_cents
from lambdas import recipes
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import console, say, show_json, table
from workflows.cli.stage import ROOT, Stage
from workflows.cost import autoscaling, memory_prices, price_list, reports
from workflows.cost.alternatives import alternatives, break_even
from workflows.cost.bills import ALWAYS_FREE, NOTHING_FREE
from workflows.cost.estimates import SERVING_SECONDS
from workflows.cost.jobs import jobs
from workflows.cost.months import REQUESTS, Month, bills
from workflows.cost.prices import HOME, Prices, prices
from workflows.cost.traffic import Traffic
from workflows.definitions.rendering import golden
from workflows.planning.app import app_memory_mb
from workflows.stacks.settings import schedule_of

GATEWAY, FUNCTION_URL = "through the gateway", "by function URL"
COLD_SHARE, COLD_MS = 0.01, 300
"""Of app and serving function each: some times what starts take on a laptop. It was not measured on AWS."""


@click.command()
@click.option("--requests-a-day", default=10_000.0, show_default=True, type=click.FloatRange(0), help="Predictions.")
@click.option("--ms", type=click.FloatRange(0), help="Of a request in a warm serving function.  [default: 10]")
@click.option("--memory", "memory_mb", type=click.IntRange(128, 10_240), help="MB.  [default: the stage's]")
@click.option(
    "--cold-share", type=click.FloatRange(0, 1), help="Of the requests, those that start it.  [default: 0.01]"
)
@click.option("--cold-ms", type=click.FloatRange(0), help=f"Of a start.  [default: {COLD_MS}]")
@click.option("--wake", "wake_minutes", type=click.FloatRange(1), help="Minutes between two calls that keep it warm.")
@click.option("--report", type=click.File("r"), help="A log whose REPORT lines tell ms, memory and cold starts.")
@click.option("--region", default=HOME, show_default=True, help="Whose prices.")
@click.option("--free-tier", is_flag=True, help="Leave out what each account has free in each month.")
@click.option("--autoscaling", "scaling", is_flag=True, help="Simulate an endpoint that scales under a load.")
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help=f"With --autoscaling: requests a second of one instance.  [default: {autoscaling.CAPACITY // 60}]",
)
@click.option("--refresh", is_flag=True, help="Ask AWS's price list first, and write prices.json.")
@as_json
@on_stage
def cost(
    stage: Stage,
    *,
    region: str,
    refresh: bool,
    free_tier: bool,
    scaling: bool,
    rate: float | None,
    as_json: bool,
    report: TextIO | None,
    wake_minutes: float | None,
    **given: float | None,
) -> None:
    """Estimate the bill of a month from list prices: this system, an EC2 instance, SageMaker's endpoints.

    One model of the stage is trained each night. Nothing is asked of AWS but by --refresh.
    """
    if rate is not None and not scaling:
        raise click.UsageError("--rate is of an instance of the simulated endpoint: give --autoscaling too")
    if refresh:
        _refresh(region)
    calls = reports.read(report) if report else None
    month = Month(
        traffic=_traffic(given, calls, usual_mb=stage.settings.serving_memory_mb),
        settings=stage.settings,
        definition=json.loads(golden()),
        api_memory_mb=app_memory_mb(stage.name, root=ROOT),
        wake_minutes=wake_minutes,
    )
    found = _document(month, prices(region), free=ALWAYS_FREE if free_tier else NOTHING_FREE)
    loaded = [recipes.load(model) for model in recipes.names()]
    found["training_jobs"] = [asdict(each) for each in jobs(loaded, schedule=schedule_of(stage.name, root=ROOT))]
    if calls:
        found["report"] = {**asdict(calls), "memory": _memory(calls, month, prices(region))}
    if scaling:
        found["autoscaling"] = _simulated(capacity=autoscaling.CAPACITY if rate is None else 60 * rate)
    if as_json:
        show_json(found)
    else:
        _show(found)


def _refresh(region: str) -> None:
    client = boto3.Session().client("pricing", region_name=price_list.AT)
    with console.status(f"asking AWS's price list for {region}"):
        changed = price_list.refresh(client, region, today=datetime.now(UTC).date())
    for name, (before, after) in changed.items():
        say(f"{name}: {before:g} -> {after:g}")
    say(f"{len(changed)} prices changed; prices.json is dated today")


def _traffic(given: Mapping[str, float | None], calls: reports.Calls | None, *, usual_mb: int) -> Traffic:
    """What was given, else what the report tells, else what is usual."""

    def first(*values: float | None) -> float:
        return next(value for value in values if value is not None)

    def of_ms(name: str) -> float | None:
        value = given[name]
        return None if value is None else value / 1000

    told = asdict(calls) if calls else {}
    return Traffic(
        requests_a_day=first(given["requests_a_day"]),
        seconds=first(of_ms("ms"), told.get("seconds"), SERVING_SECONDS),
        memory_mb=int(first(given["memory_mb"], told.get("memory_mb"), usual_mb)),
        cold_share=first(given["cold_share"], told.get("cold_share"), COLD_SHARE),
        cold_seconds=first(of_ms("cold_ms"), told.get("cold_seconds"), COLD_MS / 1000),
    )


def _document(month: Month, listed: Prices, *, free: Mapping[str, float]) -> dict[str, Any]:
    ways = {
        GATEWAY: bills(month.through_the_gateway, listed, free=free),
        FUNCTION_URL: bills(month.by_function_url, listed, free=free),
    }
    one = replace(month, traffic=replace(month.traffic, requests_a_day=1 / month.traffic.days))
    request_usd = bills(one.through_the_gateway, listed)[REQUESTS].total_usd
    return {
        "estimate": True,
        "prices": {"region": listed.region, "as_of": listed.as_of.isoformat(), "free_tier": bool(free)},
        "traffic": asdict(month.traffic),
        "month": {
            way: {part: {"usd": bill.total_usd, "lines": dict(bill.lines)} for part, bill in parts.items()}
            for way, parts in ways.items()
        },
        "alternatives": [
            {
                **asdict(each),
                "cheaper_from_requests_a_day": None
                if each.by_request
                else break_even(each.month_usd, request_usd=request_usd, days=month.traffic.days),
            }
            for each in alternatives(month.traffic, listed)
        ],
    }


def _memory(calls: reports.Calls, month: Month, listed: Prices) -> dict[str, Any]:
    found = memory_prices.choices(calls.profile, architecture=month.settings.architecture, prices=listed)
    return {"choices": [asdict(each) for each in found], "best": asdict(memory_prices.best(found)) if found else None}


def _show(found: Mapping[str, Any]) -> None:
    traffic, priced = found["traffic"], found["prices"]
    free = "what is always free left out" if priced["free_tier"] else "no free tier"
    ways = found["month"]
    parts = [*ways[GATEWAY]]
    rows = [
        [part, *(_usd(each[part]["usd"]) for each in ways.values()), _parts(ways[GATEWAY][part])] for part in parts
    ]
    rows.append(["together", *(_usd(sum(part["usd"] for part in each.values())) for each in ways.values()), ""])
    table(
        f"a month of {traffic['requests_a_day']:,.0f} requests a day, in US dollars",
        ["of", *ways, f"parts, {GATEWAY}"],
        rows,
    )
    say(f"An estimate: list prices of {priced['region']} as of {priced['as_of']}, {free}")
    rows = [[each["name"], _usd(each["month_usd"]), _from(each)] for each in found["alternatives"]]
    table("instead of the requests' part", ["served by", "a month", "cheaper from, requests a day"], rows)
    show_jobs(found["training_jobs"])
    if "report" in found:
        _show_memory(found["report"])
    for each in found.get("autoscaling", []):
        _show_scaling(each)


def show_jobs(found: Sequence[Mapping[str, Any]]) -> None:
    """They are beside the month, whose retrains are trained by the function."""
    rows = [
        [
            each["model"],
            f"{each['jobs'] * each['instances']} {each['instance_type']}",
            f"{each['max_runtime_seconds']:,}",
            _usd(round_up_to_cents(each["retrain_usd"])),
            _usd(each["runs_a_month"]),
            _usd(round_up_to_cents(each["month_usd"])),
        ]
        for each in found
    ]
    if rows:
        title = "training jobs of SageMaker, beside that: at most, in US dollars, at list prices of us-east-1"
        table(title, ["model", "on", "seconds at most", "a retrain", "runs a month", "a month"], rows)


def _show_memory(report: Mapping[str, Any]) -> None:
    said = f"{report['count']:,} calls: {1000 * report['seconds']:,.1f} ms, {report['cold_share']:.1%} cold"
    title = f"{said}, at most {report['peak_mb']:,} MB used"
    rows = [
        [
            each["memory_mb"],
            f"{1000 * each['seconds']:,.1f}",
            _usd(each["million_usd"]),
            "best" if each == report["memory"]["best"] else "",
        ]
        for each in report["memory"]["choices"]
    ]
    table(title, ["MB", "ms at most", "a million calls", ""], rows)


def _show_scaling(simulated: Mapping[str, Any]) -> None:
    ways = simulated["scalings"]
    rows = [
        [
            minute,
            f"{requests:,.0f}",
            *("#" * each["serving"][minute] + "+" * each["starting"][minute] for each in ways),
        ]
        for minute, requests in enumerate(simulated["requests"])
    ]
    names = [each["name"] for each in ways]
    table(f"an endpoint under {simulated['load']}", ["minute", "requests", *names], rows)
    for each in ways:
        lost, hours = each["beyond_share"], each["instance_hours"]
        say(f"{each['name']}: {lost:.0%} of the requests found no room; {hours:.1f} instance hours")


def _simulated(*, capacity: float) -> list[dict[str, Any]]:
    ways = autoscaling.scalings(capacity).items()
    return [
        {
            "load": load,
            "requests": requests,
            "scalings": [_scaled(name, way, requests, capacity=capacity) for name, way in ways],
        }
        for load, requests in autoscaling.LOADS.items()
    ]


def _scaled(name: str, scaling: autoscaling.Scaling, requests: Sequence[float], *, capacity: float) -> dict[str, Any]:
    minutes = autoscaling.simulate(requests, scaling, capacity=capacity)
    return {
        "name": name,
        "serving": [each.serving for each in minutes],
        "starting": [each.starting for each in minutes],
        "beyond_share": sum(each.beyond for each in minutes) / sum(requests),
        "instance_hours": autoscaling.instance_hours(minutes),
    }


def _usd(usd: float) -> str:
    return f"{usd:,.2f}"


def _parts(part: Mapping[str, Any]) -> str:
    largest = sorted(part["lines"].items(), key=lambda line: -line[1])
    return ", ".join(f"{name} {_usd(usd)}" for name, usd in largest if usd >= 0.005)


def _from(alternative: Mapping[str, Any]) -> str:
    requests = alternative["cheaper_from_requests_a_day"]
    return "paid by request too" if requests is None else f"{requests:,.0f}"


COMMANDS = (cost,)
