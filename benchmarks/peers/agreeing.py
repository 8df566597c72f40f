"""Before a server is measured: it answers as the model does, and refuses what the recipe does."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.peers.made import Made
from benchmarks.peers.peer import Fields, Peer
from benchmarks.peers.serving import asked

GOOD: Fields = {"duration": 0.0, "src_bytes": 230.0, "dst_bytes": 1200.0}
REFUSED: dict[str, Fields] = {
    "a negative number": {**GOOD, "src_bytes": -1.0},
    "a text": {**GOOD, "src_bytes": "many"},
    "a missing column": {name: value for name, value in GOOD.items() if name != "src_bytes"},
    "no number": {**GOOD, "src_bytes": None},
}


def disagreements(peer: Peer, port: int, made: Made) -> Iterator[str]:
    """In words; none where the server does what all others do."""
    if peer.said is None:
        return
    for fields, wanted in zip(made.asked, made.expected, strict=True):
        answer = asked(peer, port, fields)
        if answer.status != 200:
            yield f"{peer.name} answers {answer.status} for {dict(fields)}: {answer.body[:500]!r}"
            return
        said = peer.said(json.loads(answer.body))
        if said.label != wanted.label or abs(said.probability - wanted.probability) > peer.tolerance:
            yield f"{peer.name} says {said} of {dict(fields)}, scikit-learn {wanted}"
            return
    for what, fields in REFUSED.items():
        answer = asked(peer, port, fields)
        if not 400 <= answer.status < 500:
            yield f"{peer.name} answers {answer.status} for {what}: {answer.body[:500]!r}"
