"""The pipeline's functions in memory: a `PipelineFunctions` that runs move-alias here and now."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import names
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.contracts.payload import from_event, to_event
from chalicelib.edges import Edges
from lambdas import move_alias


class InMemoryPipeline:
    """Of what is started for later, only the payloads are kept: by and by is when a test says so."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        self.started: list[tuple[str, dict[str, Any]]] = []

    def call(self, task: str, payload: bytes) -> bytes:
        assert task == names.MOVE_ALIAS, f"nobody calls {task} from outside the state machine"
        answered = move_alias.run(from_event(MoveAliasTask, json.loads(payload)), self.edges)
        return json.dumps(to_event(answered)).encode()

    def start(self, task: str, payload: bytes) -> None:
        self.started.append((task, json.loads(payload)))
