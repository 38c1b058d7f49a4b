"""A job's arguments, on a command line and on Glue."""

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from support.glue import GLUE_ARGUMENTS, awsglue_folder

from flightlake.errors import UsageError
from glue_jobs.jobs.options import ConvertOptions, VacuumOptions, VerifyOptions


@pytest.fixture
def _on_glue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(awsglue_folder(tmp_path / "glue"))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "awsglue"]:
        del sys.modules[name]


def test_the_lake_alone_means_every_pending_day() -> None:
    assert ConvertOptions.from_argv(["--lake", "demo-lake"]) == ConvertOptions(
        lake="demo-lake", dates=(), rebuild=False, min_quality=90.0, database=None, service=None, is_glue=False
    )


def test_days_can_be_given_one_by_one_or_together() -> None:
    argv = [
        "--lake=l",
        "--date",
        "2026-05-08",
        "--date",
        "2026-05-09, 2026-05-10",
        "--rebuild",
        "--min-quality",
        "75.5",
    ]
    assert ConvertOptions.from_argv(argv) == ConvertOptions(
        lake="l",
        dates=(date(2026, 5, 8), date(2026, 5, 9), date(2026, 5, 10)),
        rebuild=True,
        min_quality=75.5,
        database=None,
        service=None,
        is_glue=False,
    )


@pytest.mark.parametrize("text", ["2026-05-8", "yesterday", "2026-02-30", "08.05.2026"])
def test_a_date_that_is_no_day_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=f"--date {text}: not a day; expected YYYY-MM-DD"):
        ConvertOptions.from_argv(["--lake", "l", "--date", text])


@pytest.mark.parametrize("text", ["good", "-0.1", "100.1", "nan", "inf", ""])
def test_a_quality_that_is_no_percentage_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=f"--min_quality {text}: expected a percentage from 0 to 100"):
        ConvertOptions.from_argv(["--lake", "l", f"--min-quality={text}"])


def test_without_a_lake_usage_is_shown_and_the_status_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        ConvertOptions.from_argv(["--date", "2026-05-08"])
    assert caught.value.code == 2
    assert "required: --lake" in capsys.readouterr().err


@pytest.mark.usefixtures("_on_glue")
def test_glue_gives_every_argument_as_text() -> None:
    ours = ["--lake", "s3://bucket/lake", "--date", "2026-05-08,2026-05-09", "--rebuild", "true", "--min_quality", "80"]
    assert ConvertOptions.from_argv([*GLUE_ARGUMENTS, *ours]) == ConvertOptions(
        lake="s3://bucket/lake",
        dates=(date(2026, 5, 8), date(2026, 5, 9)),
        rebuild=True,
        min_quality=80.0,
        database=None,
        service=None,
        is_glue=True,
    )


@pytest.mark.usefixtures("_on_glue")
def test_on_glue_what_is_not_given_keeps_its_default() -> None:
    options = ConvertOptions.from_argv(["--JOB_NAME=convert-states", "--lake=s3://bucket/lake", "--date", ""])
    assert options == ConvertOptions(
        lake="s3://bucket/lake", dates=(), rebuild=False, min_quality=90.0, database=None, service=None, is_glue=True
    )


@pytest.mark.usefixtures("_on_glue")
@pytest.mark.parametrize(
    ("ours", "words"),
    [
        ([], "--lake is missing"),
        (["--lake", "l", "--rebuild", "perhaps"], "--rebuild perhaps: expected true or false"),
        (["--lake", "l", "--date", "today"], "--date today: not a day"),
    ],
)
def test_on_glue_a_wrong_argument_is_named_too(ours: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ConvertOptions.from_argv([*GLUE_ARGUMENTS, *ours])


def test_glues_mark_elsewhere_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match="--JOB_NAME is for Glue"):
        ConvertOptions.from_argv(["--JOB_NAME", "convert-states", "--lake", "l"])


def test_a_verification_looks_at_the_newest_days_unless_some_are_named() -> None:
    assert VerifyOptions.from_argv(["--lake", "l"]).day_count == 2
    options = VerifyOptions.from_argv(["--lake", "l", "--days", "7", "--date", "2026-05-08"])
    assert (options.day_count, options.dates) == (7, (date(2026, 5, 8),))


@pytest.mark.usefixtures("_on_glue")
def test_a_vacuum_on_glue_is_told_database_service_and_age() -> None:
    ours = ["--lake", "s3://b", "--database", "flightlake_dev", "--service", "s", "--older_than_days", "14"]
    options = VacuumOptions.from_argv([*GLUE_ARGUMENTS, *ours])
    assert options == VacuumOptions(
        "s3://b", "flightlake_dev", "s", is_glue=True, retention=timedelta(days=14), dry_run=False
    )


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "all", "36501"])
def test_an_age_that_is_no_number_of_days_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=f"--older_than_days {text}: expected a whole number of days"):
        VacuumOptions.from_argv(["--lake", "l", "--older-than-days", text])


def test_since_is_a_day_and_goes_without_dates() -> None:
    assert ConvertOptions.from_argv(["--lake", "l"]).since is None
    assert ConvertOptions.from_argv(["--lake", "l", "--since", "2026-05-08"]).since == date(2026, 5, 8)
    with pytest.raises(UsageError, match="--since 8 May: not a day; expected YYYY-MM-DD"):
        ConvertOptions.from_argv(["--lake", "l", "--since", "8 May"])
    with pytest.raises(UsageError, match="give one of them"):
        ConvertOptions.from_argv(["--lake", "l", "--since", "2026-05-08", "--date", "2026-05-08"])


@pytest.mark.usefixtures("_on_glue")
def test_since_is_an_argument_of_the_glue_job_too() -> None:
    options = ConvertOptions.from_argv([*GLUE_ARGUMENTS, "--lake", "s3://b/l", "--since", "2026-05-08"])
    assert (options.since, options.is_glue) == (date(2026, 5, 8), True)
