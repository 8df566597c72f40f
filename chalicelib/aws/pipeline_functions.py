"""Lambda: the pipeline's own functions that are called from outside the state machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib import names
from chalicelib.aws.calls import code, transient
from chalicelib.edges import failed_calls
from chalicelib.errors import FunctionUnavailable, ServingFailed, StackMissing

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient


class LambdaPipelineFunctions:
    """`chalicelib.edges.PipelineFunctions` over one stage's Lambda functions."""

    def __init__(self, client: LambdaClient, *, stage: str) -> None:
        self._client = client
        self._stage = stage

    def call(self, task: str, payload: bytes) -> bytes:
        function = names.task_function(self._stage, task)
        with self._speaking_of(function):
            answer = self._client.invoke(FunctionName=function, Payload=payload)
            said = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise ServingFailed(
                f"{function} {failed_calls.read(said).happened}, perhaps after its work: look at nightswap history"
                " MODEL, then ask again with the same Idempotency-Key; if it fails again, look into its log",
                function=function,
            )
        return said

    def start(self, task: str, payload: bytes) -> None:
        function = names.task_function(self._stage, task)
        with self._speaking_of(function):
            self._client.invoke(FunctionName=function, Payload=payload, InvocationType="Event")

    @contextmanager
    def _speaking_of(self, function: str) -> Iterator[None]:
        try:
            with transient(FunctionUnavailable, doing=f"calling {function}"):
                yield
        except ClientError as exc:
            if code(exc) == "ResourceNotFoundException":
                raise StackMissing(
                    f"function {function} does not exist: create the stacks with"
                    f" nightswap deploy --stage {self._stage}"
                ) from exc
            raise
