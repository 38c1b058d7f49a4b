import pytest
from support.validators.schedules import expression_violations

VALID = [
    "rate(1 minute)",
    "rate(90 minutes)",
    "rate(1 day)",
    "cron(0/1 * * * ? *)",
    "cron(20 0 * * ? *)",
    "cron(10 6,12,18 * * ? *)",
    "cron(0 8 ? * MON-FRI *)",
    "cron(0 0 1 JAN,JUL ? 2026-2030)",
]
INVALID = [
    "rate(30 seconds)",
    "rate(0 minutes)",
    "rate(1 minutes)",
    "rate(2 minute)",
    "rate(1.5 hours)",
    "cron(0 0 * * *)",
    "cron(0 0 * * * *)",
    "cron(0 0 ? * ? *)",
    "cron(60 0 * * ? *)",
    "cron(0 24 * * ? *)",
    "cron(0 0 0 * ? *)",
    "cron(0 0 32 * ? *)",
    "cron(0 0 * 13 ? *)",
    "cron(0 0 ? * 8 *)",
    "cron(0 0 ? * MO *)",
    "cron(0 0 * * ? 1969)",
    "cron(? 0 * * ? *)",
    "cron(0/0 0 * * ? *)",
    "cron(0/ 0 * * ? *)",
    "cron(9-3 0 * * ? *)",
    "cron(0,,5 0 * * ? *)",
    "*/5 * * * *",
]


@pytest.mark.parametrize("expression", VALID)
def test_what_aws_takes_passes(expression: str) -> None:
    assert expression_violations(expression, is_glue=False) == []


@pytest.mark.parametrize("expression", INVALID)
def test_what_aws_refuses_is_found(expression: str) -> None:
    assert expression_violations(expression, is_glue=False)


def test_glue_takes_no_rate() -> None:
    assert expression_violations("rate(10 minutes)", is_glue=True)


@pytest.mark.parametrize("minutes", ["*", "0/4", "0,58", "10,13"])
def test_glue_starts_nothing_within_five_minutes(minutes: str) -> None:
    assert expression_violations(f"cron({minutes} * * * ? *)", is_glue=True)


@pytest.mark.parametrize("minutes", ["7", "0/5", "0,55", "10,15"])
def test_glue_starts_what_leaves_five_minutes(minutes: str) -> None:
    assert expression_violations(f"cron({minutes} * * * ? *)", is_glue=True) == []
