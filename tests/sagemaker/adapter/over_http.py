"""SageMaker's API at an address of this machine, for tests that need no Step Functions beside it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.sagemaker.adapter.service import Kind, Refused, SageMaker

TARGET = "SageMaker."


@contextmanager
def served(kinds: Sequence[Kind]) -> Iterator[str]:
    """The address at which these kinds of jobs are."""
    sagemaker = SageMaker(kinds)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            action = self.headers["x-amz-target"].removeprefix(TARGET)
            try:
                status, said = 200, sagemaker.answer(action, asked)
            except Refused as refused:
                status, said = 400, {"__type": refused.code, "message": refused.message}
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any, **__: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
