"""Sets a bucket's encryption, ownership and lifecycle, which the emulator's CloudFormation leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.stacks.bucket_forms import FORMS


def install() -> None:
    """They are put by S3's own calls, and deleted where an update drops them."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    provisioners._S3_BUCKET_CONFIGURATIONS += (
        (
            "BucketEncryption",
            _body("BucketEncryption", "PutBucketEncryption", "ServerSideEncryptionConfiguration"),
            s3._put_bucket_encryption,
            s3._delete_bucket_encryption,
        ),
        (
            "OwnershipControls",
            _body("OwnershipControls", "PutBucketOwnershipControls", "OwnershipControls"),
            s3._put_bucket_ownership_controls,
            s3._delete_bucket_ownership_controls,
        ),
        (
            "LifecycleConfiguration",
            _body("LifecycleConfiguration", "PutBucketLifecycleConfiguration", "LifecycleConfiguration"),
            s3._put_bucket_lifecycle,
            s3._delete_bucket_lifecycle,
        ),
    )


def _body(name: str, operation: str, argument: str) -> Callable[[Mapping[str, Any]], bytes]:
    """Writes a template's property as the body of the operation."""

    def write(given: Mapping[str, Any]) -> bytes:
        from botocore.serialize import create_serializer
        from botocore.session import Session

        model = Session().get_service_model("s3").operation_model(operation)
        request = create_serializer("rest-xml", include_validation=True).serialize_to_request(
            {"Bucket": "a-bucket", argument: FORMS[name](given)}, model
        )
        body: bytes = request["body"]
        return body

    return write
