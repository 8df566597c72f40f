"""The SAM template: valid as SAM has it, and as a security reviewer would want it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.clone import ROOT
from tests.container.conftest import TOOLS
from tests.short_forms import read_template
from workflows.stacks.functions import serving_configuration

TEMPLATE = ROOT / "workflows/container/template.yaml"


def resources() -> dict[str, Any]:
    read = read_template(TEMPLATE)["Resources"]
    return {name: resource["Properties"] for name, resource in read.items()}


def test_sam_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SAM_CLI_TELEMETRY": "0",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command: list[str | Path] = [
        TOOLS / "bin/sam",
        "validate",
        "--lint",
        "--template",
        TEMPLATE,
        "--region",
        "us-east-1",
    ]

    command += ["--region", "us-east-1"]

    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a valid SAM Template" in done.stdout


def test_api_takes_nothing_but_signed_posts_to_predict_and_not_without_bound() -> None:
    here = resources()
    routes = [each["Properties"] for each in here["Function"]["Events"].values()]

    assert here["Api"]["Auth"] == {"EnableIamAuthorizer": True, "DefaultAuthorizer": "AWS_IAM"}
    assert here["Api"]["DefaultRouteSettings"].keys() == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert routes == [{"ApiId": "Api", "Path": "/predict", "Method": "POST"}]


def test_function_is_as_large_as_the_one_behind_the_alias() -> None:
    function, behind_the_alias = resources()["Function"], serving_configuration()

    assert function["PackageType"] == "Image"
    for name in ("MemorySize", "Timeout", "Architectures"):
        assert function[name] == behind_the_alias[name]


def test_function_may_write_its_log_and_nothing_else() -> None:
    here = resources()
    (policy,) = here["Role"]["Policies"]

    assert here["Function"]["Role"] == "Role.Arn"
    assert here["Function"]["LoggingConfig"] == {"LogGroup": "Log"}
    assert here["Role"].keys() == {"AssumeRolePolicyDocument", "PermissionsBoundary", "Policies"}
    assert policy["PolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "Log.Arn"}
    ]


def test_bucket_is_encrypted_private_and_reached_by_tls_alone() -> None:
    here = resources()
    (encryption,) = here["Packages"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (statement,) = here["PackagesPolicy"]["PolicyDocument"]["Statement"]

    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert len(here["Packages"]["PublicAccessBlockConfiguration"]) == 4
    assert set(here["Packages"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert here["PackagesPolicy"]["Bucket"] == "Packages"
    assert statement == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["Packages.Arn", "${Packages.Arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_image_is_made_from_the_dockerfile_beside_the_template() -> None:
    metadata = read_template(TEMPLATE)["Resources"]["Function"]["Metadata"]

    assert (TEMPLATE.parent / metadata["DockerContext"] / metadata["Dockerfile"]).is_file()


def test_role_is_within_the_permissions_boundary_that_the_template_is_given() -> None:
    assert resources()["Role"]["PermissionsBoundary"] == ["IsBounded", "PermissionsBoundary", "AWS::NoValue"]
