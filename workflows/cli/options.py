"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from chalicelib.settings import ApiSettings

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_MODEL: str = ApiSettings.default_model

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
model = click.option("--model", default=DEFAULT_MODEL, show_default=True, help="The model, as its recipe is named.")
