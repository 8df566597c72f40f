"""Users with unusual machines: files that nobody else may read, no home, no name."""

from __future__ import annotations

import io
import subprocess
import sys
import urllib.request
import zipfile

from tests.deploy.conftest import STAGE, Account, UserClone


def packages(account: Account) -> dict[str, bytes]:
    """The code of every function, by the function's name."""
    found = {}
    for name in account.functions():
        address = account.client("lambda").get_function(FunctionName=name)["Code"]["Location"]
        with urllib.request.urlopen(address, timeout=60) as answer:
            found[name] = answer.read()
    return found


def test_every_function_can_be_started_though_the_user_s_umask_is_077(account: Account, clone: UserClone) -> None:
    for each in clone.folder.rglob("*"):
        if each.is_file() and not each.is_symlink():
            each.chmod(0o600)
    command = f"umask 077; exec {sys.executable} -m workflows.cli deploy --stage {STAGE}"

    subprocess.run(["sh", "-c", command], cwd=clone.folder, env=clone.environment, check=True, capture_output=True)

    for function, package in packages(account).items():
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            modes = {each.filename: each.external_attr >> 16 & 0o444 for each in archive.infolist()}
        assert set(modes.values()) == {0o444}, function
    assert len(modes) > 0


def test_user_without_home_and_name_in_the_environment_deploys(clone: UserClone) -> None:
    bare = {key: value for key, value in clone.environment.items() if key not in {"HOME", "USER", "LOGNAME"}}
    command = [sys.executable, "-m", "workflows.cli", "deploy", "--stage", STAGE]

    done = subprocess.run(command, cwd=clone.folder, env=bare, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
