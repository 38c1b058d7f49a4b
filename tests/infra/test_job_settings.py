"""Spark settings of the Glue jobs and of one machine are equal, except for those named here."""

from collections.abc import Mapping

import pytest

from flightlake.storage.s3a import s3a_access
from glue_jobs.session import SETTINGS, local_settings
from infra.config.settings import STACKS
from infra.plan.recorder import Recording

OF_EXECUTORS = {"spark.executor.defaultJavaOptions"}
"""On one machine the driver is its own executor."""

OF_THE_PLACE = {
    "spark.hadoop.fs.s3a.endpoint",
    "spark.hadoop.fs.s3a.path.style.access",
    "spark.hadoop.fs.s3a.aws.credentials.provider",
}
"""Glue's S3 is AWS's own, and the job's role is found by itself."""


@pytest.fixture
def access(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**given, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    return s3a_access().settings


def glue_settings(recording: Recording) -> dict[str, str]:
    conf = recording.named("aws:glue/job:Job", "convert").inputs["defaultArguments"]["--conf"]
    return dict(setting.split("=", 1) for setting in conf.split(" --conf "))


@pytest.mark.parametrize("stack", STACKS)
def test_each_setting_of_glue_holds_on_one_machine(
    recordings: Mapping[str, Recording], access: dict[str, str], stack: str
) -> None:
    here = SETTINGS | local_settings(on_s3=True) | access
    for name, value in glue_settings(recordings[stack]).items():
        if name in OF_EXECUTORS:
            continue
        assert value in here[name].split(), name


@pytest.mark.parametrize("stack", STACKS)
def test_s3_is_spoken_to_in_no_other_way_on_one_machine(
    recordings: Mapping[str, Recording], access: dict[str, str], stack: str
) -> None:
    here = SETTINGS | local_settings(on_s3=True) | access
    of_s3 = {name for name in here if ".s3a." in name or "commit" in name.lower()}
    same = {name for name in glue_settings(recordings[stack]) if ".s3a." in name}
    same |= {name for name in SETTINGS if "commit" in name.lower()}
    assert of_s3 - OF_THE_PLACE == same


def test_the_machine_changes_no_setting_that_results_rest_on() -> None:
    assert not SETTINGS.keys() & local_settings(on_s3=True).keys()
