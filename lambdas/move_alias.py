"""move-alias: the pipeline function that carries out an operator's change of the alias. API and CLI call it.

Only this function and the state machine may: its role verifies versions by their numbers and moves the alias, which
the API's role and an operator's cannot. A refused request is an answer; an exception is a fault of the function.
"""

from __future__ import annotations

from typing import Any

from chalicelib import names
from chalicelib.api import responses
from chalicelib.aws import connect
from chalicelib.aws.patience import MOVING, ending_within
from chalicelib.contracts.interventions import MoveAliasTask, MoveAnswered
from chalicelib.contracts.payload import from_event, to_event
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, RequestError, TransientError
from chalicelib.interventions import carrying_out
from chalicelib.log import log
from chalicelib.names import Names
from chalicelib.settings.reading import load
from chalicelib.settings.tasks import TaskSettings
from chalicelib.unexpected import in_our_words
from lambdas.step import Context


def run(task: MoveAliasTask, edges: Edges) -> MoveAnswered:
    try:
        answered = carrying_out.carry_out(edges, task)
    except (RequestError, TransientError, RegistryIncomplete) as exc:
        status, body = responses.of_error(exc)
        answered = MoveAnswered(status=status, body=body)
    log(
        "move_answered",
        name=task.name,
        action=task.action,
        model=task.model,
        who=task.who,
        status=answered.status,
        code=answered.body.get("Code"),
        took_ms=answered.body.get("took_ms"),
    )
    return answered


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    settings = load(TaskSettings)
    edges = connect.edges(Names.from_function_arn(context.invoked_function_arn, stage=settings.stage), MOVING)
    with in_our_words(names.MOVE_ALIAS), ending_within(context.get_remaining_time_in_millis()):
        return to_event(run(from_event(MoveAliasTask, event), edges))
