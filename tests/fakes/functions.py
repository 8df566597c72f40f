"""Serving Lambda functions in memory: a `ServingFunctions` that behaves as Lambda does on a good day."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from chalicelib.edges import Clock
from chalicelib.edges.serving_functions import Alias, AliasMoved, Answer, FunctionVersion
from chalicelib.errors import FunctionBusy, ModelUnknown
from chalicelib.names import LIVE
from tests.fakes.clock import FakeClock
from tests.fakes.history import History
from tests.fakes.metrics import InMemoryMetrics
from tests.fakes.serving_function import Delays, Published, ServingFunction

Handler = Callable[[bytes, bytes], bytes]
"""(package, payload) -> answer: what the code in a package does. It raises what the function raises."""


def echo(package: bytes, payload: bytes) -> bytes:
    return payload


class InMemoryFunctions:
    """With no delays it never refuses, and every version is Active at once.

    `republishes` is the local AWS's habit to make a new version of unchanged code and configuration; AWS answers with
    the version that there is. `history` gets create_alias and update_alias (function_version, before, weights,
    description, revision_id, targets), publish (function_version, code_sha256), configure, delete_version
    (function_version) and delete_alias. `metrics` counts what comes through the alias.
    """

    def __init__(
        self,
        *models: str,
        clock: Clock | None = None,
        history: History | None = None,
        random: Random | None = None,
        delays: Delays | None = None,
        handler: Handler = echo,
        republishes: bool = False,
        metrics: InMemoryMetrics | None = None,
    ) -> None:
        clock = clock or FakeClock()
        self._clock = clock
        self._metrics = metrics or InMemoryMetrics(clock=clock)
        self._history = history or History(clock=clock)
        self._random = random or Random(0)
        self._handler = handler
        self._republishes = republishes
        self._revisions = 0
        self._functions = {model: ServingFunction(clock=clock, delays=delays or Delays()) for model in models}

    def models(self) -> list[str]:
        return sorted(self._functions)

    def alias(self, model: str) -> Alias | None:
        function = self._functions.get(model)
        return function.aliases[-1][1] if function and function.aliases else None

    def create_alias(self, model: str, *, function_version: str, description: str) -> Alias:
        if self.alias(model):
            raise AliasMoved(f"{model} has an alias already")
        return self._move("create_alias", model, function_version, {}, description)

    def update_alias(
        self,
        model: str,
        *,
        function_version: str,
        weights: Mapping[str, float],
        description: str,
        revision_id: str,
    ) -> Alias:
        alias = self.alias(model)
        if alias is None:
            raise AliasMoved(f"the alias of {model} is gone")
        if alias.revision_id != revision_id:
            raise AliasMoved(f"the alias of {model} is at {alias.revision_id}, expected {revision_id}")
        return self._move("update_alias", model, function_version, weights, description)

    def delete_alias(self, model: str) -> None:
        """What a local AWS does that loses its state, or a hand in the console."""
        self._function(model).aliases.clear()
        self._history.record("delete_alias", model)

    def configuration(self, model: str) -> dict[str, Any]:
        return dict(self._function(model).configuration)

    def configure(self, model: str, **changes: Any) -> None:
        """What a stack update does: the next version takes the changes along."""
        function = self._ready(model)
        function.configuration.update(changes)
        function.begin_update()
        self._history.record("configure", model, **changes)

    def busy(self, model: str) -> bool:
        """Whether Lambda would refuse an update of the function now."""
        return self._function(model).busy

    def publish(self, model: str, package: bytes) -> FunctionVersion:
        function = self._ready(model)
        if self._republishes or not function.holds(package):
            function.add_version(package)
            version = function.published[-1].version
            self._history.record(
                "publish", model, function_version=version.function_version, code_sha256=version.code_sha256
            )
        function.begin_update()
        return function.seen(function.published[-1])

    def version(self, model: str, function_version: str) -> FunctionVersion | None:
        function = self._functions.get(model)
        published = function.find(function_version) if function else None
        return function.seen(published) if function and published else None

    def versions(self, model: str) -> list[FunctionVersion]:
        function = self._function(model)
        return [function.seen(published) for published in function.published]

    def delete_version(self, model: str, function_version: str) -> bool:
        """A function that is not there has no version left; raises ValueError for what is no version's number."""
        if not function_version.isdigit():
            raise ValueError(f"a published version is deleted by its number, not {function_version!r}")
        alias, function = self.alias(model), self._functions.get(model)
        if alias and function_version in (alias.function_version, *alias.weights):
            return False
        if function and function.delete(function_version):
            self._history.record("delete_version", model, function_version=function_version)
        return True

    def invoke(self, model: str, payload: bytes, *, qualifier: str) -> Answer:
        """A version that is not Active yet refuses; an exception of the handler is a function error."""
        function = self._function(model)
        if qualifier == LIVE and not function.aliases:
            raise ModelUnknown(f"{model} has no alias {LIVE}")
        number = function.target(self._random) if qualifier == LIVE else qualifier
        published = self._published(model, number)
        if function.seen(published).state != "Active":
            raise FunctionBusy(f"function version {number} of {model} is Pending")
        begun = self._clock()
        answer = self._run(published, payload)
        if qualifier == LIVE:
            self._metrics.count(
                model,
                function_version=number,
                at=begun,
                failed=answer.function_error is not None,
                duration_ms=1000 * (self._clock() - begun).total_seconds(),
            )
        return answer

    def _run(self, published: Published, payload: bytes) -> Answer:
        number = published.version.function_version
        try:
            return Answer(self._handler(published.package, payload), number)
        except Exception as error:  # noqa: BLE001 - Lambda reports whatever a function raises
            report = {"errorMessage": str(error), "errorType": type(error).__name__}
            return Answer(json.dumps(report).encode(), number, function_error="Unhandled")

    def _function(self, model: str) -> ServingFunction:
        if model not in self._functions:
            raise ModelUnknown(f"no serving function for {model!r}, known: {', '.join(self.models())}")
        return self._functions[model]

    def _published(self, model: str, function_version: str) -> Published:
        """Raises ModelUnknown, because Lambda has one answer for a missing function and a missing version."""
        published = self._function(model).find(function_version)
        if published is None:
            raise ModelUnknown(f"{model} has no function version {function_version}")
        return published

    def _ready(self, model: str) -> ServingFunction:
        function = self._function(model)
        if function.busy:
            raise FunctionBusy(f"an update of {model} is in progress")
        return function

    def _move(
        self, operation: str, model: str, function_version: str, weights: Mapping[str, float], description: str
    ) -> Alias:
        function = self._function(model)
        targets = [self._published(model, number) for number in (function_version, *weights)]
        function.check_alias(function_version=function_version, weights=weights, description=description)
        before = self.alias(model)
        self._revisions += 1
        alias = Alias(function_version, f"revision-{self._revisions}", description, dict(weights))
        function.aliases.append((function.clock(), alias))
        self._history.record(
            operation,
            model,
            function_version=function_version,
            before=before,
            weights=dict(weights),
            description=description,
            revision_id=alias.revision_id,
            targets=[function.seen(target) for target in targets],
        )
        return alias
