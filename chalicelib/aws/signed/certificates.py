"""Whom a connection to AWS trusts: the five roots that certify the endpoints of the partition aws.

To load all the roots of a browser takes half as long as an empty cold start. AWS's own advice for a small store is
all five of Amazon Trust Services; in roots.pem each is byte for byte as botocore has it.
Source: https://www.amazontrust.com/repository/
"""

from __future__ import annotations

import ssl
from functools import lru_cache

ROOTS = f"{__file__.rpartition('/')[0]}/roots.pem"  # pathlib is not loaded here, and costs 3 ms


@lru_cache(maxsize=2)
def trusting(ca_bundle: str | None) -> ssl.SSLContext:
    """Checks chain, dates and the host's name, from TLS 1.2 on; raises OSError for a bundle that cannot be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=ca_bundle or ROOTS)
    return context
