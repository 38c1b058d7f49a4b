"""Views of `sql/views` in the form that Athena stores: Glue tables with the statement and its column types."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from flightlake.errors import ContractViolationError
from flightlake.schema.sql_files import SqlFile, sql_files, view_body
from flightlake.schema.tables.registry import TABLES

CATALOG = "awsdatacatalog"
"""Athena's name of the Glue catalog."""

_DIALECT = "athena"
_INSTANT = "timestamp(3)"
"""Athena's type of a Hive timestamp: milliseconds. Source: Amazon Athena user guide, "Data types"."""

_NO_SERDE = {"SerializationLibrary": "-", "Parameters": {}}
"""A view needs no SerDe, but engines refuse a Glue table without one."""


@dataclass(frozen=True)
class ViewColumn:
    """One column of a view, with its type in Trino and in Hive."""

    name: str
    trino_type: str
    hive_type: str


@dataclass(frozen=True)
class View:
    """One view: its select statement and its columns."""

    name: str
    body: str
    columns: tuple[ViewColumn, ...]


def views() -> list[View]:
    """Return the views in dependency order.

    Raises:
        ContractViolationError: a view reads what does not exist, or the type of a column is unknown.
    """
    known: dict[str, dict[str, str]] = {
        table.name: {column.name: _trino(column.type) for column in table.all_columns} for table in TABLES
    }
    waiting, found = dict(sql_files("views")), list[View]()
    while waiting:
        ready = [file for file in waiting.values() if set(file.reads) <= known.keys()]
        if not ready:
            raise ContractViolationError(f"views read what does not exist: {', '.join(waiting)}")
        for file in ready:
            view = _view(file, known)
            known[view.name] = {column.name: column.trino_type for column in view.columns}
            found.append(view)
            del waiting[file.name]
    return found


def glue_view(view: View, database: str) -> dict[str, Any]:
    """Return a view as `TableInput` of the Glue API.

    It has no description: Glue's becomes the table's comment, and by the comment "Presto View" an engine knows a view.

    Source: the form of what Athena's `create view` leaves in Glue; Trino's Hive connector writes and reads the same.
    """
    definition = {
        "originalSql": view.body,
        "catalog": CATALOG,
        "schema": database,
        "columns": [{"name": column.name, "type": column.trino_type} for column in view.columns],
    }
    encoded = base64.b64encode(json.dumps(definition).encode()).decode()
    return {
        "Name": view.name,
        "TableType": "VIRTUAL_VIEW",
        "Owner": "flightlake",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "StorageDescriptor": {
            "Columns": [{"Name": column.name, "Type": column.hive_type} for column in view.columns],
            "SerdeInfo": _NO_SERDE,
        },
        "ViewOriginalText": f"/* Presto View: {encoded} */",
        "ViewExpandedText": "/* Presto View */",
    }


def _view(file: SqlFile, known: Mapping[str, Mapping[str, str]]) -> View:
    body = view_body(file)
    tree = sqlglot.parse_one(body, read=_DIALECT)
    schema: dict[str, object] = {name: dict(columns) for name, columns in known.items()}
    typed = annotate_types(qualify(tree, schema=schema, dialect=_DIALECT), schema=schema, dialect=_DIALECT)
    if not isinstance(typed, exp.Query):
        raise ContractViolationError(f"the view {file.name} is no select")
    return View(file.name, body, tuple(_column(file, selected) for selected in typed.selects))


def _column(file: SqlFile, selected: exp.Expr) -> ViewColumn:
    kind = selected.type
    if kind is None or kind.is_type(exp.DataType.Type.UNKNOWN):
        raise ContractViolationError(f"{file.name}.{selected.alias_or_name}: its type is unknown; cast it")
    return ViewColumn(selected.alias_or_name, _trino_name(kind), kind.sql("hive").lower())


def _trino(hive_type: str) -> str:
    return _trino_name(exp.DataType.build(hive_type, dialect="hive"))


def _trino_name(kind: exp.DataType) -> str:
    name = kind.sql("trino").lower()
    return _INSTANT if name == "timestamp" else name
