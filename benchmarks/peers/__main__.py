"""The contract server beside the servers of other projects: requests a second, and the slowest of a hundred.

python -m benchmarks.peers
python -m benchmarks.peers --only "FastAPI + ONNX" --rounds 1 --seconds 2

All serve the same model and are asked the same rows, one a request, at 1, 16 and 1,000 connections by wrk on the same
machine. Each has one process that scores, its own default, and writes no line for a request. One server runs at a
time, in turns; before it is measured its answers and refusals are held against the model's and the recipe's. The
baseline is uvicorn that answers each request with the same three bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import results
from benchmarks.command_line import command
from benchmarks.measuring import Candidate, interleaved
from benchmarks.peers import agreeing, wrk
from benchmarks.peers.made import Made, made
from benchmarks.peers.peer import Peer
from benchmarks.peers.serving import prepared, serving
from benchmarks.peers.table import BARE, CONTRACT, PEERS
from benchmarks.peers.wrk import Load

PART = "peers"
CONNECTIONS = (1, 16, 1_000)
WARM_SECONDS = 1
RATE, SLOW, FAILED = "requests/s", "p99", "errors"
Loads = Mapping[int, Load]
"""By connections."""


def measured(peer: Peer, made: Made, *, folder: Path, seconds: int) -> Loads:
    file = folder / "load.lua"
    file.write_text(wrk.script(peer.path, [json.dumps(peer.body(fields)) for fields in made.asked]))
    with serving(peer, made, folder=folder) as port:
        if problems := [*agreeing.disagreements(peer, port, made)]:
            raise SystemExit("\n".join(problems))
        wrk.load(port, file, connections=1, seconds=WARM_SECONDS)
        return {
            connections: wrk.load(port, file, connections=connections, seconds=seconds) for connections in CONNECTIONS
        }


def metric(name: str, connections: int) -> str:
    return f"{name} at {connections:,} connection{'s' if connections > 1 else ''}"


def rows(taken: Mapping[str, Sequence[Loads]]) -> list[results.Row]:
    found = []
    for connections in CONNECTIONS:
        loads = {name: [each[connections] for each in several] for name, several in taken.items()}
        rates = {name: [load.rate for load in several] for name, several in loads.items()}
        slow = {name: [load.slow for load in several] for name, several in loads.items()}
        found += results.rows_of(metric(RATE, connections), "1/s", rates, BARE)
        found += results.rows_of(metric(SLOW, connections), "ms", slow, BARE)
    return found


def failures(taken: Mapping[str, Sequence[Loads]]) -> dict[str, dict[str, int]]:
    """Of all rounds, by server and by connections."""
    return {
        name: {str(connections): sum(each[connections].errors for each in several) for connections in CONNECTIONS}
        for name, several in taken.items()
    }


def places(taken: Mapping[str, Sequence[Loads]]) -> Iterator[tuple[str, float]]:
    """How often the contract server is as good as the best of the peers, for each metric; over 1 it is ahead."""
    others = [name for name in taken if name not in (BARE, CONTRACT)]
    for connections in CONNECTIONS:
        rate = {name: median(each[connections].rate for each in several) for name, several in taken.items()}
        slow = {name: median(each[connections].slow for each in several) for name, several in taken.items()}
        first, fastest = (max(others, key=lambda name: rate[name]), min(others, key=lambda name: slow[name]))
        yield f"{metric(RATE, connections)}, to {first}", rate[CONTRACT] / rate[first]
        yield f"{metric(SLOW, connections)}, to {fastest}", slow[fastest] / slow[CONTRACT]


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="for each number of connections")
    parser.add_argument("--only", action="append", help="this peer, beside the contract server; not written down")
    asked = parser.parse_args()
    peers = [each for each in PEERS if not asked.only or each.name in (BARE, CONTRACT, *asked.only)]
    lacking = {wrk.lacking(), *(each.lacking for each in peers)} - {""}
    if lacking:
        raise SystemExit("\n".join(sorted(lacking)))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8_192), most))
    with tempfile.TemporaryDirectory() as made_in:
        work = Path(made_in)
        model = made(work)
        candidates = [
            Candidate(
                peer.name,
                partial(measured, peer, model, folder=prepared(peer, model, work=work), seconds=asked.seconds),
            )
            for peer in peers
        ]
        taken = interleaved(candidates, rounds=asked.rounds, say=partial(print, file=sys.stderr))
    found = rows(taken)
    results.table("servers, over HTTP", found)
    for name, of_it in failures(taken).items():
        if any(of_it.values()):
            print(f"{name} failed: {of_it}")
    ahead = [*places(taken)]
    for what, times in ahead:
        print(f"{'ahead' if times > 1 else 'behind'}: {what}: {times:.3g}")
    if asked.only:
        return
    from benchmarks import plots  # matplotlib is for who draws: the tests of the rest need none

    results.tell_agreement(results.read(PART), found)
    told = [{"what": what, "times": float(f"{times:.3g}")} for what, times in ahead]
    results.write(PART, found, more={"ahead": told, "errors": failures(taken)})
    others = [each.name for each in PEERS if each.name not in (BARE, CONTRACT)]
    drawn = [row for row in found if row.median]  # no bar for who answered nothing
    plots.bars(PART, drawn, title="Servers over HTTP", others=others)


if __name__ == "__main__":
    main()
