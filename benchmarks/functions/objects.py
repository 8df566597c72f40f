"""A stand-in for S3 on 127.0.0.1 that has two objects: the model as a graph, and as joblib wrote it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BUCKET, KEY = "models", "model.onnx"


@contextmanager
def serving(objects: Mapping[str, bytes]) -> Iterator[str]:
    """The address, while it lasts. Whole objects alone are given, by their key."""

    class Giving(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            body = objects[urlsplit(self.path).path.removeprefix(f"/{BUCKET}/")]
            ranged = "Range" in self.headers
            self.send_response(206 if ranged else 200)
            if ranged:
                self.send_header("Content-Range", f"bytes 0-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            self.wfile.write(body if with_body else b"")
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Giving)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
