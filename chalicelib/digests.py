"""SHA-256, and the HMAC of a signature, without OpenSSL, for what a prediction loads.

hashlib and hmac load OpenSSL, which takes a cold start a twentieth of its time. Elsewhere hashlib is used itself.

Source of HMAC: RFC 2104, https://www.rfc-editor.org/rfc/rfc2104
"""

from __future__ import annotations

import sys
from importlib import import_module

BYTES_OF_OPENSSL = 1_000_000
"""Of more than that OpenSSL makes the digest sooner, with the time that it takes to load."""
BLOCK_BYTES = 64
BUILT_IN = import_module("_sha2" if sys.version_info >= (3, 12) else "_sha256")
"""Python's own, without OpenSSL, which `random` takes too."""
INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return _sha256(content).hex()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """32 bytes.

    >>> hmac_sha256(b"key", b"message").hex()[:16]
    '6e9ef29b75fffc5b'
    """
    if len(key) > BLOCK_BYTES:
        key = _sha256(key)
    block = key.ljust(BLOCK_BYTES, b"\0")
    return _sha256(block.translate(OUTER) + _sha256(block.translate(INNER) + message))


def _sha256(content: bytes) -> bytes:
    if len(content) > BYTES_OF_OPENSSL:
        from hashlib import sha256

        return sha256(content).digest()
    return bytes(BUILT_IN.sha256(content).digest())
