"""The outside world as the core sees it: one protocol per AWS service, implemented once under `chalicelib.aws`
and once, with AWS's faults, by the fakes of the simulation.

An edge translates botocore's errors into `chalicelib.errors` and does nothing else. A call may take effect although
its answer is lost (the edge then raises a TransientError), so everything that calls one is written to be repeated.

pauses.py  how long to wait between two looks at AWS
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.values import Value


class Stored(Value):
    """An object's content and its entity tag."""

    body: bytes
    etag: str


class Listed(Value):
    """An object as a listing shows it."""

    key: str
    etag: str
    size_bytes: int
    modified_at: datetime


class ObjectStore(Protocol):
    """One bucket. Reads after writes and listings are consistent, as S3 promises.

    Every method raises StoreUnavailable when S3 throttles or does not answer.
    """

    bucket: str

    def find(self, key: str) -> Stored | None:
        """The object, or None."""

    def put(self, key: str, body: bytes) -> None: ...

    def put_if_absent(self, key: str, body: bytes) -> bool:
        """Write unless there is an object; False says that there is one (perhaps our own, by a lost answer)."""

    def put_if_match(self, key: str, body: bytes, *, etag: str) -> bool:
        """Write over exactly the object with this entity tag; False says that it is another one, or none."""

    def delete(self, key: str) -> None: ...

    def delete_if_match(self, key: str, *, etag: str) -> bool:
        """Delete exactly the object with this entity tag; False says that it is another one, or none."""

    def list(self, prefix: str) -> Sequence[Listed]:
        """All objects below the prefix, in order of their keys."""

    def copy(self, source: str, target: str) -> None: ...

    def earlier(self, key: str) -> Iterable[Stored | None]:
        """What lay at the key before what lies there now, newest first, as far as it is kept; None for a deletion."""


class ObjectVersion(Value, kw_only=True):
    """One of all versions that S3 keeps of an object: what was replaced or deleted too, and a mark of a deletion."""

    key: str
    version_id: str
    etag: str
    """Empty for a mark of a deletion, which has no content."""
    size_bytes: int
    is_latest: bool

    @property
    def is_mark(self) -> bool:
        return not self.etag


class ObjectVersions(Protocol):
    """All versions of all objects of one bucket, for what is to be gone for good.

    Every method raises StoreUnavailable when S3 throttles or does not answer.
    """

    def list(self, prefix: str) -> Sequence[ObjectVersion]:
        """Of all objects below the prefix, in order of their keys, the latest version of each first."""

    def read(self, version: ObjectVersion) -> bytes | None:
        """The content; None when the version is gone, or a mark."""

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """For good; what is gone already counts as deleted."""


class Alias(Value):
    """A Lambda alias. `weights` are the shares, 0..1, of function versions beside the main one."""

    function_version: str
    revision_id: str
    description: str
    weights: Mapping[str, float] = {}


class FunctionVersion(Value):
    """A published version of a Lambda function, with the configuration that it took along."""

    function_version: str
    code_sha256: str
    """Base64 of the package's SHA-256, as Lambda reports it."""
    state: str
    """Pending, Active, Inactive or Failed."""
    configuration: Mapping[str, Any]
    """Role, Runtime, Handler, Layers (ARNs), MemorySize, Timeout: whatever decides how the code behaves."""
    size_bytes: int = 0
    """Of the package, as it counts towards Lambda's storage."""


class Answer(Value):
    """What an invocation returned. `function_error` is set when the function raised."""

    payload: bytes
    executed_version: str
    function_error: str | None = None


class AliasMoved(Exception):
    """The alias is not what the caller last saw: it has another RevisionId, exists already, or is gone."""


class ServingFunctions(Protocol):
    """The serving Lambda functions, one for each model.

    Raises FunctionBusy while an update is in progress, FunctionUnavailable when Lambda throttles or does not answer,
    ModelUnknown when the model has no serving function.
    """

    def alias(self, model: str) -> Alias | None: ...

    def create_alias(self, model: str, *, function_version: str, description: str) -> Alias:
        """Raises AliasMoved when there is one."""

    def update_alias(
        self,
        model: str,
        *,
        function_version: str,
        weights: Mapping[str, float],
        description: str,
        revision_id: str,
    ) -> Alias:
        """Raises AliasMoved when the alias has another RevisionId."""

    def configuration(self, model: str) -> Mapping[str, Any]:
        """The configuration that the next published version will take along, as in FunctionVersion."""

    def publish(self, model: str, package: bytes) -> FunctionVersion:
        """New code and a new version of it, in one call."""

    def version(self, model: str, function_version: str) -> FunctionVersion | None: ...

    def versions(self, model: str) -> Sequence[FunctionVersion]:
        """All published versions, oldest first."""

    def delete_version(self, model: str, function_version: str) -> bool:
        """Delete one published version; False when an alias points to it, which Lambda refuses.

        A version that is gone already counts as deleted.
        """

    def invoke(self, model: str, payload: bytes, *, qualifier: str) -> Answer: ...


class Execution(Value):
    """An execution of the state machine. `status` is RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""

    run: str
    status: str
    started_at: datetime
    stopped_at: datetime | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None


class Executions(Protocol):
    """The executions of the retrain state machine; an execution's name is the run's.

    Raises ExecutionsUnavailable when Step Functions throttles or does not answer, StackMissing when there is no
    state machine.
    """

    def start(self, run: str, payload: str) -> None:
        """Start it, unless an execution of that name exists: that is the run that was wanted."""

    def find(self, run: str) -> Execution | None: ...

    def stop(self, run: str, *, cause: str) -> None: ...

    def recent(self, *, running_only: bool = False) -> Sequence[Execution]:
        """The latest executions, newest first. Eventually consistent: it informs, it never guards."""


class Traffic(Value):
    """What an alias sent to one function version, as CloudWatch counted it."""

    invocations: int
    errors: int
    duration_ms: float | None
    """Mean, without the start of cold environments; None without invocations."""


class Metrics(Protocol):
    """What CloudWatch counts of the serving functions. It is minutes behind: the latest calls may be missing.

    Raises MetricsUnavailable when CloudWatch throttles or does not answer.
    """

    def traffic(self, model: str, *, function_versions: Sequence[str], since: datetime) -> Mapping[str, Traffic]:
        """By function version: what came by the alias `live` since then (rounded down to the minute)."""


class Notice(Value, kw_only=True):
    """An announcement, for people and for programs."""

    kind: str
    """One of chalicelib.notices.notices.KINDS: the event's DetailType."""
    model: str
    subject: str
    """At most 100 ASCII characters, SNS's limit."""
    text: str
    """What a person reads."""
    detail: Mapping[str, Any]
    """What a program reads: the event's detail, by the published schema."""


class Notices(Protocol):
    """The stage's topic and event bus. At least once: a notice may come twice.

    Raises NoticesUnavailable when one of them throttles or does not answer.
    """

    def send(self, notice: Notice) -> None: ...


class PipelineFunctions(Protocol):
    """The pipeline's own functions that are called from outside the state machine.

    Raises FunctionUnavailable when Lambda throttles or does not answer, StackMissing when there is no such function.
    """

    def call(self, task: str, payload: bytes) -> bytes:
        """The function's answer; raises ServingFailed when the function itself raised."""


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The time now, with its zone (UTC)."""


class Edges(Value, kw_only=True):
    """Everything outside that a core may reach."""

    store: ObjectStore
    functions: ServingFunctions
    executions: Executions
    metrics: Metrics
    notices: Notices
    clock: Clock
    sleep: Callable[[float], None]
    """Waits for so many seconds."""
