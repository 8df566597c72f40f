"""Lambda: the serving functions, their versions and their alias."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib import names
from chalicelib.aws.calls import code, transient
from chalicelib.edges.serving_functions import LAYERS, Alias, AliasMoved, Answer, FunctionVersion
from chalicelib.errors import FunctionBusy, FunctionUnavailable, ModelUnknown

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient


class LambdaServingFunctions:
    """`chalicelib.edges.ServingFunctions` over one stage's Lambda functions."""

    def __init__(self, client: LambdaClient, *, stage: str, asking: Callable[[], LambdaClient] | None = None) -> None:
        """`asking` makes the client that invokes, where that is another one."""
        self._client = client
        self._stage = stage
        self._make_asking = asking

    @cached_property
    def _asking(self) -> LambdaClient:
        return self._make_asking() if self._make_asking else self._client

    def alias(self, model: str) -> Alias | None:
        try:
            with self._speaking_of(model, doing="reading the alias"):
                return _alias(self._client.get_alias(FunctionName=self._function(model), Name=names.LIVE))
        except ModelUnknown:
            return None

    def create_alias(self, model: str, *, function_version: str, description: str) -> Alias:
        _check(function_version, {})
        with self._speaking_of(model, doing="creating the alias"), _compared("ResourceConflictException"):
            return _alias(
                self._client.create_alias(
                    FunctionName=self._function(model),
                    Name=names.LIVE,
                    FunctionVersion=function_version,
                    Description=description,
                )
            )

    def update_alias(
        self,
        model: str,
        *,
        function_version: str,
        weights: Mapping[str, float],
        description: str,
        revision_id: str,
    ) -> Alias:
        _check(function_version, weights)
        try:
            with (
                self._speaking_of(model, doing=f"moving the alias to version {function_version}"),
                _compared("PreconditionFailedException"),
            ):
                return _alias(
                    self._client.update_alias(
                        FunctionName=self._function(model),
                        Name=names.LIVE,
                        FunctionVersion=function_version,
                        RoutingConfig={"AdditionalVersionWeights": dict(weights)},
                        Description=description,
                        RevisionId=revision_id,
                    )
                )
        except ModelUnknown as exc:
            if self.alias(model) is None:
                raise AliasMoved(f"the alias of {model} is gone") from exc
            raise

    def configuration(self, model: str) -> Mapping[str, Any]:
        with self._speaking_of(model, doing="reading the configuration"):
            return _configuration(self._client.get_function_configuration(FunctionName=self._function(model)))

    def publish(self, model: str, package: bytes) -> FunctionVersion:
        with self._speaking_of(model, doing="publishing a version"):
            return _version(
                self._client.update_function_code(FunctionName=self._function(model), ZipFile=package, Publish=True)
            )

    def version(self, model: str, function_version: str) -> FunctionVersion | None:
        try:
            with self._speaking_of(model, doing="reading a version"):
                return _version(
                    self._client.get_function_configuration(
                        FunctionName=self._function(model), Qualifier=function_version
                    )
                )
        except ModelUnknown:
            return None

    def versions(self, model: str) -> Sequence[FunctionVersion]:
        with self._speaking_of(model, doing="listing the versions"):
            pages = self._client.get_paginator("list_versions_by_function").paginate(
                FunctionName=self._function(model)
            )
            found = [each for page in pages for each in page["Versions"]]
        return [_version(each) for each in found if each["Version"] != "$LATEST"]

    def delete_version(self, model: str, function_version: str) -> bool:
        _check_number(function_version)  # without one Lambda would delete the whole function
        try:
            with self._speaking_of(model, doing="deleting a version"), _compared("ResourceConflictException"):
                self._client.delete_function(FunctionName=self._function(model), Qualifier=function_version)
        except AliasMoved:
            return False
        except ModelUnknown:
            return True
        return True

    def invoke(self, model: str, payload: bytes, *, qualifier: str) -> Answer:
        with self._speaking_of(model, doing="invoking"):
            answer = self._invoked(FunctionName=self._function(model), Qualifier=qualifier, Payload=payload)
            return Answer(answer["Payload"].read(), answer.get("ExecutedVersion", ""), answer.get("FunctionError"))

    def _invoked(self, **call: Any) -> Any:
        """Raises FunctionUnavailable with `waited_seconds` where the function took longer than this client waits."""
        try:
            return self._asking.invoke(**call)
        except ReadTimeoutError as exc:
            config: Any = self._asking.meta.config
            waited = round(config.read_timeout)
            raise FunctionUnavailable(
                f"invoking {call['FunctionName']}: no answer within {waited} s", waited_seconds=waited
            ) from exc

    def _function(self, model: str) -> str:
        return names.serving_function(self._stage, model)

    @contextmanager
    def _speaking_of(self, model: str, *, doing: str) -> Iterator[None]:
        function = self._function(model)
        try:
            with transient(FunctionUnavailable, doing=f"{doing} of {function}"):
                yield
        except ClientError as exc:
            if code(exc) == "ResourceNotFoundException":
                raise ModelUnknown(f"{doing} of {function}: Lambda has no such function, version or alias") from exc
            if code(exc) == "ResourceConflictException":
                raise FunctionBusy(f"{doing} of {function}: an update is in progress") from exc
            raise


@contextmanager
def _compared(lost: str) -> Iterator[None]:
    """`lost` is Lambda's word for an alias that is not what the caller saw."""
    try:
        yield
    except ClientError as exc:
        if code(exc) == lost:
            raise AliasMoved("somebody else moved the alias first") from exc
        raise


def _check(function_version: str, weights: Mapping[str, float]) -> None:
    """What Lambda demands of an alias (docs: configuring-alias-routing), checked before the call."""
    for version in (function_version, *weights):
        _check_number(version)
    if len(weights) > 1 or any(not 0 < weight < 1 for weight in weights.values()):
        raise ValueError(f"an alias takes one more version with a weight between 0 and 1, not {dict(weights)}")


def _check_number(function_version: str) -> None:
    if not function_version.isdigit():
        raise ValueError(f"expected the number of a published version, not {function_version!r}")


def _alias(answer: Any) -> Alias:
    routing = answer.get("RoutingConfig") or {}
    return Alias(
        function_version=answer["FunctionVersion"],
        revision_id=answer["RevisionId"],
        description=answer.get("Description", ""),
        weights=routing.get("AdditionalVersionWeights") or {},
    )


def _version(answer: Any) -> FunctionVersion:
    return FunctionVersion(
        function_version=answer["Version"],
        code_sha256=answer["CodeSha256"],
        state=answer.get("State", "Active"),
        configuration=_configuration(answer),
        size_bytes=answer.get("CodeSize", 0),
    )


def _configuration(answer: Any) -> Mapping[str, Any]:
    return {
        "Role": answer.get("Role"),
        "Runtime": answer.get("Runtime"),
        "Handler": answer.get("Handler"),
        "Layers": [layer["Arn"] for layer in answer.get("Layers") or []],
        "MemorySize": answer.get("MemorySize"),
        "Timeout": answer.get("Timeout"),
        "Architectures": answer.get("Architectures"),
        **_layers_by_name(answer),
    }


def _layers_by_name(answer: Any) -> Mapping[str, Any]:
    told = answer.get("Environment", {}).get("Variables", {}).get(LAYERS)
    return {"Environment": {LAYERS: told}} if told else {}
