from __future__ import annotations

import pytest

from chalicelib.errors import SettingsInvalid
from chalicelib.settings.api import ApiSettings, schedule
from chalicelib.settings.reading import load
from chalicelib.settings.stage import StageSettings
from chalicelib.settings.tasks import TaskSettings

TASK = {"NIGHTSWAP_STAGE": "prod", "NIGHTSWAP_CODE_SHA256": "c0de", "NIGHTSWAP_SERVING_SHA256": "5e7e"}


def test_settings_are_read_from_the_environment() -> None:
    assert load(TaskSettings, TASK) == TaskSettings(stage="prod", code_sha256="c0de", serving_sha256="5e7e")


@pytest.mark.parametrize(("given", "days"), [({}, 30), ({"NIGHTSWAP_STALE_DAYS": "365"}, 365)])
def test_age_of_a_stale_model_is_the_stage_s_and_its_tasks(given: dict[str, str], days: int) -> None:
    assert load(StageSettings, given).stale_days == days
    assert load(TaskSettings, {**TASK, **given}).stale_days == days


def test_settings_with_defaults_may_be_left_out() -> None:
    found = load(ApiSettings, {"NIGHTSWAP_STAGE": "prod"})

    assert found == ApiSettings(stage="prod", default_model="kdd99-http", schedule="cron(0 3 * * ? *)")


def test_settings_with_defaults_may_be_given() -> None:
    given = {
        "NIGHTSWAP_STAGE": "prod",
        "NIGHTSWAP_DEFAULT_MODEL": "other",
        "NIGHTSWAP_SCHEDULE": "rate(1 hour)",
    }

    assert load(ApiSettings, given) == ApiSettings(stage="prod", default_model="other", schedule="rate(1 hour)")


def test_other_variables_do_not_matter() -> None:
    assert load(TaskSettings, {**TASK, "HOME": "/", "NIGHTSWAP_OTHER": "x"}).stage == "prod"


def test_all_problems_are_told_at_once_with_what_each_is_for() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        load(TaskSettings, {"NIGHTSWAP_STAGE": "Prod", "NIGHTSWAP_CODE_SHA256": ""})

    stage, code, serving = caught.value.message.split("; ")
    assert stage == "NIGHTSWAP_STAGE is 'Prod': expected [a-z][a-z0-9]{0,9}, for example prod"
    assert code.startswith("NIGHTSWAP_CODE_SHA256 is missing: ")
    assert serving.startswith("NIGHTSWAP_SERVING_SHA256 is missing: ")


@pytest.mark.parametrize("stage", ["", "Prod", "my-stage", "1st", "a" * 11, "prod\n"])
def test_bad_stage_is_refused(stage: str) -> None:
    with pytest.raises(SettingsInvalid, match="NIGHTSWAP_STAGE"):
        load(ApiSettings, {"NIGHTSWAP_STAGE": stage})


@pytest.mark.parametrize("model", ["", "Upper", "a_b", "a" * 25, "1st"])
def test_bad_default_model_is_refused(model: str) -> None:
    with pytest.raises(SettingsInvalid, match="NIGHTSWAP_DEFAULT_MODEL"):
        load(ApiSettings, {"NIGHTSWAP_STAGE": "prod", "NIGHTSWAP_DEFAULT_MODEL": model})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "cron(0 3 * * ? *)"),
        ({"NIGHTSWAP_SCHEDULE": "rate(1 hour)"}, "rate(1 hour)"),
    ],
)
def test_schedule_is_there_before_all_other_settings(environ: dict[str, str], expected: str) -> None:
    assert schedule(environ) == expected


@pytest.mark.parametrize("text", ["", "0 3 * * *", "cron(0 3 * * * *)"])
def test_schedule_that_eventbridge_refuses_is_refused_before_all_other_settings(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="NIGHTSWAP_SCHEDULE is"):
        schedule({"NIGHTSWAP_SCHEDULE": text})


def test_own_environment_is_read_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**TASK, "NIGHTSWAP_SCHEDULE": "rate(2 hours)"}.items():
        monkeypatch.setenv(name, value)

    assert load(TaskSettings).code_sha256 == "c0de"
    assert schedule() == "rate(2 hours)"


def test_stage_has_a_default_for_everything() -> None:
    assert load(StageSettings, {}) == StageSettings()


def test_numbers_of_a_stage_are_numbers() -> None:
    given = {"NIGHTSWAP_LOG_RETENTION_DAYS": "7", "NIGHTSWAP_SERVING_MEMORY_MB": "1024", "NIGHTSWAP_XRAY": "on"}

    found = load(StageSettings, given)

    assert (found.log_retention_days, found.serving_memory_mb, found.xray) == (7, 1024, "on")


@pytest.mark.parametrize("email", ["", "ops@example.com", "o'neil+alerts@mail.example.co.uk", "a@b-c.de"])
def test_address_may_be_left_empty(email: str) -> None:
    assert load(StageSettings, {"NIGHTSWAP_ALERT_EMAIL": email}).alert_email == email


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("NIGHTSWAP_LOG_RETENTION_DAYS", "31", "expected 1, 3, 5, 7, 14, 30"),
        ("NIGHTSWAP_LOG_RETENTION_DAYS", "", "is missing: how long logs are kept"),
        *(
            ("NIGHTSWAP_ALERT_EMAIL", wrong, "expected an address, for example ops@example.com")
            for wrong in ("ops", "ops@host", "a b@c.de", "@c.de", "a@", "a@b..de", ".a@b.de", "a@-b.de", "a@b.de\n")
        ),
        (
            "NIGHTSWAP_PERMISSIONS_BOUNDARY",
            "bounds",
            "expected a policy's ARN, for example arn:aws:iam::123456789012",
        ),
        ("NIGHTSWAP_PERMISSIONS_BOUNDARY", "arn:aws:iam::123456789012:role/bounds", "expected a policy's ARN"),
        (
            "NIGHTSWAP_ENDPOINT_IMAGE",
            "nightswap:7",
            "expected one such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/",
        ),
        (
            "NIGHTSWAP_ENDPOINT_IMAGE",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/nightswap",
            "expected one such as 123456789012.dkr.ecr",
        ),
        ("NIGHTSWAP_ALERT_EMAIL", "a@b.de,c@d.de", "expected an address"),
        ("NIGHTSWAP_ALERT_EMAIL", f"{'a' * 65}@b.de", "expected an address"),
        ("NIGHTSWAP_ALERT_EMAIL", f"a@{'b.' * 130}de", "expected an address"),
        *(
            (variable, wrong, "expected subnets, then security groups, for example subnet-0123")
            for variable in ("NIGHTSWAP_TRAINING_NETWORK", "NIGHTSWAP_ENDPOINT_NETWORK")
            for wrong in (
                *("subnet-0123abcd", "sg-0123abcd", "sg-0123abcd subnet-0123abcd", "subnet-0123abcd,sg-0123abcd"),
                *("subnet-0123abcd  sg-0123abcd", "subnet-0123abcd sg-0123abcd ", "subnet-0123ABCD sg-0123abcd"),
                *("subnet-0123abcd" + 6 * " sg-0123abcd", 17 * "subnet-0123abcd " + "sg-0123abcd"),
            )
        ),
        *(
            (variable, wrong, "expected a key's ARN, for example arn:aws:kms:eu-west-1:123456789012")
            for variable in ("NIGHTSWAP_TRAINING_KEY", "NIGHTSWAP_ENDPOINT_KEY")
            for wrong in ("a-key", "alias/mine", "arn:aws:kms:eu-west-1:123456789012:alias/mine")
        ),
        ("NIGHTSWAP_ARCHITECTURE", "arm", "expected x86_64 or arm64"),
        ("NIGHTSWAP_APP_RUNTIME", "python3.10", "expected python3.11 or python3.12 or python3.13"),
        ("NIGHTSWAP_REQUESTS_PER_SECOND", "0", "expected 1 to 10000"),
        ("NIGHTSWAP_BURST", "5001", "expected 1 to 5000"),
        ("NIGHTSWAP_DIRECT_CONCURRENCY", "1001", "expected 0 to 1000"),
        ("NIGHTSWAP_MONTHLY_BUDGET_USD", "1000001", "expected 0 to 1000000"),
        ("NIGHTSWAP_MONTHLY_BUDGET_USD", "49.99", "expected 0 to 1000000"),
        ("NIGHTSWAP_KEEP_WARM_MINUTES", "61", "expected 0 to 60"),
        ("NIGHTSWAP_LOG_RETENTION_DAYS", "\u0663\u0660", "expected 1, 3"),
        ("NIGHTSWAP_REJECTED_DAYS", "8", "expected 1 to 7"),
        ("NIGHTSWAP_FAILING_DAYS", "0", "expected 1 to 7"),
        ("NIGHTSWAP_FAILING_DAYS", "two", "expected 1 to 7"),
        ("NIGHTSWAP_STALE_DAYS", "0", "expected 1 to 365"),
        ("NIGHTSWAP_STALE_DAYS", "366", "expected 1 to 365"),
        ("NIGHTSWAP_LATENCY_MS", "-5", "expected 1 to 10000"),
        ("NIGHTSWAP_LATENCY_MS", "1" * 5000, "expected 1 to 10000"),
        ("NIGHTSWAP_SERVING_MEMORY_MB", "10241", "expected 128 to 10240"),
        ("NIGHTSWAP_PREPROCESS_MEMORY_MB", "10241", "expected 512 to 10240"),
        ("NIGHTSWAP_PREPROCESS_STORAGE_MB", "511", "expected 512 to 10240"),
        ("NIGHTSWAP_PREPROCESS_SECONDS", "900", "expected 120 to 890"),
        ("NIGHTSWAP_TRAIN_MEMORY_MB", "10241", "expected 512 to 10240"),
        ("NIGHTSWAP_TRAIN_STORAGE_MB", "511", "expected 512 to 10240"),
        ("NIGHTSWAP_TRAIN_SECONDS", "900", "expected 120 to 890"),
        ("NIGHTSWAP_EVALUATE_MEMORY_MB", "10241", "expected 512 to 10240"),
        ("NIGHTSWAP_EVALUATE_STORAGE_MB", "511", "expected 512 to 10240"),
        ("NIGHTSWAP_EVALUATE_SECONDS", "900", "expected 120 to 890"),
        ("NIGHTSWAP_TASK_MEMORY_MB", "511", "expected 512 to 10240"),
        ("NIGHTSWAP_TASK_MEMORY_MB", "10241", "expected 512 to 10240"),
        ("NIGHTSWAP_TASK_STORAGE_MB", "511", "expected 512 to 10240"),
        ("NIGHTSWAP_TASK_SECONDS", "179", "expected 180 to 890"),
        ("NIGHTSWAP_TASK_SECONDS", "891", "expected 180 to 890"),
        ("NIGHTSWAP_XRAY", "true", "expected on or off"),
        ("NIGHTSWAP_APPROVE", "yes", "expected on or off"),
    ],
)
def test_bad_setting_of_a_stage_is_refused_with_what_was_expected(variable: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsInvalid, match=rf"{variable} .*{expected}"):
        load(StageSettings, {variable: value})


def test_wrong_value_is_repeated_in_part() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        load(StageSettings, {"NIGHTSWAP_LATENCY_MS": "1" * 5000})

    assert len(caught.value.message) < 200


def test_a_functions_memory_is_what_lambda_says_and_the_most_where_it_says_nothing() -> None:
    told = load(TaskSettings, {**TASK, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769"})

    assert (told.memory_mb, load(TaskSettings, TASK).memory_mb) == (1769, 10_240)
