"""Lambda: the function that serves a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib import names
from chalicelib.aws.signed.client import SignedClient, transient
from chalicelib.aws.signed.connection import TooSlow
from chalicelib.aws.signed.refusals import Refused
from chalicelib.aws.signed.signature import encoded
from chalicelib.edges.serving_functions import Answer
from chalicelib.errors import FunctionBusy, FunctionUnavailable, ModelUnknown


class SignedInvoker:
    """`chalicelib.edges.serving_functions.Invoker` over one stage's Lambda functions."""

    def __init__(self, client: SignedClient, *, stage: str) -> None:
        self._client = client
        self._stage = stage

    def invoke(self, model: str, payload: bytes, *, qualifier: str) -> Answer:
        function = names.serving_function(self._stage, model)
        path = f"/2015-03-31/functions/{encoded(function)}/invocations"
        with _speaking_of(function):
            answer = self._client.call("POST", path, query={"Qualifier": qualifier}, body=payload)
        said = answer.headers
        return Answer(answer.body, said.get("x-amz-executed-version", ""), said.get("x-amz-function-error"))


@contextmanager
def _speaking_of(function: str) -> Iterator[None]:
    doing = f"invoking of {function}"
    try:
        with transient(FunctionUnavailable, doing=doing):
            yield
    except FunctionUnavailable as exc:
        if isinstance(exc.__cause__, TooSlow):
            waited = round(exc.__cause__.seconds)
            raise FunctionUnavailable(f"{doing}: no answer within {waited} s", waited_seconds=waited) from exc
        raise
    except Refused as exc:
        if exc.code == "ResourceNotFoundException":
            raise ModelUnknown(f"{doing}: Lambda has no such function, version or alias") from exc
        if exc.code == "ResourceConflictException":
            raise FunctionBusy(f"{doing}: an update is in progress") from exc
        raise
