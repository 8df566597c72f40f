"""The local AWS's process. Run it with the emulator's interpreter:

    python -m workflows.local.server --socket 3 --short-socket 4 --state DIR --function-python .venv/bin/python

It ends with code 0 when asked to, 3 when the emulator is not the pinned one, 4 when the state is in use, and 5 when
it has put aside a file of the state that cannot be loaded, and has to be started again.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import logging
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from workflows.local import ports, server_log, stopping
from workflows.local.emulator import (
    aliases,
    change_sets,
    enforcement,
    functions,
    made_up_errors,
    rest_apis,
    updates,
    version_metrics,
    warm,
)
from workflows.local.emulator.resources import bucket_configurations, budgets
from workflows.local.environment import of_server
from workflows.local.short_address import App, deployed, shortened
from workflows.local.state import backlog, halves, loading, objects
from workflows.local.state.checkpoint import AT_REST_ONLY, Checkpoint
from workflows.local.state.generations import Generations
from workflows.local.state.state_folder import FolderInUse, StateFolder

EMULATOR = "1.5.33"
"""The launcher replaces some of the emulator's internal functions, so it works with exactly this version."""

WRONG_EMULATOR, STATE_IN_USE = 3, 4
API, STAGE = "nightswap", "local"


def main() -> None:
    options = _options()
    _check_emulator()
    folder = StateFolder(options.state.resolve())
    folder.prepare()
    try:
        folder.own()
    except FolderInUse as problem:
        _refuse(STATE_IN_USE, f"{problem}: stop it with `nightswap local down`")
    server_log.install(folder.log, previous=folder.previous_log)
    folder.sweep()
    generations = Generations(folder.aws, damaged=folder.damaged, clock=_now, loose=AT_REST_ONLY)
    for line in (*generations.check(), *halves.missing(folder)):
        loading.tell(line)
    enforces = options.enforce_permissions
    _isolate(of_server(os.environ, port=_port(options.socket), folder=folder, enforces_permissions=enforces))

    cut = threading.Event()
    checkpoint = Checkpoint(generations)

    def end(why: str) -> None:
        print(f"stopping: {why}", flush=True)
        stopping.stop(stopping=cut, kill=functions.kill_all, save=checkpoint.save, sweep=folder.sweep)
        os._exit(0)  # without waiting for the threads of functions that were cut short

    app = _emulator(checkpoint, options, cut)
    loading.install(generations, checkpoint)
    asyncio.run(_serve(app, options, checkpoint, end))


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="workflows.local.server")
    options.add_argument("--socket", type=int, required=True, help="descriptor that listens for all AWS services")
    options.add_argument(
        "--short-socket", type=int, required=True, help="one that listens for the deployed API alone"
    )
    options.add_argument("--state", type=Path, required=True, help="folder that keeps everything")
    options.add_argument("--function-python", type=Path, required=True, help="interpreter of the functions")
    options.add_argument("--parent", type=int, help="stop when this process, which started the server, ends")
    options.add_argument("--update-seconds", type=float, default=0.0, help="how long a function's update takes")
    options.add_argument("--idle-seconds", type=float, required=True, help="how long an idle process is kept")
    options.add_argument("--enforce-permissions", action="store_true", help="deny what no policy permits")
    return options.parse_args()


def _check_emulator() -> None:
    try:
        found = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != EMULATOR:
        _refuse(
            WRONG_EMULATOR,
            f"the local AWS needs ministack {EMULATOR} exactly and found {found}: run `make setup` to install it",
        )


def _refuse(code: int, message: str) -> None:
    print(message, file=sys.stderr, flush=True)
    raise SystemExit(code)


def _port(descriptor: int) -> int:
    with socket.socket(fileno=os.dup(descriptor)) as listener:
        return ports.number(listener)


def _isolate(environ: dict[str, str]) -> None:
    """Before the emulator is imported: it reads its settings then, and hands the environment to every function."""
    os.environ.clear()
    os.environ.update(environ)
    tempfile.tempdir = environ["TMPDIR"]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _emulator(checkpoint: Checkpoint, options: argparse.Namespace, cut: threading.Event) -> App:
    from ministack.app import app

    logging.getLogger("persistence").setLevel(logging.WARNING)  # else it logs a line for each service every 2 s
    rest_apis.install()
    folder = options.state.resolve()
    functions.install(python=str(options.function_python.absolute()), folder=folder, stopping=cut)
    updates.install(update_seconds=options.update_seconds)
    aliases.install()
    warm.install(idle_seconds=options.idle_seconds)
    version_metrics.install()
    backlog.install()
    change_sets.install()
    made_up_errors.install()
    objects.install(folder)
    bucket_configurations.install()
    budgets.install()
    served = shortened(app, port=_port(options.short_socket), stage=STAGE, find=lambda: deployed(API, STAGE))
    if options.enforce_permissions:
        enforcement.install()
        served = enforcement.over_tls(served)
    return checkpoint.counting(served)


async def _serve(app: App, options: argparse.Namespace, checkpoint: Checkpoint, end: Callable[[str], None]) -> None:
    """Serve until asked to stop, then `end`."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{options.socket}", f"fd://{options.short_socket}"]
    config.keep_alive_timeout = 75
    serving = asyncio.create_task(serve(app, config, shutdown_trigger=asyncio.Event().wait))
    threading.Thread(target=checkpoint.keep, daemon=True).start()
    reason = asyncio.create_task(stopping.asked(parent=options.parent))
    await asyncio.wait({serving, reason}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    end(reason.result())


if __name__ == "__main__":
    main()
