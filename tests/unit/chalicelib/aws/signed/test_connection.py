"""A connection that is kept, lost, or never made."""

from __future__ import annotations

import socket
import ssl
import threading
import time

import pytest

from chalicelib.aws.signed import certificates
from chalicelib.aws.signed.connection import KEPT_SECONDS, KeptConnection, TooSlow
from chalicelib.aws.signed.exchange import NothingCame
from chalicelib.aws.signed.surroundings import Host
from tests.given.peers import CERTIFICATE, answer, peer

REQUEST = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"


def host(port: int, *, is_encrypted: bool = False) -> Host:
    return Host("127.0.0.1", port, "here", is_encrypted)


def ask(connection: KeptConnection, *, seconds: float = 5) -> bytes:
    until = time.monotonic() + seconds
    return connection.ask(REQUEST, connect_seconds=5, read_seconds=5, until=until).body


def test_connection_is_kept_between_two_calls() -> None:
    with peer([answer(b"first"), answer(b"second")]) as other:
        connection = KeptConnection(host(other.port), ca_bundle=None)
        assert (ask(connection), ask(connection)) == (b"first", b"second")

    assert (other.connections, other.requests) == (1, [REQUEST, REQUEST])


def test_connection_that_the_other_side_closed_meanwhile_is_made_anew() -> None:
    with peer([answer(b"first")], [answer(b"second")]) as other:
        connection = KeptConnection(host(other.port), ca_bundle=None)
        assert (ask(connection), ask(connection)) == (b"first", b"second")

    assert other.connections == 2


def test_request_that_meets_the_end_of_a_kept_connection_goes_out_on_a_new_one() -> None:
    with peer([answer(b"first"), None], [answer(b"second")]) as other:
        connection = KeptConnection(host(other.port), ca_bundle=None)
        assert (ask(connection), ask(connection)) == (b"first", b"second")

    assert other.requests == [REQUEST] * 3


def test_new_connection_that_answers_nothing_is_an_error() -> None:
    with peer([None]) as other, pytest.raises(NothingCame):
        ask(KeptConnection(host(other.port), ca_bundle=None))


def test_answer_that_ends_the_connection_is_not_followed_by_another_on_it() -> None:
    with peer([answer(b"first", Connection="close")], [answer(b"second")]) as other:
        connection = KeptConnection(host(other.port), ca_bundle=None)
        assert (ask(connection), ask(connection)) == (b"first", b"second")


@pytest.mark.parametrize(("passed", "connections"), [(KEPT_SECONDS - 1, 1), (KEPT_SECONDS, 2), (-1, 2)])
def test_connection_that_was_not_used_for_long_is_given_up(passed: float, connections: int) -> None:
    now = [0.0]
    scripts = [[answer(), answer()]] if connections == 1 else [[answer()], [answer()]]
    with peer(*scripts) as other:
        connection = KeptConnection(host(other.port), ca_bundle=None, clock=lambda: now[0])
        ask(connection)
        now[0] += passed
        ask(connection)

    assert other.connections == connections


def test_answer_that_does_not_come_in_time_is_not_asked_for_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection = KeptConnection(host(silent.getsockname()[1]), ca_bundle=None)
        with pytest.raises(TooSlow, match="no answer within 0 s"):
            ask(connection, seconds=0.01)
        with pytest.raises(TimeoutError):
            ask(connection, seconds=0)


def test_host_where_nobody_listens_is_an_error() -> None:
    with pytest.raises(ConnectionRefusedError):
        ask(KeptConnection(host(9), ca_bundle=None))


def test_encrypted_connection_trusts_the_bundle_that_is_set_and_is_kept() -> None:
    with peer([answer(b"first"), answer(b"second")], is_encrypted=True) as other:
        connection = KeptConnection(host(other.port, is_encrypted=True), ca_bundle=str(CERTIFICATE))
        assert (ask(connection), ask(connection)) == (b"first", b"second")

    assert other.connections == 1


def test_host_that_no_trusted_root_certifies_is_told_nothing() -> None:
    with peer([answer()], is_encrypted=True) as other, pytest.raises(ssl.SSLCertVerificationError):
        ask(KeptConnection(host(other.port, is_encrypted=True), ca_bundle=None))

    assert other.requests == []


def test_certificate_of_another_host_is_refused() -> None:
    with (
        peer([answer()], is_encrypted=True) as other,
        pytest.raises(ssl.SSLCertVerificationError, match=r"IP|ostname"),
    ):
        ask(KeptConnection(Host("localhost", other.port, "here", is_encrypted=True), ca_bundle=str(CERTIFICATE)))

    assert other.requests == []


def test_bundle_that_cannot_be_read_is_an_error_and_no_connection() -> None:
    with peer([answer()], is_encrypted=True) as other, pytest.raises(OSError, match="No such file"):
        ask(KeptConnection(host(other.port, is_encrypted=True), ca_bundle="/no/such/file.pem"))


def test_context_checks_names_and_takes_no_old_protocol() -> None:
    context = certificates.trusting(None)

    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == 5


def test_kept_connection_that_falls_silent_is_not_asked_twice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connection = KeptConnection(host(listening.getsockname()[1]), ca_bundle=None)
        answering = threading.Thread(target=_answer_once, args=(listening,))
        answering.start()
        ask(connection)
        with pytest.raises(TooSlow):
            ask(connection, seconds=0.02)
        answering.join()


def _answer_once(listening: socket.socket) -> None:
    connected, _ = listening.accept()
    with connected:
        connected.recv(65_536)
        connected.sendall(answer())
        while connected.recv(65_536):
            pass  # the second request, and then the end
