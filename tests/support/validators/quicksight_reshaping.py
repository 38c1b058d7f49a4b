"""Conversion of QuickSight resources to CloudFormation's nesting."""

from typing import Any

from infra.plan.mock_outputs import ACCOUNT

Properties = dict[str, Any]


def data_source(properties: Properties) -> Properties:
    """Return a data source, whose parameters are named after the kind of source."""
    changed = {name: value for name, value in properties.items() if name != "Parameters"}
    parameters = {f"{kind}Parameters": value for kind, value in properties["Parameters"].items()}
    return {"AwsAccountId": ACCOUNT, **changed, "DataSourceParameters": parameters}


def data_set(properties: Properties) -> Properties:
    """Return a data set, whose tables are a map by their ids."""
    tables = [dict(table) for table in properties["PhysicalTableMaps"]]
    changed = {name: value for name, value in properties.items() if name != "PhysicalTableMaps"}
    by_id = {table.pop("PhysicalTableMapId"): table for table in tables}
    return {"AwsAccountId": ACCOUNT, **changed, "PhysicalTableMap": by_id}


def refresh_schedule(properties: Properties) -> Properties:
    """Return a refresh, whose id is part of the schedule."""
    changed = dict(properties)
    schedule = {"ScheduleId": changed.pop("ScheduleId"), **changed.pop("Schedule")}
    return {"AwsAccountId": ACCOUNT, **changed, "Schedule": schedule}
