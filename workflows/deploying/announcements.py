"""Tells the person who deploys which alarms will ring though nothing is wrong, before their mails arrive."""

from __future__ import annotations

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cutting import listed
from chalicelib.edges.serving_functions import ServingFunctions
from chalicelib.errors import TransientError
from chalicelib.names import APP
from workflows.aws_errors import told


def after_deploying(stage: str, models: Sequence[str], *, functions: ServingFunctions, email: str) -> list[str]:
    """The notes at the end of a deployment. If AWS does not answer now, a note says so, and nothing fails."""
    try:
        waiting = [model for model in models if functions.alias(model) is None]
    except (TransientError, ClientError, BotoCoreError) as exc:
        said = exc.message if isinstance(exc, TransientError) else told(exc)
        return [
            f"it is unknown which models were never live, and the alarm {APP}-{stage}-MODEL-failing of such a model"
            f" rings until a run has done its work: {said}"
        ]
    return of_alarms(stage, waiting=waiting, email=email)


def of_alarms(stage: str, *, waiting: Sequence[str], email: str) -> list[str]:
    """`waiting` are the models that were never live, `email` is who is told of alarms.

    >>> of_alarms("prod", waiting=[], email="ops@example.com")
    []
    >>> of_alarms("prod", waiting=["loans"], email="")[0].partition(":")[0]
    'alarm nightswap-prod-loans-failing rings until a run has done its work'
    """
    if not waiting:
        return []
    alarms = listed(f"{APP}-{stage}-{model}-failing" for model in waiting)
    several, ring = ("s", "ring") if len(waiting) > 1 else ("", "rings")
    notes = [
        f"alarm{several} {alarms} {ring} until a run has done its work:"
        f" nightswap retrain --stage {stage} --model {waiting[0]}",
        f"alarm {APP}-{stage}-throttled tells of every throttled call of Lambda in the region,"
        " other applications' too",
    ]
    if email:
        notes.append(
            f"{email} hears of alarms from when it has confirmed AWS's mail about topic {APP}-{stage}-alerts on: what"
            " rang before is not sent again"
        )
    return notes
