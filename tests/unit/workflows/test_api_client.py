from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from chalicelib.errors import CommandFailed
from workflows.api_client import ApiAnswer, ApiClient


class Api(BaseHTTPRequestHandler):
    """Says what it was asked, or what the path wants."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        asked = {
            "asked": f"{self.command} {self.path}",
            "body": body.decode(),
            "authorization": self.headers["Authorization"],
            "type": self.headers["Content-Type"],
        }
        answers: dict[str, tuple[int, bytes]] = {
            "/refused": (409, b'{"Code": "RequestConflict"}'),
            "/gateway": (504, b"<html>\xff"),
            "/text": (200, b"no JSON"),
        }
        status, content = answers.get(self.path, (200, json.dumps(asked).encode()))
        self.send_response(status)
        promised = len(content) + (100 if self.path == "/cut" else 0)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Api) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def client() -> Iterator[ApiClient]:
    with serving() as server:
        yield ApiClient(url=f"http://127.0.0.1:{server.server_port}", token="secret")


def test_get_carries_token_and_query(client: ApiClient) -> None:
    answer = client.get("/predict", {"duration": 0, "flag": "S F&"})

    assert answer.status == 200
    assert answer.body["asked"] == "GET /predict?duration=0&flag=S+F%26"
    assert answer.body["authorization"] == "Bearer secret"


def test_get_without_a_query_has_none(client: ApiClient) -> None:
    assert client.get("/runs").body["asked"] == "GET /runs"


def test_post_carries_its_body_as_json(client: ApiClient) -> None:
    answer = client.post("/retrain", {"model": "m", "force": False})

    assert (answer.body["asked"], answer.body["type"]) == ("POST /retrain", "application/json")
    assert json.loads(answer.body["body"]) == {"model": "m", "force": False}


def test_post_without_a_body_sends_an_empty_object(client: ApiClient) -> None:
    assert client.post("/retrain").body["body"] == "{}"


def test_refusal_is_an_answer(client: ApiClient) -> None:
    assert client.get("/refused") == ApiAnswer(409, {"Code": "RequestConflict"})


def test_refusal_of_the_gateway_need_not_be_json(client: ApiClient) -> None:
    answer = client.get("/gateway")

    assert answer == ApiAnswer(504, {"Message": "<html>\ufffd"})


def test_stage_that_does_not_answer_is_told_in_one_line() -> None:
    with serving() as server:
        port = server.server_port

    with pytest.raises(CommandFailed, match=rf"GET http://127.0.0.1:{port}/runs: no answer .*is the stage running"):
        ApiClient(url=f"http://127.0.0.1:{port}", token="secret").get("/runs")


def test_stage_that_takes_the_request_and_never_answers_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = ApiClient(url=f"http://127.0.0.1:{silent.getsockname()[1]}", token="secret", timeout_seconds=0.1)

        with pytest.raises(CommandFailed, match=r"GET http://127.0.0.1:\d+/runs: no answer \(timed out\)"):
            client.get("/runs")


def test_connection_that_breaks_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as breaking, ThreadPoolExecutor(1) as beside:
        beside.submit(reset, breaking)

        with pytest.raises(CommandFailed, match=r"/runs: no answer \(.*reset by peer\)"):
            ApiClient(url=f"http://127.0.0.1:{breaking.getsockname()[1]}", token="secret").get("/runs")


def reset(listening: socket.socket) -> None:
    """What a peer does that is ended with the request unanswered: it sends a reset."""
    connection, _ = listening.accept()
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("path", ["/cut", "/text"])
def test_answer_that_is_cut_short_or_no_json_is_told_in_one_line(client: ApiClient, path: str) -> None:
    with pytest.raises(CommandFailed):
        client.get(path)
