"""Servers are started, held against the model, and ended; the contract server stands for all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.peers import agreeing, serving
from benchmarks.peers.made import Made, made
from benchmarks.peers.peer import Peer, Said
from benchmarks.peers.table import BARE, CONTRACT, PEERS

OURS, UVICORN = ({each.name: each for each in PEERS}[name] for name in (CONTRACT, BARE))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def contract_server(model: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = serving.prepared(OURS, model, work=tmp_path_factory.mktemp("work"))
    with serving.serving(OURS, model, folder=folder) as port:
        yield port


def test_contract_server_answers_and_refuses_as_all_have_to(model: Made, contract_server: int) -> None:
    assert [*agreeing.disagreements(OURS, contract_server, model)] == []


def test_server_that_answers_otherwise_is_told(model: Made, contract_server: int) -> None:
    other = replace(model, expected=[Said(each.label, each.probability / 2) for each in model.expected])

    (told,) = agreeing.disagreements(OURS, contract_server, other)

    assert told.startswith(f"{CONTRACT} says Said(")


def test_server_that_refuses_a_good_row_is_told(model: Made, contract_server: int) -> None:
    bad = replace(model, asked=[{"duration": -1.0}], expected=model.expected[:1])

    (told,) = agreeing.disagreements(OURS, contract_server, bad)

    assert told.startswith(f"{CONTRACT} answers 400 for {{'duration': -1.0}}")


def test_server_that_refuses_nothing_is_told(model: Made, tmp_path: Path) -> None:
    lax = replace(UVICORN, said=lambda _: model.expected[0])
    with serving.serving(lax, model, folder=serving.prepared(lax, model, work=tmp_path)) as port:
        told = [*agreeing.disagreements(lax, port, replace(model, asked=[], expected=[]))]

    assert [each.partition(":")[0] for each in told] == [
        f"{BARE} answers 200 for {what}" for what in agreeing.REFUSED
    ]


def test_nobody_listens_when_a_server_was_ended(model: Made, tmp_path: Path) -> None:
    with serving.serving(UVICORN, model, folder=serving.prepared(UVICORN, model, work=tmp_path)) as port:
        assert serving.asked(UVICORN, port, model.asked[0]).status == 200

    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


@pytest.mark.parametrize("command", [("python", "-c", "raise SystemExit('no model')"), ("python", "no_such_file.py")])
def test_server_that_does_not_start_shows_its_log(model: Made, tmp_path: Path, command: tuple[str, ...]) -> None:
    broken = Peer(**{**vars(UVICORN), "command": command})

    with (
        pytest.raises(serving.NotServing, match=r"no model|no_such_file"),
        serving.serving(broken, model, folder=serving.prepared(broken, model, work=tmp_path)),
    ):
        pass


def test_server_that_cannot_be_prepared_shows_why(model: Made, tmp_path: Path) -> None:
    broken = Peer(**{**vars(UVICORN), "prepare": ("python", "-c", "raise SystemExit('no folder')")})

    with pytest.raises(serving.NotServing, match="cannot be prepared: no folder"):
        serving.prepared(broken, model, work=tmp_path)
