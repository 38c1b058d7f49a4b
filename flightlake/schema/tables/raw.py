"""Table of the raw responses."""

from flightlake.schema.contract import Column, Table

RAW_STATES = Table(
    name="raw_states",
    grain="one response of the source, byte for byte as received",
    columns=(
        Column("time", "bigint", "the response's own time", "Unix seconds, UTC"),
        Column("states", "array<array<string>>", "state vectors as received; null under an empty sky"),
    ),
    partition_columns=(
        Column("year", "string", "of the response's time, four digits"),
        Column("month", "string", "two digits"),
        Column("day", "string", "two digits"),
        Column("hour", "string", "two digits, UTC"),
    ),
    format="json",
)
