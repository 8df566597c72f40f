"""Inference servers in processes of their own, on free ports of 127.0.0.1."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ADDRESS = re.compile(r" answers on http://127\.0\.0\.1:(\d+) until Ctrl-C")


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    port: int

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()


@contextmanager
def running(
    command: Sequence[str | Path], *, cwd: Path, environment: dict[str, str] | None = None
) -> Iterator[Server]:
    """The server of a command that listens on a free port, until the block ends; its output goes into its pipe."""
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=cwd, env=environment or {}, **options) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = ADDRESS.search(line)
            assert found, line + process.communicate()[0]
            yield Server(process, int(found[1]))
        finally:
            process.kill()
