"""Everybody at once: a retrain, a pin, a rollback and a promotion in the same moment, again and again.

One of them wins, the others are told so. Whoever gets no answer in time is told that in our own form, and finds by
the same Idempotency-Key what came of the request; never is it a gateway's or Lambda's own time-out.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from chalicelib.errors import RequestError, TransientError, leaves
from tests import http_connections
from tests.clone import Answer, LocalUp

MODEL = "kdd99-http"
WHY = {"reason": "everybody at once"}
ROUNDS = 5
TRIES = 10
OURS = {*leaves(RequestError), *leaves(TransientError)}


def ask(up: LocalUp, path: str, key: str) -> list[Answer]:
    """The answers to one request, which is repeated by its key until it is answered for good."""
    answers = []
    for _ in range(TRIES):
        answers.append(up.call("POST", path, WHY, headers={"Idempotency-Key": key}))
        if answers[-1].status != 503:
            break
    return answers


def test_moves_at_once_are_answered_each_in_our_own_form_and_found_again_by_their_keys(up: LocalUp) -> None:
    file = http_connections.write(up.clone.folder / "at_once.csv", http_connections.rows(seed=23))
    assert up.clone.nightswap("data", "add", str(file)).returncode == 0
    up.retrain()
    paths = ("/retrain", *(f"/models/{MODEL}/{move}" for move in ("pin", "rollback", "versions/1/promote", "unpin")))

    for number in range(ROUNDS):
        keys = [f"{number}-{path}" for path in paths]
        with ThreadPoolExecutor(len(paths)) as at_once:
            answered = list(at_once.map(lambda path, key: ask(up, path, key), paths, keys))
        every = [answer for answers in answered for answer in answers]

        assert {answer.status for answer in every} <= {200, 202, 409, 503}, every
        assert {answer.body["Code"] for answer in every if answer.status >= 400} <= OURS, every
        for path, key, answers in zip(paths, keys, answered, strict=True):
            if answers[-1].status == 200 and path != "/retrain":
                assert ask(up, path, key)[-1].body == answers[-1].body
    up.clone.nightswap("unpin", "--reason", "the test is over")
    up.clone.nightswap("data", "remove", file.name)
