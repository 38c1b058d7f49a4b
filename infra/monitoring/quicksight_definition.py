"""QuickSight data sets and the CloudFormation template of the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.config.names import Names

DAYS = 30
"""Days that the data sets hold: each query is bound to its partitions."""


@dataclass(frozen=True)
class DataSet:
    """Query whose result QuickSight keeps in memory.

    Attributes:
        slug: part of its id.
        columns: name and QuickSight's type (STRING, INTEGER, DECIMAL, DATETIME) of each.
    """

    slug: str
    name: str
    sql: str
    columns: tuple[tuple[str, str], ...]


TRAFFIC = DataSet(
    "traffic",
    "traffic",
    "select cast(snapshot_date as timestamp) as flight_day, hour(snapshot_at) as hour_utc, origin_country, "
    "count(*) as row_count, count(distinct icao24) as aircraft_count "
    f"from states where snapshot_date >= current_date - interval '{DAYS}' day "
    "group by snapshot_date, hour(snapshot_at), origin_country",
    (
        ("flight_day", "DATETIME"),
        ("hour_utc", "INTEGER"),
        ("origin_country", "STRING"),
        ("row_count", "INTEGER"),
        ("aircraft_count", "INTEGER"),
    ),
)
QUALITY = DataSet(
    "quality",
    "quality",
    "select cast(snapshot_date as timestamp) as flight_day, dimension, rule, severity, checked_count, failed_count, "
    f"score from quality_scores where snapshot_date >= current_date - interval '{DAYS}' day",
    (
        ("flight_day", "DATETIME"),
        ("dimension", "STRING"),
        ("rule", "STRING"),
        ("severity", "STRING"),
        ("checked_count", "INTEGER"),
        ("failed_count", "INTEGER"),
        ("score", "DECIMAL"),
    ),
)
POLLS = DataSet(
    "polls",
    "polls",
    "select cast(poll_date as timestamp) as poll_day, outcome, count(*) as poll_count, "
    "sum(credits_spent) as credits_spent "
    f"from polls where poll_date >= current_date - interval '{DAYS}' day group by poll_date, outcome",
    (("poll_day", "DATETIME"), ("outcome", "STRING"), ("poll_count", "INTEGER"), ("credits_spent", "INTEGER")),
)
DATA_SETS = (TRAFFIC, QUALITY, POLLS)

_VIEW_ACTIONS = [
    "quicksight:DescribeDashboard",
    "quicksight:ListDashboardVersions",
    "quicksight:QueryDashboard",
]


def dashboard_template(names: Names, data_set_arns: Mapping[str, str], principal: str) -> dict[str, Any]:
    """Return the CloudFormation template that holds the dashboard.

    Pulumi's provider has no argument for visuals; CloudFormation's schema has.
    """
    sets = [{"Identifier": name, "DataSetArn": arn} for name, arn in data_set_arns.items()]
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{names.service}: the dashboard of the flight-data lake",
        "Resources": {
            "Dashboard": {
                "Type": "AWS::QuickSight::Dashboard",
                "Properties": {
                    "AwsAccountId": names.account,
                    "DashboardId": names.named("lake"),
                    "Name": names.service,
                    "Permissions": [{"Principal": principal, "Actions": _VIEW_ACTIONS}],
                    "Definition": {"DataSetIdentifierDeclarations": sets, "Sheets": [_sheet()]},
                },
            }
        },
    }


def _sheet() -> dict[str, Any]:
    visuals = [
        _kpi("rows", "State vectors published", "traffic", "row_count"),
        _line("rows-by-day", "State vectors a day", "traffic", "flight_day", "row_count"),
        _bars("countries", "State vectors by country of registration", "traffic", "origin_country", "row_count"),
        _heat("hours", "State vectors by day and hour (UTC)"),
        _line("failed-by-day", "Rows that break a rule, by day", "quality", "flight_day", "failed_count"),
        _bars("rules", "Rows that break a rule, by rule", "quality", "rule", "failed_count"),
        _bars("outcomes", "Polls by outcome", "polls", "outcome", "poll_count"),
        _line("credits", "OpenSky credits spent a day", "polls", "poll_day", "credits_spent"),
    ]
    return {"SheetId": "overview", "Name": "Overview", "Title": "Overview", "Visuals": visuals}


def _title(text: str) -> dict[str, Any]:
    return {"Visibility": "VISIBLE", "FormatText": {"PlainText": text}}


def _sum(visual: str, data_set: str, column: str) -> dict[str, Any]:
    return {
        "NumericalMeasureField": {
            "FieldId": f"{visual}-{column}",
            "Column": {"DataSetIdentifier": data_set, "ColumnName": column},
            "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
        }
    }


def _category(visual: str, data_set: str, column: str) -> dict[str, Any]:
    column_of = {"DataSetIdentifier": data_set, "ColumnName": column}
    return {"CategoricalDimensionField": {"FieldId": f"{visual}-{column}", "Column": column_of}}


def _day(visual: str, data_set: str, column: str) -> dict[str, Any]:
    column_of = {"DataSetIdentifier": data_set, "ColumnName": column}
    return {"DateDimensionField": {"FieldId": f"{visual}-{column}", "Column": column_of, "DateGranularity": "DAY"}}


def _number(visual: str, data_set: str, column: str) -> dict[str, Any]:
    column_of = {"DataSetIdentifier": data_set, "ColumnName": column}
    return {"NumericalDimensionField": {"FieldId": f"{visual}-{column}", "Column": column_of}}


def _kpi(visual: str, title: str, data_set: str, value: str) -> dict[str, Any]:
    wells = {"Values": [_sum(visual, data_set, value)]}
    return {"KPIVisual": {"VisualId": visual, "Title": _title(title), "ChartConfiguration": {"FieldWells": wells}}}


def _line(visual: str, title: str, data_set: str, day: str, value: str) -> dict[str, Any]:
    wells = {
        "LineChartAggregatedFieldWells": {
            "Category": [_day(visual, data_set, day)],
            "Values": [_sum(visual, data_set, value)],
        }
    }
    configuration = {"FieldWells": wells, "Type": "LINE"}
    return {"LineChartVisual": {"VisualId": visual, "Title": _title(title), "ChartConfiguration": configuration}}


def _bars(visual: str, title: str, data_set: str, category: str, value: str) -> dict[str, Any]:
    wells = {
        "BarChartAggregatedFieldWells": {
            "Category": [_category(visual, data_set, category)],
            "Values": [_sum(visual, data_set, value)],
        }
    }
    configuration = {"FieldWells": wells, "Orientation": "HORIZONTAL", "BarsArrangement": "CLUSTERED"}
    return {"BarChartVisual": {"VisualId": visual, "Title": _title(title), "ChartConfiguration": configuration}}


def _heat(visual: str, title: str) -> dict[str, Any]:
    wells = {
        "HeatMapAggregatedFieldWells": {
            "Rows": [_day(visual, "traffic", "flight_day")],
            "Columns": [_number(visual, "traffic", "hour_utc")],
            "Values": [_sum(visual, "traffic", "row_count")],
        }
    }
    return {"HeatMapVisual": {"VisualId": visual, "Title": _title(title), "ChartConfiguration": {"FieldWells": wells}}}
