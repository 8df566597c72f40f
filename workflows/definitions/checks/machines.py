"""What a definition is held against: there are two machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.contracts.runs import RetrainInput
from chalicelib.edges.hosting.transform_jobs import TransformOrder
from chalicelib.values import Value
from workflows.definitions.functions import SIGNATURES, Signature


@dataclass(frozen=True)
class Machine:
    """A state machine, as its callers and its functions know it."""

    takes: type[Value]
    """What an execution is started with."""
    repair: str
    """The state to which every failure leads."""
    contracts: Mapping[str, Signature]
    """Of the functions that it calls, by task: of all that there are for it."""


RETRAIN = Machine(RetrainInput, "RestoreAfterFailure", SIGNATURES)
TRANSFORM = Machine(TransformOrder, "StopTransform", {})
