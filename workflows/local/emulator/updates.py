"""Updates and publishes functions as AWS does: no call during an update, no new version without a change."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Operation = Callable[[str, Json], Answer]

SETTLED = {
    "State": "Active",
    "StateReason": "",
    "StateReasonCode": "",
    "LastUpdateStatus": "Successful",
    "LastUpdateStatusReason": "",
    "LastUpdateStatusReasonCode": "",
}
NOT_COMPARED = {*SETTLED, "Version", "FunctionArn", "RevisionId", "LastModified", "Description"}


def install(*, update_seconds: float) -> None:
    """An update takes `update_seconds`. At 0 it is done when the call returns: botocore's waiters, which
    `chalice deploy` uses, look again only after 1 to 5 s."""
    from ministack.services import lambda_svc

    updates = Updates(lambda_svc, update_seconds=update_seconds)
    lambda_svc._schedule_state_transition = updates.schedule
    lambda_svc.load_persisted_state = updates.load
    lambda_svc._update_config = updates.guarded(lambda_svc._update_config)
    lambda_svc._update_code = updates.guarded(updates.update_and_publish)
    lambda_svc._publish_version = updates.guarded(updates.publish_if_changed)


class Updates:
    """The operations that replace those of `service`, the emulator's Lambda module. They run on its one thread."""

    def __init__(self, service: Any, *, update_seconds: float) -> None:
        self._service = service
        self._update_seconds = update_seconds
        self._publish: Operation = service._publish_version
        self._update_code: Operation = service._update_code
        self._restore: Callable[[Json], None] = service.load_persisted_state

    def guarded(self, operation: Operation) -> Operation:
        """`operation`, refused while an update of the function is in progress."""

        def run(name: str, data: Json) -> Answer:
            function = self._service._functions.get(name)
            if function and function["config"].get("LastUpdateStatus") == "InProgress":
                return self._conflict(function["config"]["FunctionArn"])
            return operation(name, data)

        return run

    def schedule(self, name: str, _delay: float) -> None:
        """Complete the update that the emulator has just begun."""
        function = self._service._functions.get(name)
        if function and not self._update_seconds:
            settle(function)
        elif function:
            arguments = (settle, function)
            done = threading.Timer(self._update_seconds, contextvars.copy_context().run, args=arguments)
            done.daemon = True
            done.start()

    def load(self, data: Json) -> None:
        """Restore saved functions; an update that the server's end cut short is over."""
        self._restore(data)
        for function in self._service._functions.all_values():
            settle(function)

    def publish_if_changed(self, name: str, data: Json) -> Answer:
        function = self._service._functions.get(name)
        latest = unchanged_version(function) if function else None
        if latest is None:
            return self._publish(name, data)
        answer: Answer = self._service.json_response(latest, 201)
        return answer

    def update_and_publish(self, name: str, data: Json) -> Answer:
        wanted = {key: value for key, value in data.items() if key != "Publish"}
        updated = self._update_code(name, wanted)
        if updated[0] != 200 or not data.get("Publish"):
            return updated
        _, headers, body = self.publish_if_changed(name, {})
        return 200, headers, body

    def _conflict(self, arn: str) -> Answer:
        message = f"The operation cannot be performed at this time. An update is in progress for resource: {arn}"
        answer: Answer = self._service.error_response_json("ResourceConflictException", message, 409)
        return answer


def settle(function: Json) -> None:
    """The update of a function, and of the versions published from it, is complete."""
    for each in (function, *list(function.get("versions", {}).values())):
        each["config"].update(SETTLED)


def unchanged_version(function: Json) -> Json | None:
    """The configuration of the latest published version, if code and configuration are still the same:
    "Lambda doesn't publish a version if the function's configuration and code haven't changed since the last version"
    (PublishVersion in the Lambda API reference)."""
    versions = function.get("versions") or {}
    if not versions:
        return None
    latest: Json = versions[max(versions, key=int)]["config"]
    return latest if _compared(latest) == _compared(function["config"]) else None


def _compared(config: Json) -> Json:
    return {name: value for name, value in config.items() if name not in NOT_COMPARED}
