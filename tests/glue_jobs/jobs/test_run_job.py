"""The frame of the jobs: results and errors to exit statuses."""

import logging
from collections.abc import Sequence

import pytest

from flightlake.errors import StorageError, UsageError
from glue_jobs.jobs.run_job import run_job


def options_of(argv: Sequence[str]) -> str:
    if not argv:
        raise UsageError("--lake is missing")
    return argv[0]


def work(option: str) -> bool:
    if option == "gone":
        raise StorageError("the lake is gone")
    return option == "good"


@pytest.mark.parametrize(
    ("argv", "status", "error"),
    [(["good"], 0, ""), (["bad"], 1, ""), (["gone"], 1, "the lake is gone"), ([], 2, "--lake is missing")],
)
def test_results_and_errors_become_exit_statuses(
    argv: list[str], status: int, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_job(argv, options_of, work) == status
    assert [(record.levelno, record.message) for record in caplog.records] == (
        [(logging.ERROR, error)] if error else []
    )


def test_an_error_that_is_not_foreseen_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run_job(["good"], options_of, lambda _: bool(1 // 0))
