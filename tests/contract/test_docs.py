"""README's tree, tables and commands are those of the project."""

from __future__ import annotations

import re
from pathlib import Path

from app import app
from chalicelib.api.known_tokens import FRESH_SECONDS, OLD_SECONDS
from chalicelib.settings.api import ApiSettings
from chalicelib.settings.stage import StageSettings
from workflows.cli.main import group

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
LINES_MAX = 200


def tree() -> str:
    return next(
        block.removeprefix("```\n") for block in README.split("\n\n") if block.startswith("```\napp.py")
    ).rstrip("`\n")


def test_readme_stays_short() -> None:
    assert len(README.splitlines()) <= LINES_MAX


def test_every_setting_is_in_the_table_with_its_default() -> None:
    for each in (*ApiSettings.settings.values(), *StageSettings.settings.values()):
        default = "-" if each.default in {None, ""} else f"`{each.default}`"
        row = f"| {each.variable} | {each.explanation} | {default} |"

        assert row in SETTINGS


def test_time_that_a_removed_token_may_go_on_is_told_alike_everywhere() -> None:
    (authorizer,) = app.builtin_auth_handlers
    fresh, away = (round((authorizer.ttl_seconds or 0) + seconds) for seconds in (FRESH_SECONDS, OLD_SECONDS))
    help_text = group.commands["token"].commands["remove"].help  # type: ignore[attr-defined]

    for told, seconds in ((README, "s"), (CHANGELOG, "seconds"), (help_text, "s")):
        assert f"within {fresh} {seconds}" in told
        assert re.search(rf"while S3 [a-z ]+,[a-z ]+ {away // 60} minutes", told, re.IGNORECASE)


def test_every_path_of_the_tree_exists() -> None:
    folders: list[str] = []
    for line in tree().splitlines():
        indent, name = len(line) - len(line.lstrip()), line.split()[0]
        folders = [*folders[: indent // 2], name]

        assert (ROOT / "".join(folders)).exists(), folders


def test_every_folder_at_the_top_is_in_the_tree() -> None:
    known = {line.split()[0].rstrip("/") for line in tree().splitlines() if not line.startswith(" ")}
    there = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}

    assert there - {"__pycache__"} <= known
    assert {"app.py", "chalicelib", "lambdas", "workflows", ".chalice", "docs", "tests", "benchmarks"} == known


def test_every_route_is_in_the_table() -> None:
    import app

    told = re.sub(r"<[^>]*>", "", README).replace("/runs/ID", "/runs/{run}")
    told = told.replace("/batches/ID", "/batches/{batch}")
    told = told.replace("/models/M", "/models/{model}").replace("/versions/V", "/versions/{version}")
    for route in app.app.routes:
        assert re.search(rf"{re.escape(route)}(?=[ ,|])", told), route
