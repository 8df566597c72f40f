from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.digests import BLOCK_BYTES, BYTES_OF_OPENSSL, hmac_sha256, sha256


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
    ids=["1", "2", "3", "6"],
)
def test_signature_is_that_of_the_published_test_cases(key: bytes, message: bytes, expected: str) -> None:
    """Source: RFC 4231, section 4."""
    assert hmac_sha256(key, message).hex() == expected


@given(key=st.binary(max_size=2 * BLOCK_BYTES + 1), message=st.binary(max_size=300))
def test_any_key_signs_as_in_the_standard_library(key: bytes, message: bytes) -> None:
    assert hmac_sha256(key, message) == hmac.digest(key, message, "sha256")


@pytest.mark.parametrize("size", [0, 1, BYTES_OF_OPENSSL, BYTES_OF_OPENSSL + 1])
def test_digest_is_the_same_whoever_makes_it(size: int) -> None:
    content = b"a" * size

    assert sha256(content) == hashlib.sha256(content).hexdigest()
