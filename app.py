"""The Chalice app: routes, the nightly schedule and the authorizer. Their work is done in `chalicelib`.

The authorizer and a route import what not all need when they are first called: each is a cold start of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from chalice.app import AuthRequest, AuthResponse, AuthRoute, Chalice, CloudWatchEvent, Response

from chalicelib.api import attempts, doors, responses, starts
from chalicelib.aws import connect
from chalicelib.aws.patience import BRIEF, WATCHFUL, Patience, ending_within
from chalicelib.errors import NightswapError
from chalicelib.names import Names
from chalicelib.settings.api import ApiSettings, schedule
from chalicelib.settings.reading import load

if TYPE_CHECKING:
    from chalicelib.api.prediction import Question
    from chalicelib.edges import Edges

ANY_CONTENT_TYPE = ["*/*"]  # prediction.from_body answers a wrong one in our own words
HARDENED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
RECENT_RUNS, BAD_REQUEST = 20, 400

app = Chalice(app_name="nightswap")
app.api.binary_types.append(doors.NPY)
connect.prepare()
start = starts.Start("api", starts.since_start_ms())


def edges(function_arn: str, patience: Patience = BRIEF) -> Edges:
    return connect.edges(Names.from_function_arn(function_arn, stage=load(ApiSettings).stage), patience)


def operator_edges(patience: Patience = BRIEF) -> Edges:
    return edges(app.lambda_context.invoked_function_arn, patience)


def asked() -> doors.Asked:
    return doors.Asked(app.current_request)  # Chalice sets it before it calls a view


def answering(view: Callable[..., Any]) -> Callable[..., Any]:
    """Measure what came in, and answer errors with their status, their name and their message."""

    @wraps(view)
    def answer(**path: str) -> Any:
        try:
            came = asked()
            doors.check(came.path, body=came.body, query=came.query, kind=came.content_type)
            with ending_within(app.lambda_context.get_remaining_time_in_millis()):
                return view(**path)
        except NightswapError as exc:
            return stated(responses.of_error(exc))
        except Exception as exc:  # noqa: BLE001 - a caller gets an answer to any error, in words of this project
            from chalicelib import unexpected

            return stated(responses.of_error(unexpected.of(exc, doing=asked().route)))

    return answer


def scored(question: Question, *, alone: bool = False) -> Response:
    from chalicelib.api import prediction

    found = prediction.ask(connect.invoker(load(ApiSettings).stage), question, known=known_models)
    return stated(found.alone if alone else found.whole, {starts.HEADER: found.timing})


def known_models() -> Sequence[str]:
    from chalicelib.registry import catalog

    return catalog.models(operator_edges().store)


def stated(answer: tuple[int, dict[str, Any]], headers: dict[str, Any] | None = None) -> Response:
    status, said = answer
    if status >= BAD_REQUEST:
        from chalicelib.api import failed_requests

        came, of = asked(), app.lambda_context.aws_request_id
        failed_requests.tell(status, said, route=came.route, path=came.parameters, request=of)
    return Response(body=said, headers=headers, status_code=status)


def moved(action: str, *, model: str, version: str | None = None) -> Response:
    """Ask the pipeline's function to move the alias, as the request's body says."""
    from chalicelib.interventions import move_requests

    came, attempt = asked(), attempts.new(move_requests.ATTEMPT_BYTES)
    task = move_requests.from_request(
        action,
        model=model,
        version=version,
        body=came.body,
        known=known_models,
        who=came.caller,
        idempotency_key=came.idempotency_key,
        attempt=attempt,
    )
    return stated(move_requests.ask(connect.pipeline_functions(load(ApiSettings).stage), task))


def batched(question: Question) -> Response:
    """Have the file scored, or find that it is; wait a moment for the end."""
    from chalicelib.batches import batch_requests

    watching, pipeline = operator_edges(WATCHFUL), connect.pipeline_functions(load(ApiSettings).stage)
    wish = {"model": question.model, **question.event, "who": asked().caller, "attempt": attempts.new()}
    said = batch_requests.wait(watching, batch_requests.ask(watching, pipeline, **wish))
    return Response(**responses.of_batch(said, **asked().place))


@app.middleware("http")
def harden(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """No cache on the way may keep an answer, and no browser may guess another content type; tell a cold start."""
    response = get_response(event)
    response.headers |= {**HARDENED, **start.told(response.headers)}
    return response


@app.authorizer(ttl_seconds=60)
def authorize(asking: AuthRequest) -> AuthResponse:
    from chalicelib.api import access

    names = Names.from_function_arn(asking.method_arn, stage=load(ApiSettings).stage)
    token = connect.known_tokens(names).find(header=asking.token)
    allowed = access.routes(token.scopes) if token else []
    return AuthResponse(
        routes=[AuthRoute(path, [method]) for method, path in allowed],
        principal_id=token.name if token else "unknown",
    )


POSTED: dict[str, Any] = {"methods": ["POST"], "content_types": ANY_CONTENT_TYPE, "authorizer": authorize}


@app.schedule(schedule())
def nightly(event: CloudWatchEvent) -> None:
    from chalicelib.runs import retraining

    event_time = datetime.fromisoformat(event.to_dict()["time"])
    context = cast(Any, event.context)
    with ending_within(context.get_remaining_time_in_millis()):
        retraining.tonight(edges(context.invoked_function_arn), event_time=event_time)


@app.route("/predict", methods=["GET"], authorizer=authorize)
@answering
def predict_one() -> Response:
    from chalicelib.api import prediction

    return scored(prediction.from_query(asked().query, default_model=load(ApiSettings).default_model), alone=True)


@app.route("/predict", **POSTED)
@answering
def predict_many() -> Response:
    from chalicelib.api import prediction

    came, model = asked(), load(ApiSettings).default_model
    question = prediction.from_body(came.body, content_type=came.content_type, query=came.query, default_model=model)
    return batched(question) if question.is_stored else scored(question)


@app.route("/batches/{batch}", authorizer=authorize)
@answering
def describe_batch(batch: str) -> dict[str, Any]:
    from chalicelib.batches import batch_reports

    return batch_reports.describe(operator_edges(), batch)


@app.route("/warm", **POSTED)
@answering
def warm() -> Response:
    from chalicelib.api import prediction

    return scored(prediction.Question(asked().model_or(load(ApiSettings).default_model), {"warm": True}))


@app.route("/retrain", **POSTED)
@answering
def retrain() -> Response:
    from chalicelib.runs import retraining

    key = asked().idempotency_key
    wish = retraining.wish_from(asked().body, default_model=load(ApiSettings).default_model, known=known_models)
    started = retraining.on_demand(operator_edges(), wish=wish, idempotency_key=key, attempt=attempts.new(3))
    said = {"run": started.run, "new": started.is_new, "model": wish.model}
    return Response(**responses.of_run(said, **asked().place))


@app.route("/runs", authorizer=authorize)
@answering
def list_runs() -> dict[str, Any]:
    from chalicelib.runs import runs

    return {"runs": runs.recent(operator_edges(), limit=RECENT_RUNS, model=asked().model_or("") or None)}


@app.route("/runs/{run}", authorizer=authorize)
@answering
def describe_run(run: str) -> dict[str, Any]:
    from chalicelib.runs import runs

    return runs.describe(operator_edges(), run=run)


@app.route("/runs/{run}/stop", **POSTED)
@answering
def stop_run(run: str) -> Response:
    from chalicelib.runs import runs

    return Response(body=runs.stop(operator_edges(), run=run, cause="POST /runs/ID/stop"), status_code=202)


@app.route("/runs/{run}/approve", **POSTED)
@answering
def approve_run(run: str) -> Response:
    from chalicelib.runs import approving

    came = asked()
    wish = {"run": run, "reason": approving.reason_in(came.body), "who": came.caller, "attempt": attempts.new()}
    said = approving.approve(operator_edges(), **wish, idempotency_key=came.idempotency_key)
    return Response(**responses.of_run(said, **came.place))


@app.route("/runs/{run}/reject", **POSTED)
@answering
def reject_run(run: str) -> Response:
    from chalicelib.runs import approving

    came = asked()
    _ = approving.reason_in(came.body), came.idempotency_key  # `moved` reads them after AWS is asked for the model
    waiting = approving.to_reject(operator_edges(), run=run)
    return moved("reject", model=waiting.model, version=str(waiting.model_version))


@app.route("/models", authorizer=authorize)
@answering
def list_models() -> dict[str, Any]:
    from chalicelib.explain import overview

    return overview.all_live(operator_edges())


@app.route("/models/{model}", authorizer=authorize)
@answering
def describe_model(model: str) -> dict[str, Any]:
    from chalicelib.explain import overview

    return overview.describe(operator_edges(), model=model)


@app.route("/models/{model}/versions", authorizer=authorize)
@answering
def list_versions(model: str) -> dict[str, Any]:
    from chalicelib.explain import overview

    return overview.newest_versions(operator_edges(), model=model)


@app.route("/models/{model}/versions/{version}", authorizer=authorize)
@answering
def describe_version(model: str, version: str) -> dict[str, Any]:
    from chalicelib.registry import models

    return models.version(operator_edges(), model=model, model_version=version)


@app.route("/models/{model}/versions/{version}/promote", **POSTED)
@app.route("/models/{model}/rollback", **POSTED)
@app.route("/models/{model}/pin", **POSTED)
@app.route("/models/{model}/unpin", **POSTED)
@answering
def move(model: str, version: str | None = None) -> Response:
    return moved(asked().path.rpartition("/")[2], model=model, version=version)


@app.route("/health")
@answering
def check_health() -> dict[str, Any]:
    from chalicelib.api import health

    of = load(ApiSettings)
    return health.check(operator_edges(), connect.invoker(of.stage), model=of.default_model, stage=of.stage)


@app.route("/")
@answering
def show_page() -> Response:
    from chalicelib.dashboard import page

    return Response(body=page.html(), headers=dict(page.HEADERS))
