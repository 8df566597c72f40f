"""Reads an operator's requests to move the alias, names them, and hands them to the function move-alias."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from chalicelib import names
from chalicelib.bodies import FLAG, MODEL, REASON, REASON_OF_A_MOVE, REQUEST_NAME, VERSION, Field, Form, check_model
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.contracts.payload import to_event
from chalicelib.documents import documents
from chalicelib.edges.pipeline_functions import PipelineFunctions
from chalicelib.errors import BadRequest
from chalicelib.interventions.move_decisions import ACTIONS, PIN, PROMOTE, REJECT, ROLLBACK, UNPIN
from chalicelib.registry import models

_WHY = {"reason": REASON_OF_A_MOVE}
FORMS = {
    ROLLBACK: Form({**_WHY, "to": VERSION}, wanted=_WHY),
    PROMOTE: Form({**_WHY, "lift_quarantine": FLAG}, wanted=_WHY),
    PIN: Form({**_WHY, "version": VERSION}, wanted=_WHY),
    UNPIN: Form(_WHY, wanted=_WHY),
    REJECT: Form(_WHY, wanted=_WHY),
}
"""The bodies of the routes, by action."""
ATTEMPT_BYTES = 8
TASK = Form(
    {
        "name": REQUEST_NAME,
        "action": Field(lambda value: value in ACTIONS, "is not an action", ", ".join(ACTIONS)),
        "model": MODEL,
        "model_version": VERSION,
        "reason": REASON_OF_A_MOVE,
        "who": REASON,
        "lift_quarantine": FLAG,
    }
)
"""A MoveAliasTask."""


def name(action: str, *, model: str, idempotency_key: str | None, attempt: str) -> str:
    """The request's name: the same key is the same request. `attempt` is fresh: 16 hexadecimal digits.

    >>> name("rollback", model="kdd99-http", idempotency_key=None, attempt="00112233445566ff")
    'rollback-00112233445566ff'
    >>> name("pin", model="kdd99-http", idempotency_key="deploy-17", attempt="00112233445566ff")
    'pin-9ae1db56adf77745'
    """
    if idempotency_key is None:
        return f"{action}-{attempt}"
    return f"{action}-{hashlib.sha256(f'{model} {idempotency_key}'.encode()).hexdigest()[: 2 * ATTEMPT_BYTES]}"


def from_request(
    action: str,
    *,
    model: str,
    version: str | None,
    body: bytes,
    known: Callable[[], Sequence[str]],
    who: str,
    idempotency_key: str | None,
    attempt: str,
) -> MoveAliasTask:
    """What a request asks for; raises BadRequest naming the field, ModelUnknown or VersionUnknown.

    `version` is the path's, for the actions that have it there. What is wrong in the path is told before what is
    wrong in the body, but for one that is no JSON: that costs no look at `known`, the stage's models.
    A key makes the request repeatable: asking again with it asks for the same.
    """
    given = FORMS[action].parse(body)
    check_model(model, known=known())
    number = None if version is None else models.version_number(version)
    fields = FORMS[action].check(given)
    number = number or fields.get("to") or fields.get("version")
    if action == ROLLBACK and number is None and idempotency_key is None:
        raise BadRequest(
            "a rollback that names no version goes back one more each time it is asked for: say where to, or send an"
            " Idempotency-Key",
            field="to",
            accepted=VERSION.accepted,
        )
    return MoveAliasTask(
        name=name(action, model=model, idempotency_key=idempotency_key, attempt=attempt),
        action=action,
        model=model,
        model_version=number,
        reason=fields["reason"].strip(),
        who=who,
        lift_quarantine=fields.get("lift_quarantine", False),
    )


def check(task: MoveAliasTask) -> None:
    """Of a request that comes to the pipeline's function, by whichever way; raises BadRequest."""
    TASK.check(vars(task))


def ask(pipeline: PipelineFunctions, task: MoveAliasTask) -> tuple[int, dict[str, Any]]:
    """Have it carried out; returns status and body, of a refusal too."""
    answered = documents.decode(pipeline.call(names.MOVE_ALIAS, documents.encode(to_event(task))))
    return answered["status"], answered["body"]
