"""The state machine's expressions, evaluated as Step Functions does."""

import json
from collections.abc import Mapping
from typing import Any

import jsonata
import pytest

from infra.components.backfill import backfill_definition
from infra.plan.recorder import Recording

DEFINITION = backfill_definition("a-job", "arn:aws:sns:us-east-1:111122223333:reports")
STATES = DEFINITION["States"]


def evaluated(expression: str, given: object, **variables: object) -> Any:
    whole = jsonata.Jsonata(expression.removeprefix("{% ").removesuffix(" %}"))
    whole.assign("states", {"input": given})
    for name, value in variables.items():
        whole.assign(name, value)
    return whole.evaluate(None)


def weeks_of(first: str, last: str) -> list[str]:
    return evaluated(STATES["Weeks"]["Assign"]["weeks"], {"from": first, "to": last})


@pytest.mark.parametrize(
    "given",
    [{"from": "2026-05-01", "to": "2026-05-01"}, {"from": "2025-01-01", "to": "2026-01-01", "rebuild": True}],
)
def test_a_range_of_up_to_a_year_is_taken(given: dict[str, Any]) -> None:
    assert evaluated(STATES["Check"]["Choices"][0]["Condition"], given) is True


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"from": "2026-05-02", "to": "2026-05-01"},
        {"from": "2025-01-01", "to": "2026-01-02"},
        {"from": "yesterday", "to": "2026-05-01"},
        {"from": "2026-05-01"},
    ],
)
def test_what_is_no_range_is_refused_with_the_form_that_is(given: dict[str, Any]) -> None:
    assert evaluated(STATES["Check"]["Choices"][0]["Condition"], given) is False
    assert STATES["Check"]["Default"] == "Refuse"
    assert 'give {"from": "YYYY-MM-DD", "to": "YYYY-MM-DD"}' in STATES["Refuse"]["Cause"]


def test_days_are_converted_a_week_at_a_time_and_none_is_left_out() -> None:
    assert weeks_of("2026-05-01", "2026-05-01") == ["2026-05-01"]
    found = weeks_of("2026-02-25", "2026-03-12")
    assert [len(week.split(",")) for week in found] == [7, 7, 2]
    assert found[0].endswith("2026-02-28,2026-03-01,2026-03-02,2026-03-03")
    assert found[-1] == "2026-03-11,2026-03-12"


@pytest.mark.parametrize(("given", "text"), [({"rebuild": True}, "true"), ({"rebuild": False}, "false"), ({}, "false")])
def test_the_job_is_told_to_rebuild_only_when_asked(given: dict[str, Any], text: str) -> None:
    assert evaluated(STATES["Weeks"]["Assign"]["rebuild"], given) == text


@pytest.mark.parametrize(
    ("results", "passes"),
    [([{"days": "a", "run": "jr"}], True), ([{"days": "a", "run": "jr"}, {"days": "b", "failed": True}], False)],
)
def test_one_failed_week_fails_the_execution_after_the_report(results: list[object], passes: bool) -> None:
    assert evaluated(STATES["Judge"]["Choices"][0]["Condition"], {}, results=results) is passes
    assert STATES["Report"]["Next"] == "Judge"


def test_weeks_follow_each_other_and_wait_for_a_busy_job(recordings: Mapping[str, Recording]) -> None:
    machine = recordings["dev"].named("aws:sfn/stateMachine:StateMachine", "backfill")
    convert = json.loads(machine.inputs["definition"])["States"]["Convert"]
    assert convert["MaxConcurrency"] == 1
    week = convert["ItemProcessor"]["States"]["ConvertWeek"]
    assert week["Arguments"]["JobName"] == "flightlake-dev-convert"
    assert "Glue.ConcurrentRunsExceededException" in week["Retry"][0]["ErrorEquals"]
    assert week["Catch"][0]["ErrorEquals"] == ["States.ALL"]
