"""What the functions of the Chalice app read."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.errors import SettingsInvalid
from chalicelib.names import MODEL_NAME
from chalicelib.settings.reading import Settings, environment, matching, setting, stage_name, value_of


def _schedule(text: str) -> str:
    from chalicelib.settings import schedules  # here, because a stage with the default needs none of it

    return schedules.read(text)


class ApiSettings(Settings):
    """Of the Chalice app; set per stage in `.chalice/config.json`."""

    stage: str = stage_name()
    default_model: str = setting(
        "NIGHTSWAP_DEFAULT_MODEL",
        "the model of a request that names none",
        read=matching(MODEL_NAME, f"{MODEL_NAME.pattern}, for example kdd99-http"),
        default="kdd99-http",
    )
    schedule: str = setting(
        "NIGHTSWAP_SCHEDULE",
        "when the nightly retrain starts, an EventBridge expression (UTC)",
        read=_schedule,
        default="cron(0 3 * * ? *)",
    )


def schedule(environ: Mapping[str, str] | None = None) -> str:
    """The nightly schedule by itself: `app.py` needs it at import, when the other settings may not be there yet.

    Raises SettingsInvalid for one that EventBridge would refuse in the middle of a deployment.
    """
    try:
        return str(value_of(ApiSettings.settings["schedule"], environment() if environ is None else environ))
    except ValueError as exc:
        raise SettingsInvalid(str(exc)) from exc
