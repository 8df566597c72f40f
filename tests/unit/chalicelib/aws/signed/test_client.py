"""The two calls of GET /predict over a peer: what is asked, asked again, and made of what comes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.aws.patience import ANSWER_SECONDS, PROMPT, OutOfTime, Patience, ending_within
from chalicelib.aws.signed.client import PAUSE_SECONDS, SignedClient
from chalicelib.aws.signed.refusals import Refused
from chalicelib.aws.signed.serving_function import SignedInvoker
from chalicelib.aws.signed.surroundings import Credentials, Surroundings
from chalicelib.aws.signed.token_store import SignedReader
from chalicelib.edges.object_store import Stored
from chalicelib.edges.serving_functions import Answer
from chalicelib.errors import FunctionBusy, FunctionUnavailable, ModelUnknown, StackMissing, StoreUnavailable
from chalicelib.unexpected import of
from tests.given.peers import Connection, Peer, answer, peer

BUCKET = "nightswap-prod-123456789012-eu-west-1"
SECRETS = ("wJalrXUtnFEMI", "a-session")
TROUBLE = "aws-says-this"
THROTTLED = answer(status="429 Too Many", x_amzn_errortype="TooManyRequestsException:http://x/")
SLOW_DOWN = answer(b"<Error><Code>SlowDown</Code><Message>aws-says-this</Message></Error>", status="503 Slow Down")


class Asked:
    """Clients of a peer that stands in for AWS."""

    def __init__(self, other: Peer, *, patience: Patience = PROMPT, trace: str | None = None) -> None:
        self.pauses: list[float] = []
        here = Surroundings(Credentials("AKID", *SECRETS), "eu-west-1", f"http://{other.address}")
        of_lambda, of_s3 = (
            SignedClient(
                service,
                host,
                surroundings=here,
                patience=patience,
                trace=lambda: trace,
                sleep=self.pauses.append,
                clock=lambda: 0.0,
            )
            for service, host in (("lambda", here.lambda_host()), ("s3", here.bucket_host(BUCKET)))
        )
        self.invoker, self.reader = SignedInvoker(of_lambda, stage="prod"), SignedReader(of_s3, bucket=BUCKET)

    def invoke(self) -> Answer:
        return self.invoker.invoke("m", b"{}", qualifier="live")


@contextmanager
def asking(*connections: Connection) -> Iterator[tuple[Asked, Peer]]:
    with peer(*connections) as other:
        yield Asked(other), other


def test_version_is_asked_by_its_qualifier_and_answers() -> None:
    said = answer(b'{"a": 1}', x_amz_executed_version="7")
    with asking([said]) as (asked, other):
        assert asked.invoke() == Answer(b'{"a": 1}', "7", None)

    head, _, body = other.requests[0].partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    assert first == "POST /2015-03-31/functions/nightswap-prod-serve-m/invocations?Qualifier=live HTTP/1.1"
    assert {each.partition(":")[0] for each in headers} == {
        *("host", "x-amz-date", "x-amz-security-token", "authorization", "user-agent", "content-length")
    }
    assert "x-amz-date: 19700101T000000Z" in headers
    assert body == b"{}"


def test_error_of_the_function_is_an_answer() -> None:
    with asking([answer(x_amz_function_error="Unhandled", x_amz_executed_version="7")]) as (asked, _):
        assert asked.invoke() == Answer(b"{}", "7", "Unhandled")


def test_trace_of_the_request_goes_along_and_is_not_signed() -> None:
    with peer([answer()]) as other:
        Asked(other, trace="Root=1-é;Sampled=1").invoke()

    head = other.requests[0].decode()
    assert "\r\nx-amzn-trace-id: Root=1-%C3%A9;Sampled=1\r\n" in head
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in head


def test_object_is_read_with_its_tag_and_version() -> None:
    with asking([answer(b"body", ETag='"1"', x_amz_version_id="v")]) as (asked, other):
        assert asked.reader.find("tokens/a b.json") == Stored(b"body", '"1"', "v")

    assert other.requests[0].startswith(f"GET /{BUCKET}/tokens/a%20b.json HTTP/1.1\r\n".encode())


@pytest.mark.parametrize(
    "absent", [answer(b"<Error><Code>NoSuchKey</Code></Error>", status="404 Not Found"), answer(b"", status="404")]
)
def test_object_that_is_not_there_is_none(absent: bytes) -> None:
    with asking([absent]) as (asked, _):
        assert asked.reader.find("key") is None


def test_bucket_that_is_not_there_names_the_command_that_makes_it() -> None:
    missing = answer(b"<Error><Code>NoSuchBucket</Code></Error>", status="404 Not Found")
    with asking([missing]) as (asked, _), pytest.raises(StackMissing, match="nightswap deploy --stage prod"):
        asked.reader.find("key")


@pytest.mark.parametrize(
    ("code", "raised"), [("ResourceNotFoundException", ModelUnknown), ("ResourceConflictException", FunctionBusy)]
)
def test_refusal_that_has_a_meaning_is_an_error_of_ours(code: str, raised: type[Exception]) -> None:
    with asking([answer(status="409 Conflict", x_amzn_errortype=code)]) as (asked, _), pytest.raises(raised):
        asked.invoke()


def test_any_other_refusal_passes_and_quotes_nothing() -> None:
    refusal = answer(TROUBLE.encode(), status="403 Forbidden", x_amzn_errortype="AccessDeniedException")
    with asking([refusal], [refusal]) as (asked, _):
        with pytest.raises(Refused) as caught:
            asked.invoke()
        with pytest.raises(Refused):
            asked.reader.find("key")

    assert (caught.value.code, caught.value.status, asked.pauses) == ("AccessDeniedException", 403, [])
    assert "Refused (AccessDeniedException)" in of(caught.value, doing="GET /predict").message
    assert TROUBLE not in f"{caught.value} {caught.value.response}"


@pytest.mark.parametrize("refusal", [THROTTLED, SLOW_DOWN, answer(status="500 No")])
def test_throttled_call_is_made_once_more_after_a_moment(refusal: bytes) -> None:
    with asking([refusal, answer(b"body")]) as (asked, other):
        assert asked.invoke().payload == b"body"

    (pause,) = asked.pauses
    assert PAUSE_SECONDS[0] <= pause <= PAUSE_SECONDS[1]
    assert len(other.requests) == 2


def test_call_that_is_throttled_twice_is_an_error_without_aws_s_words() -> None:
    with asking([SLOW_DOWN] * 2, [SLOW_DOWN] * 2) as (asked, other):
        with pytest.raises(StoreUnavailable) as of_s3:
            asked.reader.find("key")
        assert len(other.requests) == 2
        with pytest.raises(FunctionUnavailable) as of_lambda:
            asked.invoke()

    assert of_s3.value.message == f"get_object s3://{BUCKET}/key: SlowDown; try again in a moment"
    assert of_lambda.value.message == "invoking of nightswap-prod-serve-m: SlowDown; try again in a moment"


def test_call_that_got_no_answer_is_made_once_more() -> None:
    with asking([None], [answer(b"body")]) as (asked, _):
        assert asked.invoke().payload == b"body"
    with (
        asking([None], [None]) as (asked, other),
        pytest.raises(FunctionUnavailable, match=r"no answer \(NothingCame"),
    ):
        asked.invoke()

    assert len(other.requests) == 2


def test_call_that_has_waited_for_most_of_its_time_is_not_made_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        other = Peer(silent.getsockname()[1])
        asked = Asked(other, patience=Patience(connect_seconds=0.01, read_seconds=0.01))
        with pytest.raises(StoreUnavailable, match=r"no answer \(TooSlow\); try again"):
            asked.reader.find("key")
        with pytest.raises(FunctionUnavailable, match="no answer within 0 s") as caught:
            asked.invoke()

    assert caught.value.details == {"waited_seconds": 0}
    assert asked.pauses == []


def test_call_that_could_outlast_the_function_is_not_begun() -> None:
    late = 1000 * (PROMPT.longest_seconds + ANSWER_SECONDS) - 1
    with asking() as (asked, other), ending_within(late), pytest.raises(FunctionUnavailable) as caught:
        asked.invoke()

    assert isinstance(caught.value.__cause__, OutOfTime)
    assert other.connections == 0


def test_no_error_and_no_log_has_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    raised = []
    for said in ([THROTTLED] * 2, [answer(status="403 No")], [b"garbled\r\n\r\n"], [None]):
        with asking(said, said) as (asked, _), pytest.raises((FunctionUnavailable, Refused)) as caught:
            asked.invoke()
        raised.append(f"{caught.value} {caught.value!r} {of(caught.value, doing='it')} {vars(caught.value)}")

    written = " ".join([*raised, *capsys.readouterr()])
    assert [secret for secret in (*SECRETS, "Signature") if secret in written] == []
