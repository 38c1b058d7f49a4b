"""Column types of the contract by their names in DuckDB."""

from flightlake.schema.contract import Type

DUCKDB_TYPES: dict[Type, str] = {
    "string": "VARCHAR",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "array<string>": "VARCHAR[]",
    "array<array<string>>": "VARCHAR[][]",
}
