"""The file of a model of trees taken apart, and put together again, so that a test can damage it."""

from __future__ import annotations

import json
from typing import Any

from lambdas.serve import trees
from tests.given.trees import Model

Header = dict[str, Any]


def parts(of: Model) -> tuple[Header, bytearray]:
    begin = len(trees.MAGIC) + trees.LENGTH_BYTES
    end = begin + int.from_bytes(of.content[len(trees.MAGIC) : begin], "little")
    return json.loads(of.content[begin:end]), bytearray(of.content[end + -end % trees.ALIGNED :])


def whole(header: object, body: bytes | bytearray) -> bytes:
    told = json.dumps(header).encode()
    begin = trees.MAGIC + len(told).to_bytes(trees.LENGTH_BYTES, "little") + told
    return begin + bytes(-len(begin) % trees.ALIGNED) + body
