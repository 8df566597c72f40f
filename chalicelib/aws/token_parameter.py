"""SSM: the parameter that holds the hashes of the stage's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib import names
from chalicelib.aws.calls import code

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient


class TokenParameter:
    """One stage's token parameter; its value is the JSON that `chalicelib.access` reads and writes."""

    def __init__(self, client: SSMClient, *, stage: str) -> None:
        self._client = client
        self._name = names.token_parameter(stage)

    def read(self) -> str | None:
        """None when the stage's data stack does not exist: no token can then be right."""
        try:
            return self._client.get_parameter(Name=self._name)["Parameter"].get("Value")
        except ClientError as exc:
            if code(exc) == "ParameterNotFound":
                return None
            raise

    def write(self, value: str) -> None:
        self._client.put_parameter(Name=self._name, Value=value, Overwrite=True)
