"""nightswap local: runs everything on this machine, on a local AWS that ends with the command."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from chalicelib.contracts.decisions import WENT_WELL
from chalicelib.runs import durations
from workflows.api_client import ApiClient, encoded
from workflows.checking.file import LocalFile
from workflows.cli import screen
from workflows.cli.deploy import carry_out
from workflows.cli.main_job import MainJob
from workflows.cli.options import PORT_HELP, PORTS, model
from workflows.cli.screen import console, say
from workflows.cli.sentences import outcome
from workflows.cli.stage import LOCAL, ROOT, Stage
from workflows.cli.watching import Expected, watch
from workflows.deploying import record
from workflows.local.process import IDLE_SECONDS, SHORT_PORT, LocalAws
from workflows.local.state import whole_files

STATE, REQUESTS = ".nightswap", "requests"
SECONDS = click.FloatRange(min=0)
IDLE_HELP = "End a function's process that was not asked for so long: the next call is a cold start."
QUERY_SHOWN = 500
"""Characters of a query: one with more, such as the pixels of a picture, is asked by POST, from a file."""


@click.group()
def local() -> None:
    """Run everything on this machine, without an AWS account."""


@local.command()
@click.option("--once", is_flag=True, help="Leave after the prediction; the exit code says whether it went well.")
@click.option("--data", type=click.Path(path_type=Path), help="A CSV(.gz) to train on.")
@click.option("--clean", is_flag=True, help="Start empty: forget bucket, versions, alias and ledger of this clone.")
@click.option("--port", default=SHORT_PORT, show_default=True, type=PORTS, help=PORT_HELP)
@click.option("--idle-seconds", default=IDLE_SECONDS, show_default=True, type=SECONDS, help=IDLE_HELP)
@model
def up(*, once: bool, data: Path | None, clean: bool, port: int, idle_seconds: float, model: str) -> None:
    """Start the local AWS, deploy, retrain, predict; then serve until Ctrl-C."""
    if data is not None:
        LocalFile.at(data)
    if clean:
        forget(ROOT)
    outcome = _on_its_own(model=model, data=data, serves=not once, port=port, idle_seconds=idle_seconds)
    sys.exit(0 if outcome in WENT_WELL else 1)


@local.command()
def down() -> None:
    """Stop the local AWS of this clone. Its state stays."""
    running = LocalAws.holding(ROOT)
    if running is None:
        console.print("the local AWS is not running")
        return
    running.stop()
    console.print("stopped the local AWS; its state stays in .nightswap")


def whole_job(*, model: str, data: Path, serves: bool, port: int) -> str:
    """The whole job in the local AWS that runs; else in one that ends with this, once Ctrl-C has ended its serving.

    Returns the run's outcome.
    """
    running = LocalAws.running(ROOT)
    if running is None:
        return _on_its_own(model=model, data=data, serves=serves, port=port)
    console.print(f"local AWS: runs already, as process {running.pid}")
    outcome = _carry_out(_job(running, model=model), data=data, begun=time.monotonic(), serves=serves)
    console.print(f"\nit is served on {running.short_url}, where the local AWS was started", soft_wrap=True)
    return outcome


def _on_its_own(*, model: str, data: Path | None, serves: bool, port: int, idle_seconds: float = IDLE_SECONDS) -> str:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    begun = time.monotonic()
    with LocalAws.start(ROOT, short_port=port, idle_seconds=idle_seconds) as running:
        for line in running.told:
            say(f"saved state: {line}")
        if running.moved:
            console.print(f"port {running.wanted_short_port} is taken: serving on {running.short_port} instead")
        console.print(f"local AWS: up after {time.monotonic() - begun:.1f} s")
        job = _job(running, model=model)
        with told_when_it_ends(running):
            outcome = _carry_out(job, data=data, begun=begun, serves=serves)
        if serves:
            _serve(running)
    return outcome


def _job(running: LocalAws, *, model: str) -> MainJob:
    stage = Stage(LOCAL)
    stage.enter(running)
    return MainJob(stage=stage, url=running.short_url, folder=ROOT / STATE, model=model, say=say)


def _carry_out(job: MainJob, *, data: Path | None, begun: float, serves: bool) -> str:
    carry_out(job.stage, quiet=True, removes=())
    console.print(f"deployed: two stacks and the Chalice app, after {time.monotonic() - begun:.1f} s")
    job.recover()
    client = job.client()
    with screen.byte_progress() as progress:
        job.provide_data(data, progress=progress)
    run = job.start_retrain(client)
    console.print(f"retrain: run {run}, through POST /retrain")
    expected = Expected(job.edges.clock, durations.last_time(job.edges, model=job.model, run=run))
    ended = watch(lambda: job.run(client, run), expected=expected)
    _show_run(job, ended)
    query = _show_live(job, client)
    if serves and query:
        _show_curls(client, query, folder=job.folder)
    console.print(f"whole job: {time.monotonic() - begun:.1f} s")
    return str(ended["outcome"])


def _show_run(job: MainJob, ended: dict[str, Any]) -> None:
    if ended["verdict"]:
        screen.confusion_matrix(job.report(ended["run"]))
        screen.verdict(ended["verdict"])
    screen.where_the_time_went(ended)
    outcome(ended)


def _show_live(job: MainJob, client: ApiClient) -> dict[str, Any] | None:
    """What is live, and what it answers; returns the features that it was asked about, None when nothing is live."""
    found = job.live()
    if found["live"] is None:
        console.print(f"live: nothing yet of {job.model}")
        return None
    live = found["live"]
    console.print(f"live: {job.model} version {live['model_version']}, function version {live['function_version']}")
    query: dict[str, Any] = {"model": job.model, **found["manifest"]["example"]}
    if _is_long(query):
        asked, answer = "POST /predict", client.post("/predict", _request(query))
    else:
        asked, answer = f"GET /predict?{encoded(query)}", client.get("/predict", query)
    say(f"{asked} answered {answer.status}:")
    screen.show_json(answer.body)
    return query


def _is_long(query: dict[str, Any]) -> bool:
    return len(encoded(query)) > QUERY_SHOWN


def _request(query: dict[str, Any]) -> dict[str, Any]:
    """The body that asks the same."""
    features = {name: value for name, value in query.items() if name != "model"}
    return {"model": query["model"], "instances": [features]}


def _show_curls(client: ApiClient, query: dict[str, Any], *, folder: Path) -> None:
    """Lines to paste; what is too long for a line lies in a file of the state folder."""
    token, json_body = f"-H 'Authorization: Bearer {client.token}'", "-H 'Content-Type: application/json'"
    predict = f"'{client.url}/predict?{encoded(query)}'"
    if _is_long(query):
        file = folder / REQUESTS / f"{query['model']}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        whole_files.write(file, json.dumps(_request(query)).encode())
        predict = f"{json_body} --data {shlex.quote(f'@{file}')} {client.url}/predict"
    console.print("\ntry it:", style="bold")
    for line in (
        f"curl {token} {predict}",
        f"curl {token} {client.url}/models",
        f"curl {token} {client.url}/runs",
        f"curl {token} {client.url}/retrain {json_body} -d '{json.dumps({'model': query['model']})}'",
    ):
        click.echo(line)


def _serve(running: LocalAws) -> None:
    console.print(f"\nserving on {running.short_url} until Ctrl-C; open it in a browser for the page")
    try:
        while running.alive:
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("\nstopping; the state stays in .nightswap, and make run continues with it")
        return
    _tell_end(running)
    if not running.taken_down:
        sys.exit(1)


@contextmanager
def told_when_it_ends(running: LocalAws) -> Iterator[None]:
    """What is done inside fails with many errors when the local AWS ends meanwhile; that it ended says it best."""
    try:
        yield
    except Exception:
        if running.alive:
            raise
        _tell_end(running)
        sys.exit(1)


def _tell_end(running: LocalAws) -> None:
    if running.taken_down:
        say("\nthe local AWS was taken down; the state stays in .nightswap, and make run continues with it")
    else:
        say("\nthe local AWS ended by itself: its log is .nightswap/logs/local-aws.log; make run continues")


def forget(root: Path) -> None:
    """Remove what a clone's local AWS has stored; nothing while one holds it, for `start` says which process does."""
    if LocalAws.holding(root) is not None:
        return
    for each in ("aws", "s3", "damaged", REQUESTS, "token"):
        path = root / STATE / each
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    record.path(LOCAL, root=root).unlink(missing_ok=True)


COMMANDS = (local,)
