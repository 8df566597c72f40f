"""Builds the environment variables of the local AWS, and of processes that talk to it.

Both are built so that a local command cannot reach a real account: they take no profile, key, region, endpoint or
configuration file from the user's environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from workflows.local.state.state_folder import StateFolder

HOST = "127.0.0.1"
REGION = "us-east-1"

_UNWANTED = ("PYTHONDONTWRITEBYTECODE",)  # it makes every import of scikit-learn three times slower
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")

_NO_CONFIGURATION = {
    # A file of the user's could set an endpoint, a role to assume or a credential process.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # botocore would otherwise call sync-127.0.0.1 for some operations of Step Functions.
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
}


def clean(environ: Mapping[str, str], *, endpoint: str) -> dict[str, str]:
    """`environ` for a process that talks to the local AWS at `endpoint`, and to nothing else that is called AWS.

    >>> cleaned = clean({"AWS_PROFILE": "work", "HOME": "/home/me"}, endpoint="http://127.0.0.1:4566")
    >>> cleaned["AWS_ENDPOINT_URL"], cleaned["HOME"], "AWS_PROFILE" in cleaned
    ('http://127.0.0.1:4566', '/home/me', False)
    """
    kept = {name: value for name, value in environ.items() if not name.startswith("AWS_") and name not in _UNWANTED}
    direct = ",".join(filter(None, [kept.get("NO_PROXY") or kept.get("no_proxy"), HOST, "localhost"]))
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": direct,
        "no_proxy": direct,
        **_NO_CONFIGURATION,
    }


def of_server(
    environ: Mapping[str, str], *, port: int, folder: StateFolder, enforces_permissions: bool = False
) -> dict[str, str]:
    """The whole environment of the emulator, which hands it to every function that it runs."""
    scratch = str(folder.scratch)
    return {name: environ[name] for name in _PASSED_ON if name in environ} | {
        "HOME": scratch,
        "TMPDIR": scratch,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder.aws),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder.s3),
        "AUTH": "true" if enforces_permissions else "false",
        # It would open more ports for these two, and remove containers of a Docker that it finds.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{scratch}/no-docker",
        **_NO_CONFIGURATION,
    }
