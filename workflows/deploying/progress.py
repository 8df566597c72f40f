"""Reports a deployment's progress, and waits for AWS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.edges.pauses import growing
from chalicelib.errors import DeploymentFailed
from workflows.aws_errors import told

Found = TypeVar("Found")


@dataclass(frozen=True)
class Step:
    """Something happened to a part of the deployment."""

    phase: str
    """A stack's name, `upload` or `chalice`."""
    subject: str
    """A resource's logical ID, a file, or a line that Chalice printed."""
    status: str
    """CloudFormation's status, or a word in small letters; empty where the subject says it all."""


Report = Callable[[Step], None]


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait for AWS. It looks often at first and then ever less: the local AWS is done in a moment."""

    deadline_seconds: float = 1800.0
    first_pause_seconds: float = 0.02
    longest_pause_seconds: float = 3.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def wait(self, ask: Callable[[], Found | None], *, until: str) -> Found:
        """The first answer that is not None; raises DeploymentFailed at the deadline."""
        ends_at = self.clock() + self.deadline_seconds
        pauses = growing(self.first_pause_seconds, longest_seconds=self.longest_pause_seconds)
        while (found := ask()) is None:
            if self.clock() >= ends_at:
                raise DeploymentFailed(
                    f"waited {self.deadline_seconds:.0f} s in vain until {until}:"
                    " look at it in the AWS console, then deploy again"
                )
            self.sleep(next(pauses))
        return found

    def insist(self, act: Callable[[], Found], *, while_refused: Callable[[ClientError], bool]) -> Found:
        """What comes of the act, tried again while AWS refuses it like that; at the deadline raises the refusal.

        For what AWS does not know yet everywhere though it has said that it is done.
        """
        ends_at = self.clock() + self.deadline_seconds
        pauses = growing(self.first_pause_seconds, longest_seconds=self.longest_pause_seconds)
        while True:
            try:
                return act()
            except ClientError as exc:
                if not while_refused(exc) or self.clock() >= ends_at:
                    raise
            self.sleep(next(pauses))


@contextmanager
def refusals(doing: str) -> Iterator[None]:
    """Raise what AWS refuses, or what keeps from asking it, as DeploymentFailed: in AWS's words, with the way out."""
    try:
        yield
    except (ClientError, BotoCoreError) as exc:
        raise DeploymentFailed(f"{doing}: {told(exc)}") from exc
