from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from click.testing import CliRunner

from chalicelib.errors import BadRequest, CommandFailed, ModelUnknown, NoLiveModel
from workflows.cli.main import group, main
from workflows.cli.options import on_stage
from workflows.cli.stage import Stage

ROOT = Path(__file__).parents[4]
ACCESS_DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")

AGAIN = "make it writable for the user who runs this, or move it away"


def paths(command: click.Command, *before: str) -> Iterator[tuple[str, ...]]:
    """Every command and group of commands, by the words that call it."""
    yield before
    for name, below in getattr(command, "commands", {}).items():
        yield from paths(below, *before, name)


class Ending:
    """Commands that end as a test wants them to."""

    def __init__(self, ends: BaseException | int) -> None:
        self.ends = ends

    def __enter__(self) -> None:
        def end() -> None:
            if isinstance(self.ends, BaseException):
                raise self.ends
            raise SystemExit(self.ends)

        group.add_command(click.command("end-as-the-test-wants")(end))

    def __exit__(self, *_: object) -> None:
        del group.commands["end-as-the-test-wants"]


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize("path", list(paths(group)), ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself(path: tuple[str, ...], option: str) -> None:
    result = CliRunner().invoke(group, [*path, option])

    assert result.exit_code == 0
    usage, _, rest = result.output.partition("\n")
    assert usage.startswith("Usage:")
    assert len(rest.strip().splitlines()) > 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("unknown",),
        ("data",),
        ("data", "add"),
        ("data", "remove"),
        ("runs", "--limit", "0"),
        ("runs", "--limit", "ten"),
        ("runs", "--colour"),
        ("stop",),
        ("token", "add", "ada", "--scope", "admin"),
        ("versions", "--stage", "Prod"),
        ("versions", "--stage", "my-stage"),
        ("predict", "duration", "--stage", "prod"),
    ],
)
def test_wrong_usage_ends_with_two(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*arguments) == 2

    printed = capsys.readouterr()
    assert printed.err.startswith("Usage:")
    assert "Traceback" not in printed.err


def test_help_ends_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--help") == 0
    assert "Retrain a model" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (CommandFailed("the local AWS is not running"), "CommandFailed: the local AWS is not running\n"),
        (NoLiveModel("nothing is live", model="m"), "NoLiveModel: nothing is live\n"),
        (
            OSError(28, "No space left on device", "a/token"),
            "DiskFull: no room is left for a/token: make some, then try again\n",
        ),
        *(
            (error, f"{type(error).__name__}: a/token cannot be used ({error.args[1]}): {AGAIN}\n")
            for error in (
                PermissionError(1, "Operation not permitted", "a/token"),
                PermissionError(13, "Permission denied", "a/token"),
                FileExistsError(17, "File exists", "a/token"),
                NotADirectoryError(20, "Not a directory", "a/token"),
                IsADirectoryError(21, "Is a directory", "a/token.tmp", None, "a/token"),
                OSError(30, "Read-only file system", "a/token"),
            )
        ),
        (
            BadRequest("reason is missing", field="reason", accepted="1 to 200 printable characters"),
            "BadRequest: reason is missing (accepted: 1 to 200 printable characters)\n",
        ),
        (
            ModelUnknown("there is no model 'nope'", field="model", accepted="a, b"),
            "ModelUnknown: there is no model 'nope' (accepted: a, b)\n",
        ),
        (
            ModelUnknown("there is no model 'kdd99-http'", field="model", accepted="a"),
            "ModelUnknown: there is no model 'kdd99-http' (accepted: a). Its recipe is here, and not deployed:"
            " nightswap deploy\n",
        ),
        (
            ACCESS_DENIED,
            "ClientError: An error occurred (AccessDenied) when calling the GetObject operation: no: permit the call;"
            " nightswap doctor --print-policy prints all that is needed\n",
        ),
        (
            NoCredentialsError(),
            "NoCredentialsError: Unable to locate credentials: run aws configure, or set AWS_PROFILE;"
            " without an account: make run\n",
        ),
        (
            NoRegionError(),
            "NoRegionError: You must specify a region: set AWS_DEFAULT_REGION, or a region in your AWS profile, for"
            " instance eu-west-1\n",
        ),
        (
            EndpointConnectionError(endpoint_url="https://x"),
            'EndpointConnectionError: Could not connect to the endpoint URL: "https://x": check network, proxy and'
            " region, then repeat the command; the local AWS is started with make run\n",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_ends_with_one_and_one_line(error: Exception, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Ending(error):
        assert exit_code("end-as-the-test-wants") == 1

    assert capsys.readouterr() == ("", line)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), click.exceptions.Abort()])
def test_interruption_ends_with_130(interruption: BaseException) -> None:
    with Ending(interruption):
        assert exit_code("end-as-the-test-wants") == 130


def test_character_that_the_terminal_lacks_is_shown_as_another_and_ends_nothing() -> None:
    say = "import click; from workflows.cli.main import group, main;"
    say += "group.add_command(click.command('say')(lambda: print('\\u25b8 done'))); main(['say'])"
    environ = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}

    done = subprocess.run((sys.executable, "-c", say), cwd=ROOT, env=environ, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, b"? done\n"), done.stderr


@pytest.mark.parametrize("code", [0, 1])
def test_command_that_ends_by_itself_keeps_its_exit_code(code: int) -> None:
    with Ending(code):
        assert exit_code("end-as-the-test-wants") == code


def test_error_that_nobody_foresaw_is_not_hidden() -> None:
    with Ending(ZeroDivisionError()), pytest.raises(ZeroDivisionError):
        main(["end-as-the-test-wants"])


@pytest.mark.parametrize(
    ("arguments", "environment", "name"),
    [
        ([], {}, "local"),
        (["--stage", "prod"], {}, "prod"),
        ([], {"NIGHTSWAP_STAGE": "prod"}, "prod"),
        (["--stage", "local"], {"NIGHTSWAP_STAGE": "prod"}, "local"),
    ],
)
def test_stage_is_named_by_option_or_environment(
    arguments: list[str], environment: dict[str, str], name: str
) -> None:
    @click.command()
    @on_stage
    def show(stage: Stage) -> None:
        click.echo(stage.name)

    result = CliRunner().invoke(show, arguments, env={"NIGHTSWAP_STAGE": None, **environment})

    assert result.output == f"{name}\n"


def test_stage_on_aws_has_no_short_address() -> None:
    assert Stage("prod").short_url is None


@pytest.mark.parametrize("command", ["plan", "deploy", "destroy", "runs", "token list", "data list", "versions"])
@pytest.mark.parametrize("region", [None, ""])
def test_missing_or_empty_region_is_one_line_from_every_command(command: str, region: str | None) -> None:
    environment = {"AWS_DEFAULT_REGION": region, "AWS_REGION": None, "AWS_CONFIG_FILE": "/dev/null"}
    with_keys = {**environment, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}

    result = CliRunner().invoke(group, [*command.split(), "--stage", "prod"], env=with_keys)

    assert isinstance(result.exception, NoRegionError)


@pytest.mark.parametrize("region", [None, ""])
def test_doctor_says_that_there_is_no_region(region: str | None) -> None:
    environment = {"AWS_DEFAULT_REGION": region, "AWS_REGION": None, "AWS_CONFIG_FILE": "/dev/null"}

    result = CliRunner().invoke(group, ["doctor", "--stage", "prod"], env=environment)

    assert result.exit_code == 1
    assert "You must specify a region" in result.output
