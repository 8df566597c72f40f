"""The pipeline's functions in memory: a `PipelineFunctions` that runs move-alias here and now."""

from __future__ import annotations

import json

from chalicelib import names
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.contracts.payload import from_event, to_event
from chalicelib.edges import Edges
from lambdas import move_alias


class InMemoryPipeline:
    def __init__(self, edges: Edges) -> None:
        self._edges = edges

    def call(self, task: str, payload: bytes) -> bytes:
        assert task == names.MOVE_ALIAS, f"nobody calls {task} from outside the state machine"
        answered = move_alias.run(from_event(MoveAliasTask, json.loads(payload)), self._edges)
        return json.dumps(to_event(answered)).encode()
