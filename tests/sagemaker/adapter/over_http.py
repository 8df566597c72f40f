"""SageMaker's API at an address of this machine, for tests that need no Step Functions beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.given import http_servers
from tests.sagemaker.adapter.service import Kind, Refused, SageMaker

TARGET = "SageMaker."


@contextmanager
def served(kinds: Sequence[Kind]) -> Iterator[str]:
    """The address at which these kinds of jobs are."""
    sagemaker = SageMaker(kinds)

    class Handler(http_servers.Handler):
        def do_POST(self) -> None:
            action = self.headers["x-amz-target"].removeprefix(TARGET)
            try:
                status, said = 200, sagemaker.answer(action, json.loads(self.body()))
            except Refused as refused:
                status, said = 400, {"__type": refused.code, "message": refused.message}
            self.reply(status, json.dumps(said).encode(), {"Content-Type": "application/x-amz-json-1.1"})

    with http_servers.listening(Handler) as address:
        yield address
