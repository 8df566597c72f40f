"""The peers of the contract server: what is asked of them, and how they are configured."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from benchmarks.peers import __main__ as bench
from benchmarks.peers import agreeing, wrk
from benchmarks.peers.peer import COLUMNS, FOLDER, Peer
from benchmarks.peers.table import BARE, CONTRACT, PEERS
from benchmarks.peers.wrk import Load
from lambdas import recipes
from tests.contract.source.test_locks import LOCKED

KDD = recipes.load("kdd99-http")
OTHERS = [each for each in PEERS if each.name not in (BARE, CONTRACT)]
NAMES = sorted({each.configuration for each in OTHERS})
LOCKS = FOLDER / "locks"


def lines(name: str) -> list[str]:
    text = (LOCKS / f"{name}.txt").read_text("utf-8")
    return [re.sub(r"\s*\\\n\s*", " ", each).strip() for each in re.split(r"\n(?=\S)", text) if each.strip()]


def test_every_peer_has_its_folder_and_its_lock() -> None:
    folders = sorted(path.parent.name for path in FOLDER.glob("*/requirements.in"))

    assert NAMES == folders == sorted(path.stem for path in LOCKS.glob("*.txt"))
    assert {each.environment.name for each in OTHERS} == {f".venv-peers-{name}" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_configuration_names_the_page_that_advises_it(name: str) -> None:
    told = "".join(path.read_text("utf-8") for path in (FOLDER / name).glob("*.py"))

    assert re.search(r"documentations? advises?", told)
    assert "https://" in told


@pytest.mark.parametrize("name", NAMES)
def test_lock_is_pinned_and_hashed_and_names_no_address(name: str) -> None:
    found = lines(name)

    assert [line for line in found if not LOCKED.fullmatch(line)] == []
    assert "://" not in "".join(found)


@pytest.mark.parametrize("name", NAMES)
def test_lock_has_what_is_required(name: str) -> None:
    locked: dict[str, list[str]] = {}
    for match in filter(None, map(LOCKED.fullmatch, lines(name))):
        locked.setdefault(match["name"], []).append(match["version"])
    wanted = (FOLDER / name / "requirements.in").read_text("utf-8").splitlines()

    for requirement in (Requirement(line.partition("  #")[0]) for line in wanted):
        assert all(map(requirement.specifier.contains, locked[requirement.name]))


def test_rows_are_the_recipes() -> None:
    assert [each.name for each in KDD.columns] == [*COLUMNS] == [*agreeing.GOOD]
    assert {each.minimum for each in KDD.numeric} == {0}


@pytest.mark.parametrize("peer", PEERS, ids=[each.name for each in PEERS])
def test_peer_that_is_not_installed_says_how_to(peer: Peer, tmp_path: Path) -> None:
    absent = Peer(**{**vars(peer), "environment": tmp_path})

    assert absent.lacking == "make bench-peers"


@pytest.mark.parametrize("peer", PEERS, ids=[each.name for each in PEERS])
def test_every_value_of_a_row_is_in_the_body(peer: Peer) -> None:
    body = json.dumps(peer.body({"duration": 1.25, "src_bytes": 2.5, "dst_bytes": 3.75}))

    assert [text in body for text in ("1.25", "2.5", "3.75", *COLUMNS)] == [True] * 6


def test_script_asks_each_row_over_and_over() -> None:
    script = wrk.script("/predict", ['{"a": "b"}', "{}"])

    assert 'local bodies = {"{\\"a\\": \\"b\\"}", "{}"}' in script
    assert 'wrk.format("POST", "/predict", headers, body)' in script
    assert "place % #requests" in script


def test_what_wrk_tells_is_read() -> None:
    figures = {"requests": 100, "microseconds": 2_000_000, "p50": 1500, "p99": 9000, "errors": 2}

    assert wrk.read(f"Running 2s test\n  Latency\nmeasured: {json.dumps(figures)}\n") == Load(
        rate=50.0, median=1.5, slow=9.0, errors=2
    )


def test_server_that_answered_nothing_was_as_slow_as_the_whole_time() -> None:
    figures = {"requests": 0, "microseconds": 4_000_000, "p50": 0, "p99": 0, "errors": 0}

    assert wrk.read(f"measured: {json.dumps(figures)}\n") == Load(rate=0.0, median=4000.0, slow=4000.0, errors=0)


def test_contract_server_is_held_against_the_best_of_the_peers() -> None:
    def loads(rate: float, slow: float) -> list[bench.Loads]:
        return [{connections: Load(rate, 1.0, slow, errors=1) for connections in bench.CONNECTIONS}]

    taken = {BARE: loads(900, 1), CONTRACT: loads(300, 4), "fast": loads(100, 8), "even": loads(50, 2)}

    assert dict(bench.places(taken)) == {
        "requests/s at 1 connection, to fast": 3.0,
        "p99 at 1 connection, to even": 0.5,
        "requests/s at 16 connections, to fast": 3.0,
        "p99 at 16 connections, to even": 0.5,
        "requests/s at 1,000 connections, to fast": 3.0,
        "p99 at 1,000 connections, to even": 0.5,
    }
    assert bench.failures(taken)["fast"] == {"1": 1, "16": 1, "1000": 1}
    assert {row.baseline for row in bench.rows(taken)} == {BARE}
