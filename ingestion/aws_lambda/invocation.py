"""One invocation of the deployed poller: from triggers to polls, metrics, events and a summary.

A failed poll is recorded in the ledger and counted in the metrics, which raise the alarm; the invocation succeeds. Were
it to fail, SQS or Lambda would deliver the trigger again, and a second attempt would spend the credits of a later poll;
the poll itself has made the retries that are worth their credits. An invocation fails only where the poller could not
start, or has a bug.

Each SQS message and each event of a schedule is one trigger of a poll. Triggers may come more often than the plan's
interval (30 s is a one-minute schedule and a second one through a queue that delays by 30 s): the first trigger in each
interval polls, the others find its record in the ledger and end as `not_due`.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypedDict

from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from flightlake.errors import FlightLakeError, StorageError
from flightlake.opensky.decoder import Response
from flightlake.quality.evaluate import Evaluation, evaluate
from ingestion.aws_lambda.triggers import is_test, scheduled_times
from ingestion.poll import Poll, Poller, check_source, missed_poll, poll_once

LATE = timedelta(minutes=2)
"""Delay beyond its interval from which a trigger's poll is recorded as missed; EventBridge is exact to a minute."""

SendEvent = Callable[[Poll], bool]

logger = logging.getLogger(__name__)


class Summary(TypedDict):
    """Result of an invocation.

    `status` is the poll's outcome, or `not_due` (another trigger has polled in this interval), or `tested`.
    `data_quality_score` is in percent; null where the response had no rows.
    """

    execution_id: str
    status: str
    s3_key: str | None
    records_processed: int
    valid_records: int
    processing_time_seconds: float
    data_quality_score: float | None


class Reporter:
    """Metrics and trace annotations of a poll."""

    def __init__(self, metrics: Metrics, tracer: Tracer) -> None:
        self._metrics = metrics
        self._tracer = tracer

    def report_poll(self, summary: Summary, poll: Poll | None) -> None:
        """Count the poll; every count is sent, zeros too, so that an alarm has data to stand on."""
        status = summary["status"]
        for name, is_so in (
            ("PollsLanded", status == "landed"),
            ("PollsDuplicate", status == "duplicate"),
            ("PollsSkipped", status.startswith("skipped_")),
            ("PollsFailed", status == "failed"),
        ):
            self._metrics.add_metric(name, MetricUnit.Count, int(is_so))
        self._metrics.add_metric("BreakerOpen", MetricUnit.Count, int(status == "skipped_breaker"))
        self._metrics.add_metric("PollTime", MetricUnit.Seconds, summary["processing_time_seconds"])
        if status == "landed":
            self._metrics.add_metric("RecordsProcessed", MetricUnit.Count, summary["records_processed"])
            self._metrics.add_metric("ValidRecords", MetricUnit.Count, summary["valid_records"])
        if summary["data_quality_score"] is not None:
            self._metrics.add_metric("DataQualityScore", MetricUnit.Percent, summary["data_quality_score"])
        if poll is not None and not poll.is_repeat:
            self._metrics.add_metric("CreditsSpent", MetricUnit.Count, poll.record.credits_spent)
            if poll.record.credits_left is not None:
                self._metrics.add_metric("CreditsLeft", MetricUnit.Count, poll.record.credits_left)
        self._tracer.put_annotation("status", status)

    def report_test(self, *, has_failed: bool) -> None:
        """Count a test."""
        self._metrics.add_metric("TestsFailed", MetricUnit.Count, int(has_failed))

    def report_event_not_sent(self) -> None:
        """Count a landed response whose event the bus did not take."""
        self._metrics.add_metric("EventsNotSent", MetricUnit.Count, 1)


class Invocation:
    """Runner of the polls that an event asks for."""

    def __init__(self, poller: Poller, reporter: Reporter, send_event: SendEvent | None) -> None:
        """Take the poller, the reporter and the sender of events for landed responses; None sends none."""
        self._poller = poller
        self._reporter = reporter
        self._send_event = send_event

    def run(self, event: dict[str, Any], *, execution_id: str) -> Summary:
        """Poll for every trigger in the event and return the summary of the last poll."""
        if is_test(event):
            return self._run_test(execution_id)
        summary = _summary(execution_id, "not_due", started_s=time.perf_counter())
        for due_at in scheduled_times(event, now=self._poller.clock.now()):
            summary = self._run_trigger(due_at, execution_id)
        return summary

    def _run_trigger(self, due_at: datetime, execution_id: str) -> Summary:
        started_s = time.perf_counter()
        try:
            poll = self._poll(due_at)
        except StorageError:
            logger.exception("poll failed", extra={"due_at": due_at.isoformat()})
            summary = _summary(execution_id, "failed", started_s=started_s)
            self._reporter.report_poll(summary, None)
            return summary
        if poll.record.outcome == "landed" and not poll.is_repeat and self._send_event and not self._send_event(poll):
            self._reporter.report_event_not_sent()
        status = "not_due" if poll.is_repeat else poll.record.outcome
        key = None if poll.is_repeat else poll.record.raw_key
        summary = _summary(execution_id, status, started_s=started_s, s3_key=key, response=poll.response)
        self._reporter.report_poll(summary, poll)
        logger.info("poll done", extra={**summary, "reason": poll.record.reason})
        return summary

    def _poll(self, due_at: datetime) -> Poll:
        plan = self._poller.quota.plan
        slot = plan.slot_at(due_at)
        if self._poller.clock.now() > slot + timedelta(seconds=plan.interval_s) + LATE:
            return missed_poll(self._poller, scheduled_at=slot, why="its trigger was delivered too late")
        return poll_once(self._poller, scheduled_at=slot)

    def _run_test(self, execution_id: str) -> Summary:
        started_s = time.perf_counter()
        try:
            response = check_source(self._poller)
        except FlightLakeError:
            logger.exception("test failed")
            self._reporter.report_test(has_failed=True)
            return _summary(execution_id, "failed", started_s=started_s)
        self._reporter.report_test(has_failed=False)
        return _summary(execution_id, "tested", started_s=started_s, response=response)


def _summary(
    execution_id: str, status: str, *, started_s: float, s3_key: str | None = None, response: Response | None = None
) -> Summary:
    evaluation: Evaluation | None = evaluate(response) if response else None
    return Summary(
        execution_id=execution_id,
        status=status,
        s3_key=s3_key,
        records_processed=evaluation.row_count if evaluation else 0,
        valid_records=evaluation.valid_count if evaluation else 0,
        processing_time_seconds=round(time.perf_counter() - started_s, 3),
        data_quality_score=evaluation.quality_score if evaluation else None,
    )
