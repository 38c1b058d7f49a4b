"""Smoke test of a deployed stack, from the source to an answered query.

pulumi stack output --json --stack dev | python -m infra.smoke

Each check makes one request to AWS and prints its finding in a line; all run, and the exit status is 1 where one
failed. The poller is invoked to fetch and evaluate one response without landing it, which spends its credits; nothing
else changes.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from flightlake.errors import FlightLakeError
from flightlake.layout import raw_states_day_prefix, snapshot_at_of
from flightlake.schema.sql_files import sql_files
from flightlake.schema.tables.registry import TABLES
from flightlake.storage.open_s3_lake import AwsSettings, open_s3_lake

_LATE_POLLS = 3
_SLACK = timedelta(minutes=5)
"""A fresh response is younger than `_LATE_POLLS` intervals and this."""

_QUERY = """
select quality_scores.snapshot_date, quality_scores.score
from quality_scores
where quality_scores.dimension is null
order by quality_scores.snapshot_date desc
limit 1
"""
_QUERY_TIMEOUT_S = 60
_FAILED_RUNS = ("FAILED", "ERROR", "TIMEOUT")

Client = Callable[[str], Any]


class CheckFailedError(Exception):
    """A check failed; the text names the finding and where to look."""


@dataclass(frozen=True)
class Check:
    """Result of one check."""

    name: str
    passed: bool
    finding: str


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its exports, and clients in its region."""

    exports: Mapping[str, Any]
    client: Client

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables of the deployed poller."""
        found: Mapping[str, str] = self.exports["environment"]
        return found


def the_poller_reaches_the_source(stack: Stack) -> str:
    """Invoke the deployed poller to fetch and evaluate a response without landing it."""
    answer = stack.client("lambda").invoke(
        FunctionName=stack.exports["pollerFunction"], Payload=json.dumps({"test": True}).encode()
    )
    summary = json.loads(answer["Payload"].read())
    if summary.get("status") != "tested":
        raise CheckFailedError(
            f"the poller answered {json.dumps(summary)[:300]}; its log group /flightlake/<stack>/poller says why"
        )
    return f"{summary['records_processed']} aircraft, quality {summary['data_quality_score']} %"


def responses_are_fresh(stack: Stack) -> str:
    """Check that a response is younger than three intervals."""
    now = datetime.now(UTC)
    oldest = now - _LATE_POLLS * timedelta(seconds=float(stack.environment["FLIGHTLAKE_INTERVAL_S"])) - _SLACK
    lake = open_s3_lake(stack.environment["FLIGHTLAKE_LAKE"], AwsSettings.from_environment(stack.environment))
    keys = (found.key for day in {oldest.date(), now.date()} for found in lake.store.list(raw_states_day_prefix(day)))
    newest = max((at for at in map(snapshot_at_of, keys) if at is not None), default=None)
    if newest is None or newest < oldest:
        finding = "none today" if newest is None else f"the newest is of {newest:%Y-%m-%d %H:%M:%S}Z"
        raise CheckFailedError(f"no fresh response: {finding}; see docs/runbooks/no-fresh-snapshot.md")
    return f"the newest is {(now - newest).total_seconds():.0f} s old"


def tables_are_in_the_catalog(stack: Stack) -> str:
    """Check that every table and view of the contract is in the catalog."""
    pages = (
        stack.client("glue").get_paginator("get_tables").paginate(DatabaseName=stack.environment["FLIGHTLAKE_DATABASE"])
    )
    found = {table["Name"] for page in pages for table in page["TableList"]}
    missing = sorted({*(table.name for table in TABLES), *sql_files("views")} - found)
    if missing:
        raise CheckFailedError(f"the catalog lacks {', '.join(missing)}; run `pulumi up` again")
    return f"{len(found)} tables and views"


def jobs_run(stack: Stack) -> str:
    """Check that the last run of each job did not fail."""
    glue, findings = stack.client("glue"), []
    for export in ("convertJob", "verifyJob", "vacuumJob"):
        job = stack.exports[export]
        runs = glue.get_job_runs(JobName=job, MaxResults=1)["JobRuns"]
        state = runs[0]["JobRunState"] if runs else "not run yet"
        if state in _FAILED_RUNS:
            raise CheckFailedError(f"{job}: {state}: {runs[0].get('ErrorMessage', 'no message')}; see docs/runbooks/")
        findings.append(f"{job.rpartition('-')[2]} {state}")
    return ", ".join(findings)


def athena_answers(stack: Stack) -> str:
    """Query the newest day's quality score in the stack's workgroup."""
    athena = stack.client("athena")
    execution = athena.start_query_execution(
        QueryString=_QUERY,
        QueryExecutionContext={"Database": stack.environment["FLIGHTLAKE_DATABASE"]},
        WorkGroup=stack.exports["workgroup"],
    )["QueryExecutionId"]
    deadline = time.monotonic() + _QUERY_TIMEOUT_S
    while True:
        found = athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]
        status = found["Status"]
        if status["State"] == "SUCCEEDED":
            return _newest_score(athena.get_query_results(QueryExecutionId=execution)["ResultSet"]["Rows"])
        if status["State"] in ("FAILED", "CANCELLED") or time.monotonic() > deadline:
            raise CheckFailedError(f"the query {status['State']}: {status.get('StateChangeReason', 'no message')}")
        time.sleep(1)


def _newest_score(rows: list[Any]) -> str:
    """Return the newest day and its score from a query result, whose first row holds column names."""
    values = [cell.get("VarCharValue", "null") for row in rows[1:] for cell in row["Data"]]
    return f"the newest published day is {values[0]}, quality {values[1]} %" if values else "nothing is published yet"


def no_trigger_is_lost(stack: Stack) -> str:
    """Check that the dead-letter queue is empty."""
    queue = stack.exports["deadLetterQueue"]
    answer = stack.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    count = int(answer["Attributes"]["ApproximateNumberOfMessages"])
    if count:
        raise CheckFailedError(f"{count} dead letters in {queue}; see docs/runbooks/dead-letters.md")
    return "no dead letters"


def no_alarm_is_raised(stack: Stack) -> str:
    """Check that no alarm of the stack is raised."""
    service = stack.exports["service"]
    pages = (
        stack.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"{service}-", StateValue="ALARM")
    )
    raised = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]
    if raised:
        raise CheckFailedError(f"raised: {', '.join(raised)}; each description names its runbook")
    return "none is raised"


CHECKS = (
    the_poller_reaches_the_source,
    responses_are_fresh,
    tables_are_in_the_catalog,
    jobs_run,
    athena_answers,
    no_trigger_is_lost,
    no_alarm_is_raised,
)


def run_checks(stack: Stack) -> Iterator[Check]:
    """Run each check and yield its result; a failed check does not stop the others."""
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            yield Check(name, passed=True, finding=check(stack))
        except (CheckFailedError, ClientError, BotoCoreError, FlightLakeError) as error:
            yield Check(name, passed=False, finding=str(error))
        except KeyError as error:
            yield Check(name, passed=False, finding=f"the stack does not export {error}: deploy it with this version")


def main(source: TextIO, console: Console) -> int:
    """Check the stack whose exports `source` holds as JSON; return the exit status, 0 where every check passed."""
    try:
        exports = json.load(source)
    except ValueError:
        console.print("no exports of a stack on stdin: is it deployed? `pulumi stack output --json --stack NAME`")
        return 2
    session = boto3.session.Session(region_name=exports.get("region"))
    table = RichTable("", "check", "finding")
    checks = []
    for check in run_checks(Stack(exports, session.client)):
        checks.append(check)
        table.add_row("[green]ok[/]" if check.passed else "[red]failed[/]", check.name, escape(check.finding))
    console.print(table)
    return 0 if all(check.passed for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main(sys.stdin, Console()))
