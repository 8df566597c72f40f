"""An artifact of the format `onnx`, as version 1 wrote it."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from lambdas.serve import onnx

VERSION_1: dict[str, Any] = {
    "format": "onnx",
    "format_version": 1,
    "classes": ["no", "yes"],
    "schema": {
        "columns": [
            {"kind": "number", "name": "x", "minimum": None, "maximum": None},
            {"kind": "category", "name": "flag", "allowed": None, "levels": ["S0", "SF"], "unknown": "ignored"},
        ]
    },
    "numbers": [[0, [["minus", 1.0]]]],
    "categories": [1],
}
GRAPH_1 = b64decode(
    "CAk6oQIKFAoEcm93cwoBdxIBcyIGTWF0TXVsCigKAXMSDXByb2JhYmlsaXRpZXMiB1NvZnRtYXgqCwoEYXhpcxgBoAECCiwKAXMS"
    "AWkiBkFyZ01heCoLCgRheGlzGAGgAQIqDwoIa2VlcGRpbXMYAKABAgoaCgVuYW1lcwoBaRIGbGFiZWxzIgZHYXRoZXISCW5pZ2h0"
    "c3dhcCorCAIIAhALQgF3SiAAAAAAAAAAAAAAAAAAAPA/AAAAAAAAAAAAAAAAAAAAQCoUCAIQCDICbm8yA3llc0IFbmFtZXNaFAoE"
    "cm93cxIMCgoICxIGCgAKAggCYhIKBmxhYmVscxIICgYICBICCgBiHQoNcHJvYmFiaWxpdGllcxIMCgoICxIGCgAKAggCQgQKABAS"
)
"""Of "yes" the score (x - 1) + 2 * code, of "no" 0; then their softmax."""


def whole(header: object, graph: bytes) -> bytes:
    told = json.dumps(header).encode()
    return onnx.MAGIC + len(told).to_bytes(onnx.LENGTH_BYTES, "little") + told + graph
