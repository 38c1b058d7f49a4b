"""CloudWatch dashboards of a stack: executive, operations and cost."""

from collections.abc import Sequence
from typing import Any

from flightlake.metrics import NAMESPACE
from infra.config.names import Names
from infra.config.settings import Settings
from infra.monitoring.alarm import RUNBOOKS

_WIDTH, _HEIGHT, _COLUMNS = 8, 6, 24
_TEXT_HEIGHT = 2

Metric = list[Any]


def dashboards(settings: Settings, names: Names, alarm_arns: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the body of each dashboard by its name."""
    return {
        "executive": _page(names, _executive_text(settings), _executive(names)),
        "operations": _page(names, _operations_text(), [_alarm_status(alarm_arns), *_operations(names)]),
        "cost": _page(names, _cost_text(settings), _cost(names)),
    }


def _page(names: Names, text: str, widgets: list[dict[str, Any]]) -> dict[str, Any]:
    placed: list[dict[str, Any]] = [
        {
            "type": "text",
            "x": 0,
            "y": 0,
            "width": _COLUMNS,
            "height": _TEXT_HEIGHT,
            "properties": {"markdown": f"# {names.service}\n{text}"},
        }
    ]
    for position, widget in enumerate(widgets):
        row, column = divmod(position, _COLUMNS // _WIDTH)
        place = {"x": column * _WIDTH, "y": _TEXT_HEIGHT + row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT}
        properties = {**widget["properties"]}
        if widget["type"] == "metric":
            properties["region"] = names.region
        placed.append({**widget, **place, "properties": properties})
    return {"widgets": placed}


def _graph(
    title: str, metrics: Sequence[Metric], *, stat: str = "Sum", period_s: int = 300, view: str = "timeSeries"
) -> dict[str, Any]:
    return {
        "type": "metric",
        "properties": {"title": title, "metrics": list(metrics), "stat": stat, "period": period_s, "view": view},
    }


def _alarm_status(alarm_arns: Sequence[str]) -> dict[str, Any]:
    return {"type": "alarm", "properties": {"title": "alarms", "alarms": list(alarm_arns)}}


def _ours(names: Names, *metrics: str) -> list[Metric]:
    return [[NAMESPACE, metric, "service", names.service] for metric in metrics]


def _executive(names: Names) -> list[dict[str, Any]]:
    day_s = 86_400
    return [
        _graph("state vectors received (rows a day)", _ours(names, "RecordsProcessed"), period_s=day_s),
        _graph("published (rows a day)", _ours(names, "RowsCurated"), period_s=day_s),
        _graph("quality of what was built (%)", _ours(names, "QualityScore"), stat="Minimum", period_s=day_s),
        _graph("age of the newest published response (s)", _ours(names, "NewestSnapshotAge"), stat="Minimum"),
        _graph("quarantined (rows a day)", _ours(names, "RowsQuarantined"), period_s=day_s),
        _graph("days verified, days that differ", _ours(names, "DaysVerified", "DaysDiffering"), period_s=day_s),
    ]


def _operations(names: Names) -> list[dict[str, Any]]:
    function, queue = names.named("poller"), "QueueName"
    return [
        _graph("polls", _ours(names, "PollsLanded", "PollsDuplicate", "PollsSkipped", "PollsFailed")),
        _graph("time of a poll (s)", _ours(names, "PollTime"), stat="p95"),
        _graph("credits left", _ours(names, "CreditsLeft"), stat="Minimum"),
        _graph("breaker open, events not sent", _ours(names, "BreakerOpen", "EventsNotSent")),
        _graph(
            "poller: invocations, errors, throttles",
            [["AWS/Lambda", metric, "FunctionName", function] for metric in ("Invocations", "Errors", "Throttles")],
        ),
        _graph(
            "messages waiting",
            [
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, names.named(name)]
                for name in ("ticks", "dead-letters")
            ],
            stat="Maximum",
        ),
        _graph("days published, days failed", _ours(names, "DaysPublished", "DaysFailed"), period_s=3600),
        _graph("conservation broken", _ours(names, "ConservationBroken"), period_s=3600),
    ]


def _cost(names: Names) -> list[dict[str, Any]]:
    day_s = 86_400
    buckets = [names.bucket(what) for what in ("raw", "curated", "athena-results")]
    workgroup = names.named("analysis")
    return [
        _graph("credits spent (a day)", _ours(names, "CreditsSpent"), period_s=day_s),
        _graph(
            "read by Athena (bytes a day)",
            [
                ["AWS/Athena", "ProcessedBytes", "WorkGroup", workgroup, "QueryType", "DML", "QueryState", "SUCCEEDED"],
            ],
            period_s=day_s,
        ),
        _graph(
            "stored (bytes)",
            [["AWS/S3", "BucketSizeBytes", "BucketName", name, "StorageType", "StandardStorage"] for name in buckets],
            stat="Average",
            period_s=day_s,
        ),
        _graph(
            "poller: time billed (ms a day)",
            [["AWS/Lambda", "Duration", "FunctionName", names.named("poller")]],
            period_s=day_s,
        ),
        _graph("vacuumed (bytes)", _ours(names, "BytesRemoved"), period_s=day_s),
        _graph(
            "poll state: requests",
            [
                ["AWS/DynamoDB", metric, "TableName", names.named("poll-state")]
                for metric in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
            ],
            period_s=day_s,
        ),
    ]


def _executive_text(settings: Settings) -> str:
    plan = settings.polling.plan
    area = f"the box {plan.box}" if plan.box else "the globe"
    return f"{area}, every {plan.interval_s:g} s; data of the OpenSky Network, for research and non-commercial use"


def _operations_text() -> str:
    return f"Each alarm's description names its page under {RUNBOOKS}/."


def _cost_text(settings: Settings) -> str:
    return f"Budget: {settings.monthly_budget_usd:g} USD a month. `make plan` shows the forecast, line by line."
