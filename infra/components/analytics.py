"""Athena workgroup, and every query of `sql/` in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pulumi
from pulumi_aws import athena

from flightlake.schema.sql_files import SqlFile, positional, published_statements, sql_files, statement
from infra.components.catalog import Catalog
from infra.components.keys import Keys
from infra.components.storage import Storage
from infra.config.names import Names
from infra.config.settings import Settings

_GB = 1_000_000_000
_LONGEST_DESCRIPTION = 1024
"""Source: Amazon Athena API reference, CreateNamedQuery."""


@dataclass(frozen=True)
class AnalyticsArgs:
    """Inputs of the workgroup: storage of results, keys, and the catalog that is queried."""

    settings: Settings
    names: Names
    keys: Keys
    storage: Storage
    catalog: Catalog


class Analytics(pulumi.ComponentResource):
    """The stack's Athena workgroup with its saved queries and prepared statements.

    Attributes:
        workgroup: name of the workgroup.
    """

    def __init__(self, name: str, args: AnalyticsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Analytics", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.workgroup = args.names.named("analysis")
        workgroup = self._make_workgroup()
        self._save_queries(workgroup)
        self._prepare_statements(workgroup)
        self.register_outputs({})

    def _make_workgroup(self) -> athena.Workgroup:
        args, settings = self._args, self._args.settings
        return athena.Workgroup(
            "analysis",
            name=self.workgroup,
            description="questions to the lake; answers are encrypted, and a question that reads too much is stopped",
            force_destroy=not settings.is_protected,
            configuration={
                "enforce_workgroup_configuration": True,
                "publish_cloudwatch_metrics_enabled": True,
                "bytes_scanned_cutoff_per_query": int(settings.analytics.query_scan_limit_gb * _GB),
                "engine_version": {"selected_engine_version": "Athena engine version 3"},
                "result_configuration": {
                    "output_location": f"s3://{args.storage.results.bucket_name}/",
                    "expected_bucket_owner": args.names.account,
                    "encryption_configuration": {"encryption_option": "SSE_KMS", "kms_key_arn": args.keys.curated},
                },
            },
            opts=self._child,
        )

    def _save_queries(self, workgroup: athena.Workgroup) -> None:
        for query_name, question, text in named_queries():
            athena.NamedQuery(
                query_name,
                name=query_name,
                description=question,
                database=self._args.catalog.database.name,
                workgroup=workgroup.name,
                query=text,
                opts=self._child,
            )

    def _prepare_statements(self, workgroup: athena.Workgroup) -> None:
        for file in sql_files("queries").values():
            if file.parameters:
                athena.PreparedStatement(
                    file.name,
                    name=file.name,
                    description=_described(file),
                    workgroup=workgroup.name,
                    query_statement=positional(file)[0],
                    opts=self._child,
                )


def named_queries() -> Iterator[tuple[str, str, str]]:
    """Yield name, description and text of every query, check and published query."""
    for kind in ("queries", "checks"):
        for file in sql_files(kind).values():
            text = positional(file)[0] if file.parameters else statement(file)
            yield file.name, _described(file), text
    for number, text in enumerate(published_statements(), start=1):
        yield f"published_{number}", f"query {number} of the project's first README", text


def _described(file: SqlFile) -> str:
    """Return the query's question and the meaning of each `?`, in their order."""
    given = "; ".join(f"?{number} {entry}" for number, entry in enumerate(positional(file)[1], start=1))
    return f"{file.question} {given}".strip()[:_LONGEST_DESCRIPTION]
