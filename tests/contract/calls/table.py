"""docs/aws-calls.md: what was counted, with AWS's quotas beside it.

make render     counts anew, on a local AWS of its own, and writes it
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr
from itertools import takewhile
from pathlib import Path

from chalicelib.edges.pauses import growing
from chalicelib.registry import publishing
from tests.clone import ROOT
from tests.contract.calls import a_run, requests
from tests.contract.calls.quotas import PLANES, plane_of
from workflows.cli import watching
from workflows.local.process import LocalAws

DOCUMENT = ROOT / "docs/aws-calls.md"
SERVICES = {"lambda": "Lambda", "s3": "S3", "stepfunctions": "Step Functions", "sns": "SNS", "events": "EventBridge"}
HEAD = """# What is asked of AWS, and how often it answers

`make render` writes this page from what it counts through the app's and the tasks' own clients;
`tests/contract/calls` holds it against them. Control planes answer an account and region so many times a second,
whoever asks: what is open to anybody, and every prediction, asks none once its function is warm. Of a list, each
entry costs as much as the one before.

## By request, in a warm function
"""
RUN = """
## By run

Of a nightly run of one model that replaces what is live, all at once; two files of data. A rollout adds a
ShiftTraffic for each share, which reads and moves the alias and asks CloudWatch.
"""
POLLS = """
A version that Lambda does not show as active at once is looked at again (GetFunctionConfiguration) after {first} s,
then ever more rarely up to every {longest} s: {looks} times at most in {within:.0f} s. `nightswap retrain --watch`
looks at a run after {watch_first} s, and every {watch_longest} s while a state works.

So {models} models that start in the same minute ask Lambda's control plane {asked} times in all, of the {quota} that
it answers in a minute. What it refuses is tried again by the state machine.

## AWS's quotas

"""


def rendered(by_request: Mapping[str, Counter[str]], by_run: Mapping[str, Counter[str]]) -> str:
    whole = sum(by_run.values(), Counter[str]())
    return "".join(
        [
            HEAD,
            *_counts("request", by_request),
            RUN,
            *_counts("state", {**by_run, "**together**": whole}),
            _polls(sum(count for call, count in whole.items() if plane_of(call).name == "Lambda, all else together")),
            "| what | quota | beside requests and runs it is asked by | source |\n| --- | --- | --- | --- |\n",
            *(f"| {plane.name} | {plane.quota} | {plane.asked_by} | {plane.source} |\n" for plane in PLANES),
        ]
    )


def _counts(what: str, counted: Mapping[str, Counter[str]]) -> Iterator[str]:
    yield f"\n| {what} | of control planes | of data planes |\n| --- | --- | --- |\n"
    for name, calls in counted.items():
        control, data = (_cell(calls, is_control=of) for of in (True, False))
        yield f"| {name} | {control} | {data} |\n"


def _cell(calls: Counter[str], *, is_control: bool) -> str:
    told = [
        f"{SERVICES[service]} {operation} {count}"
        for call, count in sorted(calls.items())
        for service, _, operation in [call.partition(":")]
        if plane_of(call).is_control == is_control
    ]
    return ", ".join(told) or "none"


def _polls(of_a_run: int) -> str:
    models = 8
    return POLLS.format(
        first=publishing.FIRST_PAUSE_SECONDS,
        longest=publishing.LONGEST_PAUSE_SECONDS,
        within=publishing.ACTIVE_WITHIN_SECONDS,
        looks=_looks(),
        watch_first=watching.FIRST_PAUSE_SECONDS,
        watch_longest=watching.LONGEST_PAUSE_SECONDS,
        models=models,
        asked=models * of_a_run,
        quota=60 * 15,
    )


def _looks() -> int:
    waited = 0.0
    pauses = growing(publishing.FIRST_PAUSE_SECONDS, longest_seconds=publishing.LONGEST_PAUSE_SECONDS)

    def is_in_time(pause: float) -> bool:
        nonlocal waited
        waited += pause
        return waited < publishing.ACTIVE_WITHIN_SECONDS

    return 1 + sum(1 for _ in takewhile(is_in_time, pauses))


if __name__ == "__main__":
    with (
        redirect_stderr(io.StringIO()),  # the tasks' log
        tempfile.TemporaryDirectory() as state,
        LocalAws.start(ROOT, state=Path(state), short_port=0) as local_aws,
    ):
        DOCUMENT.write_text(rendered(requests.measured(), a_run.measured(local_aws)))
