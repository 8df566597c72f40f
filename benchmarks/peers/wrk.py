"""Puts load on a server by wrk, and reads what it tells. Source: https://github.com/wg/wrk, SCRIPTING."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

MARK = "measured: "
TIMEOUT_SECONDS = 30
"""No answer by then is an error."""
SCRIPT = """
local bodies = {%(bodies)s}
local requests, place = {}, 0
init = function(_)
  local headers = {["Content-Type"] = "application/json", ["Accept"] = "application/json"}
  for number, body in ipairs(bodies) do
    requests[number] = wrk.format("POST", %(path)s, headers, body)
  end
end
request = function()
  place = place %% #requests + 1
  return requests[place]
end
done = function(summary, latency, _)
  local failed = summary.errors
  io.write(string.format(
    '%(mark)s{"requests": %%d, "microseconds": %%d, "p50": %%d, "p99": %%d, "errors": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
"""


class Load(NamedTuple):
    rate: float
    """Requests a second."""
    median: float
    slow: float
    """Milliseconds, and the 99th percentile, of the requests that were answered; where none was, the whole time."""
    errors: int
    """Connections that failed, answers that are not 2xx, and those that did not come."""


def lacking() -> str:
    """What to do before anything can be measured; empty when nothing."""
    found = shutil.which("wrk")
    return "" if found else "wrk is missing: `apt-get install wrk` on Debian and Ubuntu, `brew install wrk` on macOS"


def script(path: str, bodies: Sequence[str]) -> str:
    return SCRIPT % {"bodies": ", ".join(map(_quoted, bodies)), "path": _quoted(path), "mark": MARK}


def _quoted(text: str) -> str:
    """As Lua reads it: of what JSON escapes, a body has quotes and backslashes alone."""
    return json.dumps(text)


def load(port: int, file: Path, *, connections: int, seconds: int) -> Load:
    """By one thread, which leaves the server a core of two."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
    command += ["--timeout", f"{TIMEOUT_SECONDS}s", "--script", str(file), f"http://127.0.0.1:{port}"]
    return read(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def read(output: str) -> Load:
    told = json.loads(output.rpartition(MARK)[2])
    rate = told["requests"] / told["microseconds"] * 1e6
    median, slow = (told[name] if told["requests"] else told["microseconds"] for name in ("p50", "p99"))
    return Load(rate, median / 1000, slow / 1000, told["errors"])
