"""Rows handed to DuckDB as one JSON document, which it takes far faster than as many single values."""

import json
from collections.abc import Mapping


def json_rows_sql(types: Mapping[str, str]) -> str:
    """Return SQL of a relation with columns of these types; its parameter is a JSON object with a list for each."""
    kinds = json.dumps({name: [_json_type(kind)] for name, kind in types.items()})
    columns = ", ".join(f"unnest(v.{name}) as {name}" for name in types)
    return f"select {columns} from (select from_json(?, '{kinds}') as v)"


def _json_type(kind: str) -> str | list[str]:
    """Return a type as `from_json` takes it: a list is written as an array of its element's type."""
    return [kind.removesuffix("[]")] if kind.endswith("[]") else kind
