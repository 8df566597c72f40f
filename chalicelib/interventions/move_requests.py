"""Requests to move the alias: how the API reads them, what they are called, and who carries them out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import names
from chalicelib.contracts import MoveAliasTask, to_event
from chalicelib.cutting import listed, quoted
from chalicelib.documents import documents
from chalicelib.edges import PipelineFunctions
from chalicelib.errors import BadRequest, ModelUnknown, VersionUnknown
from chalicelib.interventions.move_decisions import PIN, PROMOTE, ROLLBACK, UNPIN
from chalicelib.limits import REASON_CHARACTERS, VERSION_DIGITS
from chalicelib.registry import models

FIELDS = {
    ROLLBACK: ("reason", "to"),
    PROMOTE: ("reason", "lift_quarantine"),
    PIN: ("reason", "version"),
    UNPIN: ("reason",),
}
"""What the body of a request may hold; the reason it must."""
FORMS = {
    ROLLBACK: '{"reason": "...", "to": VERSION}',
    PROMOTE: '{"reason": "...", "lift_quarantine": false}',
    PIN: '{"reason": "...", "version": VERSION}',
    UNPIN: '{"reason": "..."}',
}
DIGITS = 16


def name(action: str, *, model: str, idempotency_key: str | None, attempt: str) -> str:
    """The request's name: the same key is the same request. `attempt` is fresh: 16 hexadecimal digits.

    >>> name("rollback", model="kdd99-http", idempotency_key=None, attempt="00112233445566ff")
    'rollback-00112233445566ff'
    >>> name("pin", model="kdd99-http", idempotency_key="deploy-17", attempt="00112233445566ff")
    'pin-9ae1db56adf77745'
    """
    if idempotency_key is None:
        return f"{action}-{attempt}"
    return f"{action}-{hashlib.sha256(f'{model} {idempotency_key}'.encode()).hexdigest()[:DIGITS]}"


def from_body(
    body: Any,
    *,
    action: str,
    model: str,
    known: Sequence[str],
    version: str | None,
    name: str,
    who: str,
    repeatable: bool,
) -> MoveAliasTask:
    """The request in a body and a path; raises BadRequest naming the field, ModelUnknown or VersionUnknown.

    `known` are the models that there are; `version` is the path's, for the actions that have it there. `repeatable`
    says that the request has a key of its own, so that asking again asks for the same.
    """
    if model not in known:
        raise ModelUnknown(f"there is no model {quoted(model)}", field="model", accepted=listed(known))
    fields = {} if body is None else body
    if not isinstance(fields, dict):
        raise BadRequest("the body is not a JSON object", accepted=FORMS[action])
    for field in fields:
        if field not in FIELDS[action]:
            raise BadRequest(f"unknown field {quoted(field)}", field=field, accepted=", ".join(FIELDS[action]))
    lift = fields.get("lift_quarantine", False)
    if not isinstance(lift, bool):
        raise BadRequest("lift_quarantine is not true or false", field="lift_quarantine", accepted="true or false")
    number = _version(fields) if version is None else _version_in_path(version)
    reason = check_reason(fields.get("reason"))
    if action == ROLLBACK and number is None and not repeatable:
        raise BadRequest(
            "a rollback that names no version goes back one more each time it is asked for: say where to, or send an"
            " Idempotency-Key",
            field="to",
            accepted="1, 2, ...",
        )
    return MoveAliasTask(
        name=name,
        action=action,
        model=model,
        model_version=number,
        reason=reason,
        who=who,
        lift_quarantine=lift,
    )


def check_reason(reason: Any) -> str:
    """A reason as the ledger keeps it; raises BadRequest."""
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= REASON_CHARACTERS or not reason.isprintable():
        raise BadRequest(
            "reason is missing, or not a short text",
            field="reason",
            accepted=f"1 to {REASON_CHARACTERS} printable characters: it goes into the ledger",
        )
    return reason.strip()


def ask(pipeline: PipelineFunctions, task: MoveAliasTask) -> tuple[int, dict[str, Any]]:
    """Have it carried out; returns status and body, of a refusal too."""
    answered = documents.decode(pipeline.call(names.MOVE_ALIAS, documents.encode(to_event(task))))
    return answered["status"], answered["body"]


def _version(fields: Mapping[str, Any]) -> int | None:
    for field in ("to", "version"):
        wanted = fields.get(field)
        if wanted is None:
            continue
        if not isinstance(wanted, int) or isinstance(wanted, bool) or not 1 <= wanted < 10**VERSION_DIGITS:
            raise BadRequest(f"{field} is not a model version", field=field, accepted="1, 2, ...")
        return wanted
    return None


def _version_in_path(version: str) -> int:
    if not models.VERSION_NUMBER.fullmatch(version):
        raise VersionUnknown(
            f"a model version is a number, not {quoted(version)}", field="version", accepted="1, 2, ..."
        )
    return int(version)
