"""Stands in for Lambda's runtime emulator: answers an event with what the function's process would see of its start.

The event may ask for an error of the function, or that the process be deaf to SIGTERM from then on.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

INTERFACE = "--runtime-interface-emulator-address"


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if event == "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        said = {
            "pid": os.getpid(),
            "path": self.path,
            "arguments": sys.argv[1:],
            "folder": str(Path.cwd()),
            "environment": dict(os.environ),
        }
        status, body = (500, {"errorType": "Unhappy"}) if event == "fail" else (200, said)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


if __name__ == "__main__":
    sys.stdout.write("the stand-in starts\n")
    sys.stdout.flush()
    host, _, port = sys.argv[sys.argv.index(INTERFACE) + 1].partition(":")
    HTTPServer((host, int(port)), Answer).serve_forever()
