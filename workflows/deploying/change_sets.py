"""One CloudFormation stack brought to what its template says, by a change set, from whatever state it is in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.events import Course
from workflows.deploying.lost import Lost
from workflows.deploying.present import NEVER_CREATED, PROPOSED
from workflows.deploying.progress import Patience, Report, Step, refusals
from workflows.deploying.templates import StoreTemplate, carried

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import TagTypeDef

Kind = Literal["CREATE", "UPDATE"]

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation says that there is nothing to do; it has no code for it."""
SUCCEEDED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
MADE_AGAIN = "made again"
"""What becomes of lost resources; the status of a step that is always told."""

FindLost = Callable[[str], Lost | None]
"""Of a stack's name: what the stack has lost of its resources."""


class Stack:
    """A stack by its name, whether it exists or not."""

    def __init__(
        self,
        client: CloudFormationClient,
        *,
        name: str,
        report: Report,
        patience: Patience | None = None,
        store: StoreTemplate | None = None,
        find_lost: FindLost = lambda _name: None,
    ) -> None:
        self._client = client
        self._name = name
        self._report = report
        self._patience = patience or Patience()
        self._store = store
        self._find_lost = find_lost

    def apply(
        self,
        template: Mapping[str, Any],
        *,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        adopts: bool = False,
    ) -> bool:
        """Make the stack what the template says; returns whether anything changed.

        With `adopts`, resources that exist already under the template's names, kept by an earlier stack, become the
        stack's own; their names have to be written out, and their DeletionPolicy has to keep them.
        Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html

        Waits for a deployment that is going on, and removes what a failed first one left. Raises DeploymentFailed
        with the resources that failed and CloudFormation's reasons.
        """
        kind = self._make_ready(tags)
        if kind == "UPDATE":
            self._take_out_lost(tags)
        change_set = self._propose(kind, template, parameters=parameters, tags=tags, adopts=adopts)
        if change_set is None:
            self._tell("unchanged")
            return False
        self._execute(change_set)
        if kind == "CREATE" and adopts and self._find_lost(self._name):  # an adoption sets no property
            self.apply(template, parameters=parameters, tags=tags)
        return True

    def _take_out_lost(self, tags: Mapping[str, str]) -> None:
        """So that the update that follows makes again what the stack has lost."""
        lost = self._find_lost(self._name)
        if lost is None:
            return
        self._report(Step(self._name, str(lost), MADE_AGAIN))
        change_set = self._propose("UPDATE", lost.template, parameters=lost.parameters, tags=tags, adopts=False)
        if change_set is not None:
            self._execute(change_set)

    def _make_ready(self, tags: Mapping[str, str]) -> Kind:
        status = self._patience.wait(self._settled, until=f"the other deployment of stack {self._name} is over")
        if status in {"", PROPOSED}:
            return "CREATE"
        self._check_owner(tags)
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

    def _check_owner(self, tags: Mapping[str, str]) -> None:
        """An update would replace whatever another project has under this name."""
        with refusals(f"describing stack {self._name}"):
            stack = self._client.describe_stacks(StackName=self._name)["Stacks"][0]
        missing = tags.items() - {(tag["Key"], tag["Value"]) for tag in stack.get("Tags", [])}
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
        try:
            return self._client.describe_stacks(StackName=self._name)["Stacks"][0]["StackStatus"]
        except ClientError as exc:
            if "does not exist" in exc.response.get("Error", {}).get("Message", ""):
                return ""
            raise DeploymentFailed(f"describing stack {self._name}: {exc}") from exc

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

    def _propose(
        self,
        kind: Kind,
        template: Mapping[str, Any],
        *,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        adopts: bool,
    ) -> str | None:
        """The ARN of a change set that is ready to run, or None when nothing would change."""
        with refusals(f"proposing a change of stack {self._name}"):
            arn = self._client.create_change_set(
                StackName=self._name,
                ChangeSetName=f"deploy-{uuid.uuid4().hex}",
                ChangeSetType=kind,
                **carried(template, stack=self._name, store=self._store),
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
                Tags=_tags(tags),
                Capabilities=["CAPABILITY_IAM"],
                ImportExistingResources=adopts,
                # CloudFormation's check before the change takes a name that is there for a conflict even where it is
                # to be adopted. Without it a conflict is found by the resource itself, which says so in its event.
                DisableValidation=True,
            )["Id"]
        reason = self._patience.wait(lambda: self._refusal(arn), until=f"the change of stack {self._name} is checked")
        if not reason:
            return arn
        if not any(phrase in reason for phrase in NO_CHANGES):
            raise DeploymentFailed(f"CloudFormation refuses the change of stack {self._name}: {reason}")
        with refusals(f"removing an empty change of stack {self._name}"):
            self._client.delete_change_set(ChangeSetName=arn)
        return None

    def _refusal(self, arn: str) -> str | None:
        """Why the change set failed, empty when it is ready to run, None while CloudFormation makes it."""
        with refusals(f"describing the change of stack {self._name}"):
            described = self._client.describe_change_set(ChangeSetName=arn)
        if described["Status"] == "FAILED":
            return described.get("StatusReason") or "no reason was given"
        return "" if described["Status"] == "CREATE_COMPLETE" else None

    def _execute(self, change_set: str) -> None:
        course = Course(self._client, stack=self._name, report=self._report)
        with refusals(f"changing stack {self._name} (another deployment may have been faster: deploy again)"):
            self._client.execute_change_set(ChangeSetName=change_set)
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


def _tags(tags: Mapping[str, str]) -> list[TagTypeDef]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
