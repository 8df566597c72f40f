"""What each request asks of AWS once its function is warm: the app in a process of its own, over a stage's fakes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from chalicelib import layout
from chalicelib.api.access import OPERATE, PREDICT, Token, digest
from chalicelib.batches import batch_chunks, batch_reports
from chalicelib.batches.batch_chunks import Batch
from chalicelib.batches.batch_documents import Tally
from chalicelib.documents import documents
from tests.contract.api.api_process import Api, authorizing, event, secret, standing_in_for_aws
from tests.contract.api.stage_over_http import NAMES, StageOverHttp
from tests.fakes.edges import FakeOutside
from tests.given import batches
from tests.given.approvals import NEVER, waits
from tests.given.nights import MODEL, outside, promote

OTHER = "other"
RUN, STOPPED = f"{OTHER}-nightly-20261121T0300Z", f"{OTHER}-nightly-20261120T0300Z"
WAITS = f"{MODEL}-nightly-20261121T0300Z"
TOKEN = Token("ops", digest(secret("ops")), (PREDICT, OPERATE))
IN_MODEL, IN_VERSION = {"model": MODEL}, {"model": MODEL, "version": "1"}
WHY = '{"reason": "why"}'
STORED = json.dumps({"bucket": NAMES.bucket, "key": f"{layout.BATCH_FILES}rows.csv"})


def scored(stage: FakeOutside) -> str:
    """The name of a batch of MODEL that is done."""
    name = batches.ask(stage.edges, batches.put(stage.edges, batches.many(3)))
    batch = Batch(stage.edges, name, batch_reports.find(stage.edges, name))
    batch_chunks.end(batch, tally=Tally.none_yet(lines=3), error=None, reason="every record is scored or refused")
    return name


def living() -> FakeOutside:
    """Two models, one of them live."""
    stage = outside(MODEL, OTHER)
    promote(stage.edges, run="run-1")
    return stage


BATCH = scored(living())


@dataclass(frozen=True)
class Asked:
    name: str
    question: dict[str, Any]
    is_open: bool = False
    """To anybody, or asked with every prediction: no control plane may be asked for it."""
    first: dict[str, Any] | None = None
    """What warms the function, where the same question would find its work done."""


KNOWN = "the authorizer, a token seen within 30 s"
REQUESTS = (
    Asked(KNOWN, authorizing(f"Bearer {secret('ops')}"), is_open=True),
    Asked("the authorizer, another token", authorizing(f"Bearer {secret('nobody')}"), is_open=True),
    Asked("the authorizer, what cannot be a token", authorizing("Bearer nobody"), is_open=True),
    Asked("GET /", event("GET", "/"), is_open=True),
    Asked("GET /health", event("GET", "/health"), is_open=True),
    Asked("GET /predict", event("GET", "/predict", query={"duration": "0"}), is_open=True),
    Asked("POST /predict", event("POST", "/predict", body='{"instances": [{"duration": 0}]}'), is_open=True),
    Asked("POST /predict, a stored file that is scored", event("POST", "/predict", body=STORED)),
    Asked("GET /batches/ID", event("GET", "/batches/{batch}", {"batch": BATCH})),
    Asked("POST /warm", event("POST", "/warm"), is_open=True),
    Asked("POST /retrain", event("POST", "/retrain", body='{"force": true}')),
    Asked("GET /runs, four runs", event("GET", "/runs")),
    Asked("GET /runs/ID", event("GET", "/runs/{run}", {"run": RUN})),
    Asked(
        "POST /runs/ID/stop",
        event("POST", "/runs/{run}/stop", {"run": RUN}),
        first=event("POST", "/runs/{run}/stop", {"run": STOPPED}),
    ),
    Asked("POST /runs/ID/approve", event("POST", "/runs/{run}/approve", {"run": WAITS}, body=WHY)),
    Asked("POST /runs/ID/reject", event("POST", "/runs/{run}/reject", {"run": WAITS}, body=WHY)),
    Asked("GET /models, two models", event("GET", "/models")),
    Asked("GET /models/M", event("GET", "/models/{model}", IN_MODEL)),
    Asked("GET /models/M/versions, one version", event("GET", "/models/{model}/versions", IN_MODEL)),
    Asked("GET /models/M/versions/V", event("GET", "/models/{model}/versions/{version}", IN_VERSION)),
    Asked("POST .../rollback, promote, pin, unpin", event("POST", "/models/{model}/pin", IN_MODEL, body=WHY)),
)


def measured() -> dict[str, Counter[str]]:
    """By request, the calls by `service:Operation` of the second time that it is asked."""
    questions: list[dict[str, Any]] = []
    for each in REQUESTS:
        questions += [each.first or each.question, {"calls": True}, each.question, {"calls": True}]
    with standing_in_for_aws(StageOverHttp(_stage())) as address:
        answers = Api(address).ask(*questions)
    for each, answer in zip(REQUESTS, answers[2::4], strict=True):
        assert answer.get("statusCode", 200) < 500, f"{each.name}: {json.dumps(answer)}"
    return {each.name: Counter(calls) for each, calls in zip(REQUESTS, answers[3::4], strict=True)}


def _stage() -> FakeOutside:
    """Two models, one of them live; a batch that is done; two runs that go on, and one whose version waits for
    approval; a token."""
    stage = living()
    scored(stage)
    asked_at = documents.timestamp(stage.clock())
    wish = {"model": OTHER, "force": False, "reason": "asked", "requested_at": asked_at}
    for run in (STOPPED, RUN):
        stage.store.put(layout.run_document(run, "request"), documents.encode(wish))
        stage.executions.start(run, "{}")
    waits(stage.edges, WAITS, until=NEVER)
    stage.store.put(TOKEN.key, TOKEN.to_body())
    return stage
