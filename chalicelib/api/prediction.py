"""Answers a prediction: sends a request to the live version and returns its answer.

This module decides whether a request is well formed and which model it means. The serving function decides whether
its features are right, because the schema travels with the model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from chalicelib import names
from chalicelib.api import starts
from chalicelib.api.doors import NPY, media_type, model_in
from chalicelib.bodies import BUCKET, INSTANCES, KEY, MODEL, WHY, Form, check_model
from chalicelib.cutting import quoted
from chalicelib.edges.serving_functions import Answer, Invoker
from chalicelib.errors import (
    BadRequest,
    Busy,
    FunctionBusy,
    FunctionUnavailable,
    ModelUnknown,
    NoLiveModel,
    ServingFailed,
    StackMissing,
    WrongContentType,
)
from chalicelib.values import Value

FORM = Form({"instances": INSTANCES, "model": MODEL, "why": WHY}, wanted=("instances",), may_be_empty=False)
STORED = Form({"bucket": BUCKET, "key": KEY, "model": MODEL}, wanted=("bucket", "key"))
"""The body that names a file to score (`chalicelib.batches`)."""


class Question(Value):
    """The event for the model's serving function; or bucket and key of a file, of a body that names one."""

    model: str
    event: Mapping[str, Any]

    @property
    def is_stored(self) -> bool:
        """Whether the instances lie in a file."""
        return "key" in self.event


class Scored(Value):
    """The live version's answer, or its refusal."""

    status: int
    """Of HTTP."""
    body: dict[str, Any]
    init_ms: int | None
    """How long the process took to start that answered first here; 0 where it had answered before; None where the
    version is of a release that does not tell."""

    @property
    def whole(self) -> tuple[int, dict[str, Any]]:
        return self.status, self.body

    @property
    def alone(self) -> tuple[int, dict[str, Any]]:
        """Of one instance, without the list around it."""
        return single(self.status, self.body)

    @property
    def timing(self) -> str:
        """Of the header Server-Timing: https://www.w3.org/TR/server-timing/"""
        return "" if self.init_ms is None else starts.told("serving", self.init_ms)


def from_query(query: Mapping[str, Sequence[str]], *, default_model: str) -> Question:
    """From a query string, each name with all its values; raises BadRequest.

    >>> from_query({"duration": ["0"]}, default_model="kdd99-http")
    Question(model='kdd99-http', event={'query': {'duration': ['0']}})
    """
    features = {name: list(values) for name, values in query.items() if name != "model"}
    return Question(model_in(query, default_model=default_model), {"query": features})


def from_body(
    body: bytes, *, content_type: str | None, default_model: str, query: Mapping[str, Sequence[str]] | None = None
) -> Question:
    """From a JSON body, or a .npy file beside a query; raises BadRequest or WrongContentType."""
    kind = media_type(content_type)
    if kind == NPY:
        return _from_npy(body, query=query or {}, default_model=default_model)
    if kind != "application/json":
        accepted = f"application/json or {NPY}"
        raise WrongContentType(f"content type {quoted(content_type or '')}", field="Content-Type", accepted=accepted)
    given = FORM.parse(body)
    form = STORED if isinstance(given, dict) and given.keys() & {"bucket", "key"} else FORM
    fields = form.check(given)
    model = fields.pop("model", default_model)
    return Question(model, fields)


def _from_npy(body: bytes, *, query: Mapping[str, Sequence[str]], default_model: str) -> Question:
    """The query has what a JSON body has beside its instances: `model` and `why`."""
    from binascii import b2a_base64

    for name in query:
        if name not in ("model", "why"):
            raise BadRequest(f"unknown parameter {quoted(name)}", field=name, accepted="model and why")
    why = {"why": list(query["why"])} if "why" in query else {}
    event = {"npy": b2a_base64(body, newline=False).decode(), **why}
    return Question(model_in(query, default_model=default_model), event)


def ask(functions: Invoker, question: Question, *, known: Callable[[], Sequence[str]]) -> Scored:
    """The live version's answer. `known`, the stage's models, is asked where there is none.

    Raises ModelUnknown, NoLiveModel, StackMissing, Busy or ServingFailed.
    """
    if not names.MODEL_NAME.fullmatch(question.model):
        raise ModelUnknown(
            f"{quoted(question.model)} is not a model's name", field="model", accepted=names.MODEL_NAME.pattern
        )
    try:
        answered = json.loads(reply(functions, question).payload)
    except ModelUnknown:
        _missing(question.model, known=known())
    return Scored(answered["status"], answered["body"], answered.get("init_ms"))


def reply(functions: Invoker, question: Question, *, qualifier: str = names.LIVE) -> Answer:
    """Read the live version's reply, or a numbered one's; raises ModelUnknown where it is not there, Busy or
    ServingFailed."""
    try:
        answer = functions.invoke(question.model, json.dumps(question.event).encode(), qualifier=qualifier)
    except (FunctionUnavailable, FunctionBusy) as exc:
        raise Busy(f"the serving function of {question.model} {_absence(question, exc)}") from exc
    if answer.function_error:
        from chalicelib.edges import failed_calls  # here, because few calls fail

        failure = failed_calls.read(answer.payload)
        way_out = f"{_fewer(question)}{failure.way_out}" if failure.more else failure.way_out
        raise ServingFailed(
            f"version {answer.executed_version} of the serving function of {question.model} {failure.happened}:"
            f" {way_out}"
        )
    return answer


def _absence(question: Question, exc: FunctionUnavailable | FunctionBusy) -> str:
    if (waited := exc.details.get("waited_seconds")) is None:
        return "is busy or away: try again in a moment"
    return f"did not answer within {waited} s, and nobody waits longer for it here: {_fewer(question)}try again"


def _fewer(question: Question) -> str:
    if question.event.keys() & {"instances", "npy"}:
        return f"send fewer instances at a time, score a file with nightswap batch FILE --model {question.model}, or "
    return ""


def single(status: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The answer to one instance, without the list around it."""
    if status != 200:
        return status, body
    rest = {name: value for name, value in body.items() if name != "predictions"}
    return status, {**rest, **body["predictions"][0]}


def _missing(model: str, *, known: Sequence[str]) -> NoReturn:
    if not known:
        raise StackMissing("no model has a serving function: create the stacks with nightswap deploy")
    check_model(model, known=known)
    raise NoLiveModel(
        f"nothing of {model} is live: start a retrain with POST /retrain, which also puts back a lost alias",
        model=model,
    )
