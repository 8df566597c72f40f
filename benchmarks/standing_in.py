"""Answers the two calls of AWS that a prediction makes, over HTTP and over TLS: prints its two ports.

python -m benchmarks.standing_in
"""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.command_line import command
from chalicelib.api.access import PREDICT, Token, digest

SECRET = "s" * 43
CERTIFICATE = Path(__file__).resolve().parents[1] / "tests/given/tls/certificate.pem"
TOKEN = Token("benchmark", digest(SECRET), (PREDICT,)).to_body()
PREDICTION = {"label": "normal", "probability": 1.0}
ANSWER = json.dumps({"status": 200, "body": {"model": "kdd99-http", "predictions": [PREDICTION]}}).encode()


class Answering(BaseHTTPRequestHandler):
    """Reads a token, and invokes a version."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_GET(self) -> None:
        self._answer(TOKEN)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(ANSWER)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Quiet."""


def main() -> None:
    command(__doc__).parse_args()
    plain, encrypted = (ThreadingHTTPServer(("127.0.0.1", 0), Answering) for _ in range(2))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
    encrypted.socket = context.wrap_socket(encrypted.socket, server_side=True, do_handshake_on_connect=False)
    print(plain.server_port, encrypted.server_port, flush=True)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    encrypted.serve_forever()


if __name__ == "__main__":
    main()
