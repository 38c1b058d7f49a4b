"""QuickSight data sets over the published tables, and a dashboard; a setting switches them on."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudformation, quicksight

from infra.components.access_roles import athena_grants
from infra.components.keys import Keys
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, make_role, service_trust
from infra.monitoring.quicksight_definition import DATA_SETS, DataSet, dashboard_template

_READ_SOURCE = (
    "quicksight:DescribeDataSource",
    "quicksight:DescribeDataSourcePermissions",
    "quicksight:PassDataSource",
)
_READ_SET = (
    "quicksight:DescribeDataSet",
    "quicksight:DescribeDataSetPermissions",
    "quicksight:DescribeIngestion",
    "quicksight:ListIngestions",
    "quicksight:PassDataSet",
)
_REFRESH_HOUR = "03:00"
"""UTC: after the daily conversion and verification."""


@dataclass(frozen=True)
class QuickSightArgs:
    """Inputs of the data sets and the dashboard."""

    settings: Settings
    names: Names
    keys: Keys
    workgroup: str


class QuickSight(pulumi.ComponentResource):
    """Data source, data sets, their refresh, and the dashboard; empty where the setting is off.

    Attributes:
        dashboard_id: of the dashboard; empty without one.
    """

    def __init__(self, name: str, args: QuickSightArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:QuickSight", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.dashboard_id = ""
        principal = args.settings.analytics.quicksight_principal_arn
        if args.settings.analytics.has_quicksight and principal is not None:
            self._make(principal)
        self.register_outputs({})

    def _make(self, principal: str) -> None:
        names = self._args.names
        role = make_role(
            names,
            "quicksight",
            trust=service_trust(names, "quicksight"),
            grants=quicksight_grants(names, self._args.keys),
            opts=self._child,
        )
        source = quicksight.DataSource(
            "lake",
            data_source_id=names.named("lake"),
            name=names.service,
            type="ATHENA",
            parameters={"athena": {"work_group": self._args.workgroup, "role_arn": role.arn}},
            permissions=[{"principal": principal, "actions": list(_READ_SOURCE)}],
            opts=self._child,
        )
        sets = [self._data_set(data_set, source, principal) for data_set in DATA_SETS]
        self.dashboard_id = names.named("lake")
        arns = {
            data_set.name: names.arn("quicksight", f"dataset/{names.named(data_set.slug)}") for data_set in DATA_SETS
        }
        cloudformation.Stack(
            "dashboard",
            name=names.named("dashboard"),
            template_body=json.dumps(dashboard_template(names, arns, principal)),
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=sets)),
        )

    def _data_set(self, data_set: DataSet, source: quicksight.DataSource, principal: str) -> quicksight.DataSet:
        names = self._args.names
        table: Any = {
            "physical_table_map_id": data_set.slug,
            "custom_sql": {
                "data_source_arn": source.arn,
                "name": data_set.name,
                "sql_query": data_set.sql,
                "columns": [{"name": column, "type": kind} for column, kind in data_set.columns],
            },
        }
        made = quicksight.DataSet(
            data_set.slug,
            data_set_id=names.named(data_set.slug),
            name=f"{names.service}: {data_set.name}",
            import_mode="SPICE",
            physical_table_maps=[table],
            permissions=[{"principal": principal, "actions": list(_READ_SET)}],
            opts=self._child,
        )
        quicksight.RefreshSchedule(
            data_set.slug,
            data_set_id=made.data_set_id,
            schedule_id=names.named(data_set.slug),
            schedule={
                "refresh_type": "FULL_REFRESH",
                "schedule_frequency": {"interval": "DAILY", "time_of_the_day": _REFRESH_HOUR, "timezone": "UTC"},
            },
            opts=self._child,
        )
        return made


def quicksight_grants(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions of QuickSight: query published tables through Athena; no raw objects."""
    curated = names.bucket_arn("curated")
    by_quicksight = "QuickSight asks by itself; no code of ours does"
    return [
        Grant("ReadTables", ("s3:GetObject",), [f"{curated}/curated/*"], reason=by_quicksight),
        Grant("ListTables", ("s3:ListBucket",), [curated], reason=by_quicksight),
        Grant("ReadByKey", ("kms:Decrypt",), [keys.curated], reason=by_quicksight),
        *athena_grants(names, keys),
    ]
