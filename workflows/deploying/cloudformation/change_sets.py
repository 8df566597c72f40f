"""Brings one CloudFormation stack to its template by a change set, whatever state the stack is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.errors import DeploymentFailed
from workflows.deploying.cloudformation.events import Course
from workflows.deploying.cloudformation.lost import Lost
from workflows.deploying.cloudformation.present import NEVER_CREATED, PROPOSED, described
from workflows.deploying.cloudformation.proposals import Kind, Proposal, WantedStack, propose
from workflows.deploying.cloudformation.templates import StoreTemplate
from workflows.deploying.progress import Patience, Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

SUCCEEDED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
"""The last one occurs when the only change is that the stack has adopted something."""
MADE_AGAIN = "made again"
"""The status of lost resources that are made again; a step with it is always reported."""

FindLost = Callable[[str], Lost | None]
"""Of a stack's name: what the stack has lost of its resources."""


class Stack:
    """A stack as it should be, whether it exists or not."""

    def __init__(
        self,
        client: CloudFormationClient,
        wanted: WantedStack,
        *,
        report: Report,
        patience: Patience | None = None,
        store: StoreTemplate | None = None,
        find_lost: FindLost = lambda _name: None,
    ) -> None:
        self._client = client
        self._wanted = wanted
        self._name = wanted.name
        self._report = report
        self._patience = patience or Patience()
        self._store = store
        self._find_lost = find_lost

    def apply(self) -> bool:
        """Make the stack what it is to be; returns whether anything changed.

        Waits for a deployment that is going on, and removes what a failed first one left. Raises DeploymentFailed
        with the resources that failed and CloudFormation's reasons.
        """
        kind = self._make_ready()
        if kind == "UPDATE":
            self._take_out_lost()
        if not self._change(kind, self._wanted):
            self._tell("unchanged")
            return False
        if kind == "CREATE" and self._wanted.adopts and self._take_out_lost():  # adopting sets no property
            self._change("UPDATE", replace(self._wanted, adopts=False))
        return True

    def _take_out_lost(self) -> bool:
        """So that the update that follows makes again what the stack has lost; returns whether it lost anything."""
        lost = self._find_lost(self._name)
        if lost is None:
            return False
        self._report(Step(self._name, str(lost), MADE_AGAIN))
        left = replace(self._wanted, template=lost.template, parameters=lost.parameters, adopts=False)
        self._change("UPDATE", left)
        return True

    def _make_ready(self) -> Kind:
        status = self._patience.wait(self._settled, until=f"the other deployment of stack {self._name} is over")
        if status in {"", PROPOSED}:
            return "CREATE"
        self._check_owner()
        if status in NEVER_CREATED:
            self._delete()
            return "CREATE"
        if status.endswith("_FAILED"):
            raise DeploymentFailed(
                f"stack {self._name} is {status} and takes no update: continue its rollback or delete it in the AWS"
                " console, then deploy again",
                stack=self._name,
                status=status,
            )
        return "UPDATE"

    def _check_owner(self) -> None:
        """Refuses another project's stack of this name: an update would replace it."""
        stack = described(self._client, self._name)
        tags = stack.get("Tags", []) if stack else []
        missing = self._wanted.tags.items() - {(tag["Key"], tag["Value"]) for tag in tags}
        if missing:
            wanted = ", ".join(f"{key}={value}" for key, value in sorted(missing))
            raise DeploymentFailed(
                f"there is a stack {self._name} that does not carry the tag {wanted}, so somebody else made it and it"
                " is left alone: take another stage, region or account, or delete that stack",
                stack=self._name,
            )

    def _settled(self) -> str | None:
        """The status of the stack, empty where there is none, or None while somebody is changing it."""
        status = self._status()
        if status.endswith("_IN_PROGRESS") and status != PROPOSED:
            return None
        return status

    def _status(self) -> str:
        stack = described(self._client, self._name)
        return stack["StackStatus"] if stack else ""

    def _delete(self) -> None:
        self._tell("removing what its failed creation left")
        with refusals(f"deleting stack {self._name}"):
            self._client.delete_stack(StackName=self._name)
        status = self._patience.wait(self._settled, until=f"stack {self._name} is deleted")
        if status:
            raise DeploymentFailed(
                f"stack {self._name} could not be deleted, it is {status}: delete it in the AWS console",
                stack=self._name,
                status=status,
            )

    def _change(self, kind: Kind, wanted: WantedStack) -> bool:
        """Returns whether there was anything to change."""
        proposal = propose(self._client, wanted, kind=kind, purpose="deploy", store=self._store)
        reason = proposal.refusal(self._patience)
        if reason is None:
            proposal.take_back()
            return False
        if reason:
            raise DeploymentFailed(f"CloudFormation refuses the change of stack {self._name}: {reason}")
        self._execute(proposal)
        return True

    def _execute(self, proposal: Proposal) -> None:
        course = Course(self._client, stack=self._name, report=self._report)
        proposal.carry_out()
        status = self._patience.wait(lambda: self._ended(course), until=f"stack {self._name} is changed")
        if status not in SUCCEEDED:
            what = "; ".join(f"{resource}: {reason}" for resource, reason in course.failures.items())
            raise DeploymentFailed(
                f"stack {self._name} is {status}: {what or 'no resource gave a reason'}",
                stack=self._name,
                status=status,
                failures=course.failures,
            )

    def _ended(self, course: Course) -> str | None:
        """The stack's status once it is final.

        It is first read from the events, because for a moment the stack still has the status it had before; and then
        from the stack, because a failure is followed by a rollback.
        """
        status = course.look()
        if not status or status.endswith("_IN_PROGRESS"):
            return None
        return status if status == self._status() else None

    def _tell(self, status: str) -> None:
        self._report(Step(self._name, self._name, status))
