"""Backfill workflow in Amazon States Language: check the range, convert week by week, report."""

from typing import Any

State = dict[str, Any]

DAYS_PER_RUN = 7
"""Days in one run of the job: starting Glue for each day would cost more than converting it."""

MOST_DAYS = 366
_DAY_MS = 24 * 3600 * 1000

_BUSY = ["Glue.ConcurrentRunsExceededException", "Glue.ThrottlingException", "Glue.OperationTimeoutException"]

_DAY = "/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/"
_IS_RANGE = (
    f"$contains($string($states.input.from), {_DAY}) and $contains($string($states.input.to), {_DAY}) and "
    "$toMillis($states.input.from) <= $toMillis($states.input.to) and "
    f"$toMillis($states.input.to) - $toMillis($states.input.from) < {MOST_DAYS} * {_DAY_MS}"
)
_WEEKS = (
    f"($first := $toMillis($states.input.from); "
    f"$last := $floor(($toMillis($states.input.to) - $first) / {_DAY_MS}); "
    f"[[0..$floor($last / {DAYS_PER_RUN})].($week := $; "
    f"$join([[($week * {DAYS_PER_RUN})..$min([$last, $week * {DAYS_PER_RUN} + {DAYS_PER_RUN - 1}])]"
    f".$fromMillis($first + $ * {_DAY_MS}, '[Y0001]-[M01]-[D01]')], ','))])"
)


def backfill_definition(job: str, topic_arn: str) -> State:
    """Return the state machine that converts a range of days.

    Its input is `{"from": "YYYY-MM-DD", "to": "YYYY-MM-DD", "rebuild": true or false}`; both days are converted too.
    Without `rebuild`, only days with new responses are converted. The job runs once at a time, so the weeks follow each
    other. A week that fails does not stop the others; the report names it, and the execution fails.
    """
    return {
        "Comment": "converts a range of UTC days",
        "QueryLanguage": "JSONata",
        "StartAt": "Check",
        "States": {**_check_range(), **_convert_weeks(job), **_report(topic_arn), **_outcome()},
    }


def _check_range() -> dict[str, State]:
    return {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Condition": f"{{% {_IS_RANGE} %}}", "Next": "Weeks"}],
            "Default": "Refuse",
        },
        "Refuse": {
            "Type": "Fail",
            "Error": "WrongRange",
            "Cause": f'give {{"from": "YYYY-MM-DD", "to": "YYYY-MM-DD"}}: two days in order, {MOST_DAYS} at most',
        },
    }


def _convert_weeks(job: str) -> dict[str, State]:
    return {
        "Weeks": {
            "Type": "Pass",
            "Assign": {"weeks": f"{{% {_WEEKS} %}}", "rebuild": "{% $string($states.input.rebuild = true) %}"},
            "Next": "Convert",
        },
        "Convert": {
            "Type": "Map",
            "Items": "{% $weeks %}",
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "ConvertWeek",
                "States": {"ConvertWeek": _convert_week(job), "WeekFailed": {"Type": "Succeed"}},
            },
            "Assign": {"results": "{% $states.result %}"},
            "Next": "Report",
        },
    }


def _convert_week(job: str) -> State:
    retry = {
        "ErrorEquals": _BUSY,
        "IntervalSeconds": 120,
        "BackoffRate": 1.5,
        "MaxDelaySeconds": 1800,
        "MaxAttempts": 20,
        "JitterStrategy": "FULL",
    }
    failure = {"days": "{% $states.input %}", "failed": True, "error": "{% $states.errorOutput.Error %}"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Arguments": {
            "JobName": job,
            "Arguments": {"--date": "{% $states.input %}", "--rebuild": "{% $rebuild %}"},
        },
        "Retry": [retry],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Output": failure, "Next": "WeekFailed"}],
        "Output": {"days": "{% $states.input %}", "run": "{% $states.result.Id %}"},
        "End": True,
    }


def _report(topic_arn: str) -> dict[str, State]:
    return {
        "Report": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Arguments": {
                "TopicArn": topic_arn,
                "Subject": "flightlake backfill",
                "Message": "{% $string({'execution': $states.context.Execution.Name, 'weeks': $results}) %}",
            },
            "Next": "Judge",
        },
    }


def _outcome() -> dict[str, State]:
    return {
        "Judge": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $count($results[failed]) = 0 %}", "Next": "Done"}],
            "Default": "SomeFailed",
        },
        "Done": {"Type": "Succeed", "Output": "{% $results %}"},
        "SomeFailed": {
            "Type": "Fail",
            "Error": "DaysFailed",
            "Cause": "{% $string($results[failed]) %}",
        },
    }
