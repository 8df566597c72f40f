"""uvicorn alone, which answers each request with the same three bytes: python -m benchmarks.peers.bare PORT"""

from __future__ import annotations

import sys

from benchmarks.inference import bare
from workflows.inference.running import listening

if __name__ == "__main__":
    bare(listening("127.0.0.1", int(sys.argv[1])))
